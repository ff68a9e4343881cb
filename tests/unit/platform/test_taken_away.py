"""A partition that is taken away while its state is being loaded: its next owner may fence us out, and that is no fault."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dunghen.platform.fenced import Fenced
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.stages import Stages


class Loading:
    """Stands for a stage that is being taken over."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.left = fault, False

    async def take_over(self) -> None:
        if self.fault:
            raise self.fault

    async def leave(self) -> None:
        self.left = True


@pytest.fixture
def stages() -> Stages:
    signal = SimpleNamespace(connect=lambda *_, **__: None)
    app: Any = SimpleNamespace(on_partitions_revoked=signal, on_rebalance_complete=signal, consumer_generation_id=0, transport=signal)
    return Stages(app, PlatformSettings(), {})


async def taken_over(stages: Stages, *loading: Loading, since: int = 0) -> bool:
    new: Any = {("events", number): stage for number, stage in enumerate(loading)}
    return await stages._taken_over(new, since)


async def test_what_was_loaded_in_peace_is_kept(stages: Stages) -> None:
    stage = Loading()
    assert await taken_over(stages, stage)
    assert not stage.left


async def test_fenced_after_a_revocation_gives_all_of_it_up(stages: Stages) -> None:
    await stages._hold()
    fenced, other = Loading(Fenced("score-5")), Loading()
    assert not await taken_over(stages, fenced, other)
    assert fenced.left
    assert other.left


async def test_fenced_without_one_is_fatal(stages: Stages) -> None:
    with pytest.raises(Fenced):
        await taken_over(stages, Loading(Fenced("score-5")))


async def test_any_other_fault_is_fatal_also_after_a_revocation(stages: Stages) -> None:
    await stages._hold()
    with pytest.raises(ValueError, match="defect"):
        await taken_over(stages, Loading(Fenced("score-5")), Loading(ValueError("defect")))
