"""Late data counted: each step once, whatever comes again and wherever the writer is cut off; against a plain count of the events."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import msgspec
import pytest

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.days import Zone
from dunghen.domain.policy import Policy
from dunghen.platform.store import StoreAwayError, Write
from dunghen.platform.store.in_memory import InMemoryStore
from services.api.arrivals import ARRIVALS, arrived
from services.api.event_projector import EVENTS, EventProjector
from services.api.settings import ApiSettings

AT = 1_794_790_800  # Monday 2026-11-16 08:00 in Đà Nẵng
ZONE = Zone("Asia/Ho_Chi_Minh")
TODAY = ZONE.day_of(AT)
POLICY = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"}})
Record = tuple[int, int, DossierEvent]


def step(n: int, late_by: int = 0, **more: Any) -> DossierEvent:
    at = AT + n
    given = {"kind": "progressed", "status": 4, "occurred_at": at - late_by, "arrived_at": at * 10**6, "unit": "U", "dossier": "D", **more}
    return DossierEvent(id=f"{n:016x}", source="s", **given)


class CutOff(InMemoryStore):
    """Breaks off at one of the writes, before or after it is carried out."""

    def __init__(self) -> None:
        super().__init__()
        self.breaks_at, self.writes, self.after = -1, 0, False

    async def apply(self, writes: Any, offsets: Any) -> None:
        self.writes += 1
        if self.writes == self.breaks_at and not self.after:
            raise StoreAwayError("cut off")
        await super().apply(list[Write](writes), offsets)
        if self.writes == self.breaks_at:
            raise StoreAwayError("cut off")


def projector(store: InMemoryStore) -> EventProjector:
    return EventProjector(ApiSettings(), store, lambda: POLICY)


async def round_of(store: InMemoryStore, records: list[Record]) -> None:
    """One round of a projector that has just started."""
    new = projector(store)
    for partition, offset, event in records:
        new._take_one(partition, offset, msgspec.json.encode(event))
    await new._write({("dossier-events", p): o + 1 for p, o, _ in records}, ZONE)


async def prepared(store: InMemoryStore) -> InMemoryStore:
    await store.prepare([EVENTS, ARRIVALS])
    return store


async def test_a_step_of_an_earlier_day_is_late_and_one_of_the_same_day_is_not() -> None:
    store = await prepared(InMemoryStore())
    events = [step(1), step(2, 3600), step(3, 9 * 3600), step(4, 86400), step(5, 0, kind="synced"), step(6, 7200, unit="V")]
    await round_of(store, [(0, n, event) for n, event in enumerate(events)])
    assert await arrived(store, "U", (TODAY, TODAY)) == (4, 2, TODAY)
    assert await arrived(store, "V", (TODAY, TODAY)) == (1, 0, TODAY)
    assert await arrived(store, "U", (TODAY - 9, TODAY - 1)) == (0, 0, TODAY)
    assert await arrived(store, "W", (0, TODAY)) == (0, 0, None)


async def test_a_step_that_comes_again_counts_once() -> None:
    store = await prepared(InMemoryStore())
    again = step(1, arrived_at=(AT + 9 * 86400) * 10**6)
    await round_of(store, [(0, 0, step(1)), (0, 1, again)])
    await round_of(store, [(0, 2, again), (1, 0, step(1)), (0, 3, step(2))])
    assert await arrived(store, "U", (0, TODAY + 99)) == (2, 0, TODAY)


@pytest.mark.parametrize("seed", range(25))
def test_wherever_it_is_cut_off_each_step_is_counted_once(seed: int) -> None:
    asyncio.run(cut_off(Random(seed)))


async def cut_off(r: Random) -> None:
    store = CutOff()
    await prepared(store)
    records, upcoming = list[Record](), [0, 0]
    for n in range(120):
        dossier = r.randrange(30)
        event = step(n if r.random() < 0.9 else max(0, n - 9), r.choice((0, 0, 90000)), dossier=f"D{dossier}", unit="UV"[dossier % 2])
        event.id = f"{dossier:08x}{event.arrived_at // 10**6 - AT:08x}"
        records.append((dossier % 2, upcoming[dossier % 2], event))
        upcoming[dossier % 2] += 1
    at = 0
    while at < len(records):
        store.writes, store.breaks_at, store.after = 0, r.choice((-1, 1, 2, 3, 4)), r.random() < 0.5
        size = r.randrange(1, 40)
        try:
            await round_of(store, records[at : at + size])
            at += size
        except StoreAwayError:
            continue  # the same records come again
    for unit in "UV":
        first: dict[str, DossierEvent] = {}
        for _, _, event in records:
            first.setdefault(event.id, event)
        mine = [e for e in first.values() if e.unit == unit]
        late = sum(ZONE.day_of(e.occurred_at) < ZONE.day_of(e.arrived_at // 10**6) for e in mine)
        assert (await arrived(store, unit, (0, TODAY + 9)))[:2] == (len(mine), late)
