"""Keeps the raw events of each dossier in the read model, for its explanation: one document a dossier (`dossier_events`).

Beside them it counts how late steps came (`arrivals`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

import msgspec

from dunghen.contracts.messages import DossierEvent, decode_event
from dunghen.contracts.topics import DOSSIER_EVENTS
from dunghen.domain.days import Zone
from dunghen.domain.policy import Policy
from dunghen.platform import traces
from dunghen.platform.kafka import Place, Reader, Record
from dunghen.platform.logs import get_logger
from dunghen.platform.store import Collection, Document, In, Put, Query, Store
from services.api import metrics
from services.api.arrivals import ARRIVALS, Came, is_step, puts_of
from services.api.dossier_events import Course, body_of, course_of, joined
from services.api.settings import ApiSettings
from services.api.storing import follow_into

log = get_logger("events")
EVENTS = Collection("events")
WAITING = 5000  # records that may wait for the next write
AT_ONCE = 400  # documents read, or written, at once
TURN = 50  # records at once: then the live projector, on this loop too, has its turn

Waiting = dict[str, list[tuple[int, int, DossierEvent]]]  # dossier -> (partition, offset, event)


class Change(NamedTuple):
    """A dossier's document with what came, and the steps that it did not know."""

    put: Put
    steps: list[Came]


@dataclass
class EventProjector:
    """`run` never returns. What the store lost or did not take is read again from the offsets that it holds."""

    settings: ApiSettings
    store: Store
    shown: Callable[[], Policy | None]  # the policy of the map, None while there is none
    _came: Waiting = field(default_factory=dict)
    _count: int = 0

    async def run(self) -> None:
        """Follows for ever."""
        await follow_into(self.store, [EVENTS, ARRIVALS], self._follow, log)

    async def _follow(self) -> None:
        policy = self.shown()
        if policy is None:
            return
        self._came, self._count, written_at, traced = {}, 0, 0.0, traces.Came()
        begin = {place: offset for place, offset in (await self.store.offsets()).items() if place[0] == DOSSIER_EVENTS}
        reader = Reader(self.settings, [DOSSIER_EVENTS], begin, patient=True)
        async for batches in reader.batches():
            for place, records in batches.items():
                await self._take(place, records)
                traced.take(*place, records)
            if self._count > WAITING or (self._count and monotonic() - written_at >= self.settings.history_seconds):
                with traced.span("store", DOSSIER_EVENTS):
                    await self._write(dict(reader.next), policy.zone)
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

    async def _write(self, offsets: dict[Place, int], zone: Zone) -> None:
        """Documents first, then how far they reach: after a failure the same records come again, and change nothing.

        The counts of a step come before the dossier knows it: which steps are new is told by the dossier, what is counted by the counts.
        """
        codes = sorted(self._came)
        changes = [c for at in range(0, len(codes), AT_ONCE) for c in await self._changes(codes[at : at + AT_ONCE])]
        steps = [step for change in changes for step in change.steps]  # all of the round: a count takes them in the order of their records
        await self.store.apply(await puts_of(self.store, steps, zone), {})
        for at in range(0, len(changes), AT_ONCE):
            await self.store.apply([change.put for change in changes[at : at + AT_ONCE]], {})
        await self.store.apply([], offsets)
        self._came, self._count = {}, 0

    async def _changes(self, codes: list[str]) -> list[Change]:
        page = await self.store.find(Query(EVENTS.name, {"id": In(tuple(codes))}, limit=len(codes)))
        stored = {document.id: document for document in page.documents}
        changes = [self._change(code, stored.get(code)) for code in codes]
        return [change for change in changes if change is not None]

    def _change(self, code: str, stored: Document | None) -> Change | None:
        """The only writer of these documents counts its writings: one more is newer, in whatever partition its records lie."""
        before, came = course_of(stored.body if stored else None), self._came[code]
        course = joined(before, came)
        if course is None:
            return None
        return Change(Put(EVENTS.name, code, (stored.version if stored else 0) + 1, body_of(course)), _new_steps(before, came))


def _new_steps(before: Course, came: list[tuple[int, int, DossierEvent]]) -> list[Came]:
    """The steps that the dossier did not know, each once."""
    known = {event.id for event in before.events}
    steps: dict[bytes, Came] = {}
    for partition, offset, event in came:
        id_ = bytes.fromhex(event.id)
        if is_step(event) and id_ not in known and offset >= before.places.get(partition, 0):
            steps.setdefault(id_, Came(partition, offset, event))
    return list(steps.values())
