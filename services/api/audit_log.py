"""Writes the audit log: durable before an answer goes out, all who wait in one block."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from dunghen.contracts.audit import BLOCKS, HEAD, HEADS, AuditEntry, Place, block_after, block_id
from dunghen.platform.store import Between, Collection, Put, Query, Store, StoreAwayError
from services.api import metrics
from services.api.problems import ProblemError

COLLECTIONS = (Collection(BLOCKS, (("seq",),)), Collection(HEADS))


@dataclass
class _Batch:
    entries: list[AuditEntry] = field(default_factory=list)
    written: bool = False


@dataclass
class AuditLog:
    """The one chain of a city. Several workers may write it: a block's number can be taken once, who comes second chains anew."""

    store: Store
    _open: _Batch = field(default_factory=_Batch)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _place: Place | None = None

    async def record(self, entry: AuditEntry) -> None:
        """Returns once the entry is durable. Raises StoreAwayError: then nothing may be shown (it may have been written all the same)."""
        batch = self._open
        batch.entries.append(entry)
        async with self._lock:
            if batch.written:
                return
            if self._open is batch:
                self._open = _Batch()
            await self._append(batch)

    async def must(self, entry: AuditEntry) -> None:
        """The same for who answers a request. Raises ProblemError."""
        try:
            await self.record(entry)
        except StoreAwayError as fault:
            raise ProblemError("NOT_READY", "the audit log cannot be written") from fault

    async def _append(self, batch: _Batch) -> None:
        if self._place is None:
            self._place = await self._last()
        after, body = block_after(self._place, batch.entries)
        while not await self.store.insert(Put(BLOCKS, block_id(after.seq), 1, body)):
            after, body = block_after(await self._last(), batch.entries)
        self._place, batch.written = after, True
        await self._note(after)
        metrics.AUDIT_ENTRIES.inc(len(batch.entries))

    async def _note(self, place: Place) -> None:
        """The head beside the chain: a chain that is cut off behind it is known for that."""
        changes = {"seq": place.seq, "hash": place.hash}
        if not await self.store.update((HEADS, HEAD), {"seq": Between(high=place.seq)}, changes):
            await self.store.insert(Put(HEADS, HEAD, 1, changes))

    async def _last(self) -> Place:
        found = (await self.store.find(Query(BLOCKS, {}, ("seq",), descending=True, limit=1))).documents
        return Place(found[0].body["seq"], found[0].body["hash"]) if found else Place()
