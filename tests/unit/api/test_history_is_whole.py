"""New rules are shown before the store has all days as they count under them: until it has, nothing is answered from a part of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dunghen.contracts.topics import UNIT_DAYS
from dunghen.platform.clock import FixedClock
from dunghen.platform.kafka import Reader, Unreachable
from dunghen.platform.settings import load
from dunghen.platform.store import Store, open_store
from services.api import history_projector
from services.api.board_messages import Generation
from services.api.history import has_days_of
from services.api.history_projector import COLLECTIONS, HistoryProjector
from services.api.past import NotYetWhole, Past
from services.api.settings import ApiSettings

ENDS = {0: 7, 1: 3}


class City:
    """A projector over a real store; the ends of `unit-days` are said here, and counted."""

    def __init__(self, settings: ApiSettings, store: Store, patch: pytest.MonkeyPatch) -> None:
        self.store, self.asked, self.away = store, 0, False
        self.projector = HistoryProjector(settings, store, FixedClock(1_000))
        patch.setattr(history_projector, "end_offsets", self.ends)

    async def ends(self, *_: object) -> dict[int, int]:
        self.asked += 1
        if self.away:
            raise Unreachable("away")
        return dict(ENDS)

    async def write(self, *read: int) -> None:
        """So many records of each partition have been read."""
        reader: Any = SimpleNamespace(next={(UNIT_DAYS, partition): offset for partition, offset in enumerate(read)})
        await self.projector.write(cast(Reader, reader))


@pytest.fixture
async def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings = load(ApiSettings, data=tmp_path)
    store = open_store(settings, "api")
    await store.prepare(COLLECTIONS)
    world = City(settings, store, monkeypatch)
    await world.projector.begin()
    yield world
    await store.close()


async def test_days_under_new_rules_are_answered_once_all_of_them_are_written(city: City) -> None:
    past = Past(city.store, fresh_seconds=0)
    city.projector.on_shown(Generation(2, 20_000), at=900)
    for read in ((0, 0), (7, 2), (6, 3)):
        await city.write(*read)
        with pytest.raises(NotYetWhole, match="policy 2"):
            await past.units(2)
    await city.write(7, 3)
    assert await past.units(2) == {}
    assert city.asked == 1


async def test_since_when_they_are_shown_is_written_at_once_so_that_nobody_is_told_of_the_rules_before(city: City) -> None:
    city.projector.on_shown(Generation(1, 20_000), at=800)
    await city.write(7, 3)
    city.projector.on_shown(Generation(2, 20_000), at=900)
    await city.write(0, 0)
    past = Past(city.store, fresh_seconds=0)
    assert await past.generation_at(901) == Generation(2, 20_000)
    with pytest.raises(NotYetWhole):
        await past.units_at(2, 901)
    assert await past.units_at(1, 899) == {}


async def test_days_under_rules_of_before_are_whole_where_those_of_later_ones_are(city: City) -> None:
    """A store that an earlier release wrote, or a backup had, says nothing of them."""
    city.projector.on_shown(Generation(3, 20_000), at=900)
    await city.write(7, 3)
    assert [await has_days_of(city.store, policy) for policy in (1, 2, 3, 4)] == [True, True, True, False]


async def test_another_day_under_the_same_rules_asks_nothing(city: City) -> None:
    city.projector.on_shown(Generation(2, 20_000), at=900)
    await city.write(7, 3)
    city.projector.on_shown(Generation(2, 20_001), at=950)
    await city.write(7, 3)
    assert (await Past(city.store).generation_at(950), city.asked) == (Generation(2, 20_001), 1)


async def test_who_cannot_ask_how_much_there_is_says_nothing_of_it_and_asks_again(city: City) -> None:
    city.away = True
    city.projector.on_shown(Generation(2, 20_000), at=900)
    await city.write(7, 3)
    assert not await has_days_of(city.store, 2)
    city.away = False
    await city.write(7, 3)
    assert await has_days_of(city.store, 2)


async def test_a_store_that_was_emptied_is_told_again_what_is_shown(city: City) -> None:
    city.projector.on_shown(Generation(2, 20_000), at=900)
    await city.write(7, 3)
    await city.store.clear()
    await city.store.prepare(COLLECTIONS)
    await city.projector.begin()
    await city.write(0, 0)
    assert await Past(city.store).generation_at(1_000) == Generation(2, 20_000)
    assert not await has_days_of(city.store, 2)
    await city.write(7, 3)
    assert await has_days_of(city.store, 2)
