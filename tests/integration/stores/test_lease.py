"""That of several processes on one store one does a thing: on the fake, on SQLite and on a server that speaks MongoDB's protocol."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from dunghen.platform.store import Document, Put, Store, StoreAwayError
from dunghen.platform.store.lease import LEASES, LOOKS, Lease
from tests.eventually import eventually_async as eventually

NOON = 1_794_790_800_000
SHORT = 0.3  # seconds


@dataclass
class Clocks:
    """One clock for all, that stands until it is moved."""

    store: Store
    at: int = NOON

    def lease(self, **more: bool) -> Lease:
        return Lease(self.store, "sender", 30.0, now=lambda: self.at, **more)


@pytest.fixture
async def clocks(store: Store) -> Clocks:
    await store.prepare([LEASES])
    return Clocks(store)


@pytest.mark.parametrize("store", ["in_memory", "sqlite"], indirect=True)
async def test_of_many_that_want_it_at_once_one_has_it_for_its_time(clocks: Clocks) -> None:
    """Not on FerretDB, which reads and then writes, so that two may have it now and then; MongoDB changes one document in one step."""
    wanting = [clocks.lease() for _ in range(8)]
    assert sum(await asyncio.gather(*(each.take() for each in wanting))) == 1
    (holder,) = [each for each in wanting if each.left()]
    clocks.at += 29_999
    assert (holder.left(), [await each.take() for each in wanting]) == (0.001, [False] * 8)


async def test_renewed_it_stays_and_where_it_was_not_the_next_has_it_and_the_former_learns_of_it(clocks: Clocks) -> None:
    former, newer = clocks.lease(), clocks.lease()
    assert await former.take()
    for _ in range(5):
        clocks.at += 20_000
        assert (await former.renew(), await newer.take()) == (True, False)
    clocks.at += 30_000
    assert former.left() == 0
    assert await newer.take()
    assert (await former.renew(), former.left(), newer.left()) == (False, 0, 30)
    await former.give_back()
    assert not await former.take()


async def test_given_back_or_where_no_other_process_can_be_it_is_had_at_once(clocks: Clocks) -> None:
    first, second = clocks.lease(), clocks.lease()
    assert await first.take()
    await first.give_back()
    assert (first.left(), await second.take()) == (0, True)
    assert await clocks.lease(alone=True).take()


async def test_what_a_former_holder_writes_late_takes_no_effect(clocks: Clocks) -> None:
    """Also where its clock is ahead, and beside versions of a time before leases."""
    former, newer, store = clocks.lease(), clocks.lease(), clocks.store
    await store.apply([Put("notices", "n", NOON - 1, {"by": "nobody"})], {})
    assert await former.take()
    before = former.version(NOON - 1)
    await store.apply([Put("notices", "n", before, {"by": "former"})], {})
    assert former.version(before) > before
    clocks.at += 30_000
    assert await newer.take()
    now = newer.version(before)
    await store.apply([Put("notices", "n", now, {"by": "newer"})], {})
    clocks.at += 1_000_000
    for version in (former.version(before), former.version(now)):
        await store.apply([Put("notices", "n", version, {"by": "former"})], {})
    assert await store.get("notices", "n") == Document("n", now, {"by": "newer"})


@dataclass
class Work:
    """What one process does while it may."""

    times: int = 0
    at_work: bool = False

    async def run(self) -> None:
        self.times, self.at_work = self.times + 1, True
        try:
            await asyncio.Event().wait()
        finally:
            self.at_work = False


@dataclass
class Process:
    """Waits and works by a lease of the clock that stands, at which it looks again and again in real time."""

    clocks: Clocks
    work: Work = field(default_factory=Work)
    looks: int = 0

    def __post_init__(self) -> None:
        self.lease = Lease(self.clocks.store, "sender", SHORT, now=self._now)
        self.task = asyncio.create_task(self.lease.during(self.work.run))

    def _now(self) -> int:
        self.looks += 1
        return self.clocks.at

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


async def test_a_second_process_waits_and_goes_on_when_the_first_ends_or_goes_silent(
    clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Process(clocks)
    await eventually(lambda: one.work.at_work)
    other = Process(clocks)
    try:
        for _ in range(6):  # twice as long as the lease: nothing may come of it
            await looked(one, other)
            clocks.at += round(1000 * SHORT / LOOKS)
        assert (one.work.times, one.work.at_work, other.work.times) == (1, True, 0)
        await one.stop()
        await eventually(lambda: other.work.at_work)
        third = Process(clocks)
        with monkeypatch.context() as silent:
            silent.setattr(other.lease, "renew", _away)
            silent.setattr(other.lease, "take", _not_now)  # who cannot renew it cannot take it either
            await looked(third)
            assert (other.work.at_work, third.work.times) == (True, 0)  # it may be away for a moment
            clocks.at += round(1000 * SHORT)
            await eventually(lambda: third.work.at_work)
            await eventually(lambda: not other.work.at_work)
        await third.stop()
    finally:
        await one.stop()
        await other.stop()


async def looked(*processes: Process) -> None:
    """Each has taken, or renewed, by the clock as it is now."""
    before = [each.looks for each in processes]
    await eventually(lambda: all(each.looks > n + 3 for each, n in zip(processes, before, strict=True)))


async def _away() -> bool:
    raise StoreAwayError


async def _not_now() -> bool:
    return False


async def test_a_fault_of_the_work_is_told_and_the_lease_is_free(clocks: Clocks) -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await clocks.lease().during(fail)
    assert await clocks.lease().take()
