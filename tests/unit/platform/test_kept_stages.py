"""What a worker keeps of its stages over a rebalance: only what nobody else can have held meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from dunghen.platform.settings import PlatformSettings
from dunghen.platform.stages import Stage, Stages


class Signal:
    """As faust's: `send` calls whoever is connected."""

    def connect(self, heard: Any, **_: Any) -> None:
        self.heard = heard

    async def send(self) -> None:
        await self.heard()


class App:
    """A group that gives partitions; `consumer_generation_id` is its generation."""

    def __init__(self) -> None:
        self.on_partitions_revoked, self.on_rebalance_complete = Signal(), Signal()
        self.transport = SimpleNamespace(batch_topics=set())
        self.consumer = self
        self.consumer_generation_id = 0
        self.given: set[TP] = set()

    def topic(self, *_: Any, **__: Any) -> None: ...

    def agent(self, *_: Any, **__: Any) -> Any:
        return lambda feed: feed

    def assignment(self) -> set[TP]:
        return self.given

    def ends(self, _: TP) -> None: ...

    async def rebalance(self, generation: int, *partitions: int) -> None:
        await self.on_partitions_revoked.send()
        self.consumer_generation_id, self.given = generation, {TP("events", p) for p in partitions}
        await self.on_rebalance_complete.send()


class Kept(Stage):
    """A stage that only remembers what happened to it."""

    left = False

    async def load(self) -> None: ...
    def work(self, records: list[Any]) -> Any: ...

    async def take_over(self) -> None: ...

    async def leave(self) -> None:
        self.left = True
        await self.writer.stop()


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
async def stages(app: App) -> AsyncIterator[Stages]:
    settings = PlatformSettings()
    made = Stages(app, settings, {"events": lambda partition: Kept(settings, "kept", partition)})
    yield made
    await made.close()


async def test_it_is_settled_from_the_end_of_a_rebalance_to_the_beginning_of_the_next(app: App, stages: Stages) -> None:
    assert not stages.settled
    await app.rebalance(4, 0, 1)
    assert stages.settled
    await stages._hold()
    assert not stages.settled


async def test_what_stays_over_a_rebalance_is_kept_and_what_goes_is_left(app: App, stages: Stages) -> None:
    await app.rebalance(4, 0, 1)
    before = dict(stages.held)
    await app.rebalance(5, 1, 2)
    assert stages.held["events", 1] is before["events", 1]
    assert before["events", 0].left  # type: ignore[attr-defined]
    assert stages.held.keys() == {("events", 1), ("events", 2)}


@pytest.mark.parametrize("generation", [6, 1], ids=["missed one", "a group that began anew"])
async def test_after_a_generation_without_this_process_nothing_is_believed_any_more(app: App, stages: Stages, generation: int) -> None:
    await app.rebalance(4, 0, 1)
    before = dict(stages.held)
    await app.rebalance(generation, 0, 1)
    assert stages.held.keys() == before.keys()
    assert all(stage.left and stages.held[key] is not stage for key, stage in before.items())  # type: ignore[attr-defined]
    assert all(stage.go.is_set() for stage in stages.held.values())
