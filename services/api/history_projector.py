"""Writes the store: day counters and their revisions, notices, answers to them, what people wrote of their unit, what was told of it.

Beside the live projector in its process, with offsets of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

import msgspec
from aiokafka.errors import KafkaError

from dunghen.contracts.cells import CellKey, decode_kept, parse_key
from dunghen.contracts.justifications import decode_justification
from dunghen.contracts.messages import Notice, decode_notice
from dunghen.contracts.people import decode_action
from dunghen.contracts.topics import FACTS, JUSTIFICATIONS, NOTICE_ACTIONS, NOTICES, OWN_KEY, UNIT_DAYS, all_topics
from dunghen.platform import traces
from dunghen.platform.clock import Clock, real_milliseconds
from dunghen.platform.kafka import MissingTopic, Place, Reader, Record, Unreachable, end_offsets
from dunghen.platform.logs import get_logger
from dunghen.platform.store import Collection, Put, Store
from services.api import acknowledgements, justifications, metrics
from services.api.board_messages import Generation
from services.api.history import GENERATIONS, REVISIONS, SERIES, WHOLE, Ledger, SeriesKey, days_of, generation_put, was_shown, whole_put
from services.api.lag import StoreLag
from services.api.ports import NewsWriter
from services.api.settings import ApiSettings
from services.api.storing import follow_into
from services.api.telling import tell_notices
from services.api.told_history import SINCE, TOLD, ToldLedger, since_put

log = get_logger("history")
FOLLOWED = (UNIT_DAYS, NOTICES, NOTICE_ACTIONS, JUSTIFICATIONS, FACTS)
NOTICE_DOCUMENTS = Collection("notices", (("message_id",), ("unit", "decided_at"), ("dossier", "decided_at"), ("recipient", "decided_at")))
COLLECTIONS = (SERIES, REVISIONS, GENERATIONS, WHOLE, NOTICE_DOCUMENTS, acknowledgements.COLLECTION, justifications.COLLECTION, TOLD, SINCE)
SOON_SECONDS = 0.5
TURN = 50  # records at once: then the live projector has its turn
OFFSET_BITS = 40  # a partition has fewer records than 2^40


def notice_version(notice: Notice, offset: int) -> int:
    """Of two writings of a notice the settled one wins, then the later record: where partitions were added, offsets alone do not tell."""
    return (notice.state != "pending") << OFFSET_BITS | offset + 1


@dataclass
class HistoryProjector:
    """`run` never returns. What the store lost or did not take is read again from the offsets that it holds."""

    settings: ApiSettings
    store: Store
    clock: Clock
    news: NewsWriter | None = None  # who hears of notices that were stored
    _shown: Generation | None = None  # told by the live projector
    _generations: list[tuple[int, Generation]] = field(default_factory=list)  # since when each was shown; not yet written
    _ends: tuple[int, dict[int, int]] | None = None  # a policy, and where `unit-days` ended when it was shown already
    _marked: int = 0  # up to which policy the store is known to have all days
    _ledger: Ledger = field(default_factory=lambda: Ledger(0))
    _told: ToldLedger = field(init=False)
    _writes: list[Put] = field(default_factory=list)
    _written_at: float = 0.0
    _version: int = 0
    lag: StoreLag = field(init=False)  # of what figures are made of

    def __post_init__(self) -> None:
        topics = all_topics(self.settings.partitions)
        self.lag = StoreLag({topic: topics[topic].partitions for topic in (UNIT_DAYS, FACTS)})

    def on_shown(self, generation: Generation, at: int) -> None:
        """The map shows this generation since `at`, on the city's clock."""
        if generation != self._shown:
            self._shown = generation
            self._generations.append((at, generation))

    async def run(self) -> None:
        """Follows for ever, again from the store's offsets after each loss of it."""
        await follow_into(self.store, COLLECTIONS, self._follow, log)

    async def begin(self) -> None:
        """Forgets what is not written; a store that was emptied, or never had it, is told again which policy is shown."""
        self._ledger, self._told, self._writes = Ledger(real_milliseconds()), ToldLedger(self.store), []
        self._ends, self._marked = None, 0
        await self._told.read_anew()
        await self.store.insert(since_put(self.clock.seconds()))
        if self._shown is not None and not self._generations and not await was_shown(self.store, self._shown.policy):
            self._generations.append((self.clock.seconds(), self._shown))

    async def _follow(self) -> None:
        await self.begin()
        self.lag.written = await self.store.offsets()
        reader, came = Reader(self.settings, FOLLOWED, self.lag.written, patient=True), traces.Came()
        async for batches in reader.batches():
            for place, records in batches.items():
                await self._take(place, records)
                came.take(*place, records)
            if monotonic() - self._written_at >= self._pause():
                with came.span("store", "history"):
                    await self.write(reader)

    async def _take(self, place: Place, records: Sequence[Record]) -> None:
        for index, record in enumerate(records):
            try:
                await self._take_one(place, record)
            except (ValueError, msgspec.MsgspecError):
                metrics.UNDECODABLE.inc()
            if index % TURN == TURN - 1:
                await asyncio.sleep(0)  # the live projector shares this loop
        metrics.HISTORY_RECORDS.labels(topic=place[0]).inc(len(records))

    async def _take_one(self, place: Place, record: Record) -> None:
        if place[0] == FACTS:
            if record.value:
                await self._told.take(record.value)
            return
        if place[0] != UNIT_DAYS:
            self._writes += _puts_of(place[0], record.value, record.offset) if record.value else ()
            return
        if record.key is None or record.key.startswith(OWN_KEY):
            return
        key = parse_key(record.key)
        if isinstance(key, CellKey):
            await self._know(SeriesKey(key.unit, key.partition, key.policy))
            self._ledger.put(key, decode_kept(record.value) if record.value else [], self.clock.seconds())

    async def _know(self, key: SeriesKey) -> None:
        if key not in self._ledger.known:
            document = await self.store.get("series", key.id)
            self._ledger.known[key] = days_of(document) if document else {}

    async def write(self, reader: Reader) -> None:
        """All that was taken, as far as `reader` has come."""
        self._version = max(self._version + 1, real_milliseconds())
        told, whole = len(self._generations), await self._whole(reader)
        generations = [generation_put(at, shown.policy, shown.day, self._version) for at, shown in self._generations[:told]]
        writes = [*self._ledger.take_writes(self._version), *self._told.take_writes(), *self._writes, *generations, *whole]
        offsets = dict(reader.next)
        await self.store.apply(writes, offsets)
        self.lag.written = offsets
        del self._generations[:told]
        await tell_notices(self.news, self.store, self._writes)
        self._writes, self._written_at = [], monotonic()

    def _pause(self) -> float:
        """Between two writings; short while days under new rules are waited for."""
        waited_for = self._shown is not None and self._shown.policy > self._marked
        return min(SOON_SECONDS, self.settings.history_seconds) if waited_for else self.settings.history_seconds

    async def _whole(self, reader: Reader) -> list[Put]:
        """The mark that the days under the shown policy are whole, once: all that `unit-days` held when it was shown already is written
        with it, or before."""
        policy = self._shown.policy if self._shown else 0
        if policy <= self._marked:
            return []
        if self._ends is None or self._ends[0] != policy:
            try:
                self._ends = policy, await end_offsets(self.settings, UNIT_DAYS)
            except (Unreachable, MissingTopic, KafkaError) as fault:
                log.warning("ends_unknown", error=type(fault).__name__)
                return []
        if any(reader.next.get((UNIT_DAYS, partition), 0) < end for partition, end in self._ends[1].items()):
            return []
        self._marked = policy
        return [whole_put(policy, self._version)]


def _puts_of(topic: str, value: bytes, offset: int) -> list[Put]:
    """What one record of people's or alerts' words adds. Raises MsgspecError."""
    if topic == NOTICES:
        notice = decode_notice(value)
        return [Put("notices", notice.key, notice_version(notice, offset), msgspec.to_builtins(notice))]
    if topic == JUSTIFICATIONS:
        return [justifications.justification_put(decode_justification(value), offset)]
    answer = acknowledgements.answer_put(decode_action(value))
    return [answer] if answer else []
