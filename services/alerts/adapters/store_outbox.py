"""Ledger and outbox in the service's own database: one document a notice, under its key."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from dunghen.contracts.messages import Notice
from dunghen.contracts.topics import partition_of
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.store import Between, Collection, Document, In, Put, Query, Store
from services.alerts.ports import PENDING, Lease, Progress, Row

NOTICES, PROGRESS, FACTS = "notices", "progress", "facts"
COLLECTIONS = (Collection(NOTICES, (("partition", "unsettled"), ("dossier",))), Collection(PROGRESS), Collection(FACTS))
AT_ONCE = 500
MOST = 2000  # more partitions than the settings allow


class StoreOutbox:
    """`alone`: no other process can write this database (SQLite), so a lease that is not of this process is of a dead one."""

    def __init__(self, store: Store, *, alone: bool, lease_seconds: float) -> None:
        self._store, self._alone, self._lease_ms = store, alone, int(lease_seconds * 1000)
        self._owner = uuid.uuid4().hex

    async def prepare(self) -> None:
        await self._store.prepare(COLLECTIONS)

    async def settle_in(self, partitions: int) -> None:
        """Where this database was last used with another number of partitions: its notices go to where their dossiers are now, and every
        partition is decided up to where all were, with nothing read. May be repeated; to be called before any partition is taken over.
        """
        found = await self._store.get(FACTS, "partitions")
        if found and found.body["count"] == partitions:
            return
        for row in await self._rows({"unsettled": 1}):
            await self._store.update((NOTICES, row.notice.key), {}, {"partition": partition_of(row.notice.dossier, partitions)})
        told = [msgspec.convert(document.body, Progress) for document in (await self._store.find(Query(PROGRESS, limit=MOST))).documents]
        if told:
            anew = Progress(0, min(each.decided_to for each in told), min(each.policy for each in told))
            for partition in range(partitions):
                await self.note_progress(partition, anew)
        await self._store.insert(Put(FACTS, "partitions", 0, {"count": partitions}))
        await self._store.update((FACTS, "partitions"), {}, {"count": partitions})

    async def go_live(self, now: int) -> int:
        await self._store.insert(Put(FACTS, "go_live", 0, {"at": now}))
        found = await self._store.get(FACTS, "go_live")
        return int(found.body["at"]) if found else now

    async def retire(self) -> None:
        await self._store.remove(FACTS, {"id": "go_live"})
        await self._store.remove(PROGRESS, {})

    async def progress(self, partition: int) -> Progress | None:
        found = await self._store.get(PROGRESS, str(partition))
        return msgspec.convert(found.body, Progress) if found else None

    async def note_progress(self, partition: int, progress: Progress) -> None:
        body = msgspec.to_builtins(progress)
        if not await self._store.update((PROGRESS, str(partition)), {}, body):
            await self._store.insert(Put(PROGRESS, str(partition), 0, body))

    async def record(self, partition: int, rows: Sequence[Row]) -> list[Row]:
        found = []
        for some in (rows[i : i + AT_ONCE] for i in range(0, len(rows), AT_ONCE)):
            found += await self._record(partition, some)
        return found

    async def _record(self, partition: int, rows: Sequence[Row]) -> list[Row]:
        """What stands there as superseded was never sent and stays so, and what waits in the name of another unit will: decided anew it has
        the next key.
        """
        await self._store.apply([Put(NOTICES, row.notice.key, 0, _body(row, partition)) for row in rows], {})
        there = {row.notice.key: row for row in await self._rows({"id": In(tuple(row.notice.key for row in rows))})}
        pairs = [(row, there[row.notice.key]) for row in rows if not row.published and row.notice.reason != "ENDED"]
        anew = [_anew(row, before) for row, before in pairs if _is_past(before.notice, row.notice.unit)]
        unsettled = [row for row in there.values() if row.notice.state == PENDING or not row.published]
        return unsettled + (await self._record(partition, anew) if anew else [])

    async def spoken(self, dossiers: Sequence[bytes]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for some in (dossiers[i : i + AT_ONCE] for i in range(0, len(dossiers), AT_ONCE)):
            for row in await self._rows({"dossier": In(tuple(key.decode() for key in some))}):
                found.setdefault(row.notice.dossier, []).append(row)
        return found

    async def of(self, dossier: str) -> Sequence[Row]:
        return await self._rows({"dossier": dossier})

    async def unsettled(self, partition: int) -> list[Row]:
        return await self._rows({"partition": partition, "unsettled": 1})

    async def _rows(self, where: dict[str, Any]) -> list[Row]:
        rows, after = [], ""
        while True:
            page = await self._store.find(Query(NOTICES, where, limit=AT_ONCE, after=after))
            rows += [_row(document) for document in page.documents]
            after = page.after
            if not after:
                return rows

    async def lease(self, row: Row) -> Lease:
        now = real_milliseconds()
        free: dict[str, Any] = {} if self._alone else {"lease_until": Between(None, now)}
        changes = {"lease_until": now + self._lease_ms, "lease_by": self._owner, "unknown": True, "digest": row.digest}
        if await self._store.update((NOTICES, row.notice.key), {"state": PENDING, **free}, changes):
            return "ours"
        found = await self._store.get(NOTICES, row.notice.key)
        return "busy" if found and found.body["state"] == PENDING else "settled"

    async def settle(self, row: Row) -> bool:
        body = {**_body(row, None), "lease_until": 0}
        return await self._store.update((NOTICES, row.notice.key), {"state": PENDING, "lease_by": self._owner}, body)

    async def note_published(self, partition: int, rows: Sequence[Row]) -> None:
        """What is settled never changes again: it is written whole, at once, as a second version."""
        done = [replace(row, published=True) for row in rows if row.notice.state != PENDING]
        if done:
            await self._store.apply([Put(NOTICES, row.notice.key, 1, _body(row, partition)) for row in done], {})
        pending = [row.notice.key for row in rows if row.notice.state == PENDING]
        await asyncio.gather(*(self._store.update((NOTICES, key), {"state": PENDING}, {"published": True}) for key in pending))


def _is_past(notice: Notice, unit: str) -> bool:
    return notice.state == "superseded" or (notice.state == PENDING and notice.unit != unit)


def _anew(row: Row, before: Row) -> Row:
    """Under the key behind that of `before`; where that one may have gone out all the same it goes again under its Message-ID."""
    key, _, number = before.notice.key.rpartition("~")
    key, number = (key, number) if key and number.isdigit() else (before.notice.key, "1")
    notice = msgspec.structs.replace(row.notice, key=f"{key}~{int(number) + 1}")
    return replace(row, notice=notice, unknown=before.unknown, digest=before.digest)


def _body(row: Row, partition: int | None) -> dict[str, Any]:
    """`unsettled` (0 or 1) is what the index is for: pending, or not published as it is."""
    place = {} if partition is None else {"partition": partition, "lease_until": 0, "lease_by": ""}
    unsettled = int(row.notice.state == PENDING or not row.published)
    flags = {"crossed_at": row.crossed_at, "published": row.published, "unknown": row.unknown, "unsettled": unsettled, "digest": row.digest}
    return {**msgspec.structs.asdict(row.notice), **flags, "entered": row.entered, **place}


def _row(document: Document) -> Row:
    body, notice = document.body, msgspec.convert(document.body, Notice)
    entered = body.get("entered", notice.reason != "HANDED_OVER")  # an older release did not say
    return Row(notice, body["crossed_at"], body["published"], body["unknown"], body.get("digest", ""), entered=entered)
