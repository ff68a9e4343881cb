"""That of all processes on a store one alone does a thing: who holds the lease may, until an instant by everybody's real clock.

The machines' clocks must not differ by more than a third of it. Who goes on after its end (stopped, and then woken) can still write: by
`version` what it writes takes no effect where a later holder wrote before it, and `left` is to be asked before anything that leaves us.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from dunghen.platform.clock import real_milliseconds
from dunghen.platform.logs import get_logger
from dunghen.platform.store.port import Between, Body, Collection, Put, Store, StoreAwayError

LEASES = Collection("leases")  # to be prepared with the others
MILLISECOND_BITS = 41  # of a version, until 2039; above them the term
LOOKS = 3  # renewals, or looks at another's lease, within one
log = get_logger("lease")


@dataclass
class Lease:
    """`seconds`: how long one taking or renewal holds. `alone`: no other process can write this store (SQLite), so a lease that is not
    given back is of a dead one. Methods raise StoreAwayError."""

    store: Store
    name: str
    seconds: float
    alone: bool = False
    now: Callable[[], int] = real_milliseconds
    _owner: str = field(default_factory=lambda: uuid.uuid4().hex)
    _term: int = 0
    _until: int = 0

    def left(self) -> float:
        """Seconds for which it is ours still; 0 where it is not."""
        return max(0, self._until - self.now()) / 1000

    def version(self, before: int) -> int:
        """For `Store.apply`: above `before`, the document's version, where we wrote that, and above all that earlier holders write."""
        own = before + 1 if before >> MILLISECOND_BITS == self._term else 0
        return max(own, self._term << MILLISECOND_BITS | self.now())

    async def take(self) -> bool:
        """Whether it is ours now: it was free, given back or over."""
        await self.store.insert(Put(LEASES.name, self.name, 0, {"by": "", "until": 0, "term": 0}))
        found = await self.store.get(LEASES.name, self.name)
        if found is None:
            return False
        now, term = self.now(), int(found.body["term"])
        free = {} if self.alone else {"until": Between(high=now)}
        if not await self._set({"term": term, **free}, now, {"by": self._owner, "term": term + 1}):
            return False
        self._term = term + 1
        return True

    async def renew(self) -> bool:
        """For as long again; False where another has it."""
        return await self._set({"term": self._term, "by": self._owner}, self.now(), {})

    async def give_back(self) -> None:
        """The next one need not wait for its end."""
        self._until = 0
        await self.store.update((LEASES.name, self.name), {"term": self._term, "by": self._owner}, {"until": 0})

    async def _set(self, expected: Body, now: int, changes: Body) -> bool:
        until = now + round(1000 * self.seconds)
        ours = await self.store.update((LEASES.name, self.name), expected, {"until": until, **changes})
        self._until = until if ours else 0
        return ours

    async def during(self, work: Callable[[], Awaitable[None]]) -> None:
        """For ever: waits until it is ours, and works while it is. Raises what `work` raises."""
        while True:
            await self._taken()
            working = asyncio.ensure_future(work())
            try:
                await self._held(working)
            finally:
                working.cancel()
                await asyncio.wait({working})
                with suppress(StoreAwayError):
                    await self.give_back()

    async def _taken(self) -> None:
        waits = False
        while not await self.take():
            if not waits:
                log.warning("lease_waits", lease=self.name, reason="another process has it")
                waits = True
            await asyncio.sleep(self.seconds / LOOKS)
        log.info("lease_taken", lease=self.name, term=self._term)

    async def _held(self, working: asyncio.Future[None]) -> None:
        while not working.done():
            await asyncio.wait({working}, timeout=self.seconds / LOOKS)
            try:
                ours = await self.renew()
            except StoreAwayError:
                ours = self.left() > 0
            if not ours and not working.done():
                log.warning("lease_lost", lease=self.name, term=self._term)
                return
        working.result()
