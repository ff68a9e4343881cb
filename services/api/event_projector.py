"""Keeps the raw events of each dossier in the read model, for its explanation: one document a dossier (`dossier_events`)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

import msgspec

from dunghen.contracts.messages import DossierEvent, decode_event
from dunghen.contracts.topics import DOSSIER_EVENTS
from dunghen.platform.kafka import Place, Reader, Record
from dunghen.platform.logs import get_logger
from dunghen.platform.store import Collection, Document, In, Put, Query, Store
from services.api import metrics
from services.api.dossier_events import body_of, course_of, joined
from services.api.settings import ApiSettings
from services.api.storing import follow_into

log = get_logger("events")
EVENTS = Collection("events")
WAITING = 5000  # records that may wait for the next write
AT_ONCE = 400  # documents read, or written, at once
TURN = 50  # records at once: then the live projector, on this loop too, has its turn

Came = dict[str, list[tuple[int, int, DossierEvent]]]  # dossier -> (partition, offset, event)


@dataclass
class EventProjector:
    """`run` never returns. What the store lost or did not take is read again from the offsets that it holds."""

    settings: ApiSettings
    store: Store
    _came: Came = field(default_factory=dict)
    _count: int = 0

    async def run(self) -> None:
        """Follows for ever."""
        await follow_into(self.store, [EVENTS], self._follow, log)

    async def _follow(self) -> None:
        self._came, self._count, written_at = {}, 0, 0.0
        begin = {place: offset for place, offset in (await self.store.offsets()).items() if place[0] == DOSSIER_EVENTS}
        reader = Reader(self.settings, [DOSSIER_EVENTS], begin, patient=True)
        async for batches in reader.batches():
            for place, records in batches.items():
                await self._take(place, records)
            if self._count > WAITING or (self._count and monotonic() - written_at >= self.settings.history_seconds):
                await self._write(dict(reader.next))
                written_at = monotonic()

    async def _take(self, place: Place, records: Sequence[Record]) -> None:
        for index, record in enumerate(records):
            if record.value:
                self._take_one(place[1], record.offset, record.value)
            if index % TURN == TURN - 1:
                await asyncio.sleep(0)  # the live projector shares this loop
        self._count += len(records)
        metrics.HISTORY_RECORDS.labels(topic=place[0]).inc(len(records))

    def _take_one(self, partition: int, offset: int, value: bytes) -> None:
        try:
            event = decode_event(value)
        except msgspec.MsgspecError:
            metrics.UNDECODABLE.inc()  # scoring has the dead letter
            return
        self._came.setdefault(event.dossier, []).append((partition, offset, event))

    async def _write(self, offsets: dict[Place, int]) -> None:
        """Documents first, then how far they reach: after a failure the same records come again, and change nothing."""
        codes = sorted(self._came)
        for first in range(0, len(codes), AT_ONCE):
            await self.store.apply(await self._puts(codes[first : first + AT_ONCE]), {})
        await self.store.apply([], offsets)
        self._came, self._count = {}, 0

    async def _puts(self, codes: list[str]) -> list[Put]:
        page = await self.store.find(Query(EVENTS.name, {"id": In(tuple(codes))}, limit=len(codes)))
        stored = {document.id: document for document in page.documents}
        puts = [self._put(code, stored.get(code)) for code in codes]
        return [put for put in puts if put is not None]

    def _put(self, code: str, stored: Document | None) -> Put | None:
        """The only writer of these documents counts its writings: one more is newer, in whatever partition its records lie."""
        course = joined(course_of(stored.body if stored else None), self._came[code])
        return Put(EVENTS.name, code, (stored.version if stored else 0) + 1, body_of(course)) if course else None
