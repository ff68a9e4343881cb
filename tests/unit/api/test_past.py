"""Day counters out of a store that fails, is slow or moves while it is read: an answer is made of one whole reading, or there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from dunghen.contracts.cells import CellKey
from dunghen.platform.store import Page, Put, Query, StoreAwayError
from dunghen.platform.store.in_memory import InMemoryStore
from services.api import past as reading
from services.api.history import GENERATIONS, REVISIONS, SERIES, WHOLE, Ledger, SeriesKey, packed, whole_put
from services.api.past import Past

DAY, AT = 20_773, 600
UNITS = ("20194", "20197", "20242", "H17.10")


class Store(InMemoryStore):
    """Calls `before` ahead of each page that is read, with the collection and how many pages were read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, int] = {}
        self.before: Callable[[str, int], Awaitable[None]] | None = None

    async def find(self, query: Query) -> Page:
        self.pages[query.collection] = number = self.pages.get(query.collection, 0) + 1
        if self.before is not None:
            await self.before(query.collection, number)
        return await super().find(query)

    async def received(self, count: int, *units: str, policy: int = 1, version: int = 1) -> None:
        await self.apply([series(unit, policy, count, version) for unit in units], {})


def series(unit: str, policy: int, count: int, version: int) -> Put:
    key = SeriesKey(unit, 0, policy)
    return Put("series", key.id, version, {**key._asdict(), "days": packed({DAY: [count]})})


def cell(unit: str) -> CellKey:
    return CellKey(unit, DAY, 0, 1)


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(reading, "PAGE", 2)
    store = Store()
    await store.prepare((SERIES, REVISIONS, GENERATIONS, WHOLE))
    await store.received(10, *UNITS)
    await store.received(77, *UNITS, policy=2)
    await store.apply([whole_put(2, 1)], {})
    return store


async def counts(past: Past, policy: int = 1, at: int | None = None) -> list[int]:
    found = await (past.units(policy) if at is None else past.units_at(policy, at))
    return [found[unit].on(DAY, 0) if unit in found else 0 for unit in UNITS]


async def test_a_page_that_fails_once_leaves_no_unit_out_and_none_old(store: Store) -> None:
    past, failing = Past(store, fresh_seconds=0), True

    async def away(collection: str, number: int) -> None:
        if failing and (collection, number) == ("series", 2):
            raise StoreAwayError("away")

    store.before = away
    for expected in ([10] * 4, [99, 10, 10, 10]):
        failing, store.pages = True, {}
        with pytest.raises(StoreAwayError):
            await past.units(1)
        failing = False
        assert await counts(past) == expected
        await store.received(99, UNITS[0], version=2)


async def test_a_reader_who_leaves_in_the_middle_leaves_no_unit_out(store: Store) -> None:
    past, reached, never = Past(store, fresh_seconds=0), asyncio.Event(), asyncio.Event()

    async def stand(collection: str, number: int) -> None:
        if (collection, number) == ("series", 2):
            reached.set()
            await never.wait()

    store.before = stand
    leaving = asyncio.create_task(counts(past))
    await reached.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await counts(past) == [10] * 4


async def test_what_was_known_is_of_one_policy_whatever_others_ask_meanwhile(store: Store) -> None:
    past = Past(store)

    async def others(collection: str, number: int) -> None:
        if collection == "revisions":
            assert await counts(past, policy=2) == [77] * 4

    store.before = others
    assert await counts(past, at=AT) == [10] * 4


async def test_what_changes_while_the_revisions_are_read_is_taken_back(store: Store) -> None:
    """By another reader's fresh reading the days know it; these revisions, of which the first page is read, do not."""
    past, book = Past(store, fresh_seconds=0), Ledger(1, {SeriesKey(UNITS[0], 0, 1): {DAY: [10]}})

    async def changes(collection: str, number: int) -> None:
        if (collection, number) == ("revisions", 2):
            book.put(cell(UNITS[0]), [11], AT + 60)
            await store.apply(book.take_writes(2), {})
            assert await counts(past) == [11, 10, 10, 10]

    for unit in UNITS[1:]:  # of the same minute; the change stands before them
        other = Ledger(1, {SeriesKey(unit, 0, 1): {DAY: [10]}})
        other.put(cell(unit), [9], AT + 60)
        await store.apply([put for put in other.take_writes(1) if put.collection == "revisions"], {})
    store.before = changes
    assert await counts(past, at=AT) == [10] * 4


async def test_two_policies_asked_by_turns_are_both_kept_and_a_third_takes_the_place_of_the_older(store: Store) -> None:
    past = Past(store, fresh_seconds=3600)
    for policy, pages in ((1, 2), (2, 4), (1, 4), (2, 4), (0, 5), (2, 5), (1, 7)):
        await past.units(policy)
        assert (policy, store.pages["series"]) == (policy, pages)


async def test_days_for_which_nobody_asks_any_more_are_let_go(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    past, now = Past(store), [1000.0]
    monkeypatch.setattr(reading, "monotonic", lambda: now[0])
    for policy in (1, 2):
        await past.units(policy)
    now[0] += reading.KEPT_SECONDS
    await past.units(2)
    assert list(past._kept) == [2]
