"""Kafka without faust: producers, topics, whole-partition reads and endless readers.

Topic names are bare everywhere here: the namespace of the settings is put before them in this module and nowhere else. All reading is
`read_committed`: nothing of an open or aborted transaction is ever seen, and the end of a partition is its last stable offset (LSO).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from dunghen.platform.kafka_clients import PATIENTLY
from dunghen.platform.kafka_clients import Bare as Bare
from dunghen.platform.kafka_clients import MissingTopic as MissingTopic
from dunghen.platform.kafka_clients import Place as Place
from dunghen.platform.kafka_clients import Record as Record
from dunghen.platform.kafka_clients import Stalled as Stalled
from dunghen.platform.kafka_clients import TooFewBrokers as TooFewBrokers
from dunghen.platform.kafka_clients import Truncated as Truncated
from dunghen.platform.kafka_clients import Unreachable as Unreachable
from dunghen.platform.kafka_clients import WrongPartitions as WrongPartitions
from dunghen.platform.kafka_clients import consumer as consumer
from dunghen.platform.kafka_clients import partitions_of as partitions_of
from dunghen.platform.kafka_clients import producer as producer
from dunghen.platform.kafka_clients import reachable as reachable
from dunghen.platform.kafka_clients import start as start
from dunghen.platform.kafka_clients import started as started
from dunghen.platform.kafka_clients import until_reachable as until_reachable
from dunghen.platform.kafka_groups import commit as commit
from dunghen.platform.kafka_groups import committed as committed
from dunghen.platform.kafka_topics import add_partitions as add_partitions
from dunghen.platform.kafka_topics import ensure_topics as ensure_topics
from dunghen.platform.kafka_topics import members as members
from dunghen.platform.kafka_topics import present as present
from dunghen.platform.kafka_topics import remove_topics as remove_topics
from dunghen.platform.kafka_topics import replicas as replicas
from dunghen.platform.logs import get_logger
from dunghen.platform.settings import PlatformSettings

log = get_logger("kafka")
Take = Callable[[bytes | None, bytes | None, int, int], object]
AT_ONCE = 10_000  # records in hand: others of this process have their turn between, and the memory that only a load needs stays small
STALL_SECONDS = 45.0  # a dead connection is replaced within REQUEST_SECONDS: this is a broker that helps nobody


async def end_offsets(settings: PlatformSettings, topic: str) -> dict[int, int]:
    """For each partition the offset after its last stable record; raises Unreachable, MissingTopic."""
    async with started(consumer(settings), settings) as c:
        places = await partitions_of(c, settings, [topic])
        ends = await c.end_offsets([_tp(settings, p) for p in places])
        return {tp.partition: end for tp, end in ends.items()}


async def read_all(settings: PlatformSettings, place: Place, take: Take, from_offset: int = 0) -> int:
    """Gives every committed record of one partition to `take(key, value, offset, timestamp_ms)`, from `from_offset` to the present LSO.

    Returns the offset to go on from: after the last record, and after the bookkeeping of transactions behind it. Several 100k records/s.
    Raises Unreachable, MissingTopic, Truncated, and Stalled where nothing came for STALL_SECONDS.
    """
    tp = _tp(settings, place)
    async with started(consumer(settings), settings) as c:
        await partitions_of(c, settings, [place[0]])
        c.assign([tp])
        end = (await seek(c, {tp: from_offset}))[tp]
        until = time.monotonic() + STALL_SECONDS
        while (at := await c.position(tp)) < end:
            for r in (await c.getmany(tp, timeout_ms=500, max_records=AT_ONCE)).get(tp, ()):
                take(r.key, r.value, r.offset, r.timestamp)
            if await c.position(tp) > at:
                until = time.monotonic() + STALL_SECONDS
            elif time.monotonic() > until:
                raise Stalled(f"{tp.topic} {tp.partition} stands at {at} of {end}")
        return int(await c.position(tp))


async def read_at(settings: PlatformSettings, place: Place, offsets: Iterable[int]) -> dict[int, Record]:
    """The records of one partition at just these offsets; one that expired or holds no record is left out. Raises as `read_all`."""
    tp = _tp(settings, place)
    async with started(consumer(settings, max_poll_records=1, max_partition_fetch_bytes=1), settings) as c:  # one batch a fetch
        await partitions_of(c, settings, [place[0]])
        c.assign([tp])
        first, end = (await c.beginning_offsets([tp]))[tp], (await c.end_offsets([tp]))[tp]
        found = {offset: await _record_at(c, tp, offset) for offset in sorted(offsets) if first <= offset < end}
    return {offset: record for offset, record in found.items() if record is not None}


async def _record_at(c: AIOKafkaConsumer, tp: TopicPartition, offset: int) -> Record | None:
    c.seek(tp, offset)
    until = time.monotonic() + STALL_SECONDS
    while await c.position(tp) <= offset:
        for record in (await c.getmany(tp, timeout_ms=500)).get(tp, ()):
            if record.offset == offset:
                return record  # type: ignore[no-any-return]
        if time.monotonic() > until:
            raise Stalled(f"{tp.topic} {tp.partition} gives nothing at {offset}")
    return None


async def seek(c: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Seeks each assigned partition to its offset, or to its first record if that is later; gives the LSO of each. Raises Truncated."""
    first, ends = await c.beginning_offsets(list(offsets)), await c.end_offsets(list(offsets))
    for tp, offset in offsets.items():
        if offset > ends[tp]:
            raise Truncated(f"{tp.topic} {tp.partition} ends at {ends[tp]}, but {offset} was read before: another topic of the same name?")
        if 0 < offset < first[tp]:
            log.warning("records_expired", topic=tp.topic, partition=tp.partition, wanted=offset, first=first[tp])
        c.seek(tp, max(offset, first[tp]))
    return dict(ends)


def _tp(settings: PlatformSettings, place: Place) -> TopicPartition:
    return TopicPartition(settings.named(place[0]), place[1])


class Reader:
    """Reads all partitions of `topics` for ever, without a group, across any loss of the broker: from `begin`, else from the first record.

    `next` is where each partition goes on, behind all that was given out, the batch in hand included: store it with what was made of it.
    `level` turns true, for good, with the batch that holds the last of what was there when the reader connected.
    A `patient` one reads PATIENTLY.
    """

    def __init__(
        self, settings: PlatformSettings, topics: Sequence[str], begin: Mapping[Place, int] | None = None, *, patient: bool = False
    ) -> None:
        self.settings, self.topics = settings, tuple(topics)
        self._fetching = PATIENTLY if patient else {}
        self.next: dict[Place, int] = dict(begin or {})
        self.level = False
        self._ends: dict[Place, int] = {}

    async def batches(self, patience: float = 0.5) -> AsyncGenerator[dict[Place, Sequence[Record]]]:
        """Yields what arrived, at the latest after `patience` seconds (then perhaps nothing, an empty dict).

        The first connection raises Unreachable or MissingTopic; later ones are tried until they succeed. Raises Truncated.
        """
        connected = False
        while True:
            try:
                async with started(consumer(self.settings, **self._fetching), self.settings) as c:
                    places = await self._assign(c)
                    connected = True
                    while True:
                        yield await self._poll(c, places, patience)
            except (Unreachable, KafkaError) as fault:
                if not connected:
                    raise
                log.warning("reader_reconnects", topics=self.topics, error=type(fault).__name__)
                await asyncio.sleep(patience)

    async def _assign(self, c: AIOKafkaConsumer) -> dict[TopicPartition, Place]:
        places = {_tp(self.settings, p): p for p in await partitions_of(c, self.settings, self.topics)}
        c.assign(list(places))
        ends = await seek(c, {tp: self.next.get(p, 0) for tp, p in places.items()})
        self._ends = {places[tp]: end for tp, end in ends.items()}
        await self._note(c, places)
        return places

    async def _poll(self, c: AIOKafkaConsumer, places: Mapping[TopicPartition, Place], patience: float) -> dict[Place, Sequence[Record]]:
        got = {} if self._just_level() else await c.getmany(timeout_ms=int(patience * 1000))
        await self._note(c, places)
        return {places[tp]: records for tp, records in got.items()}

    def _just_level(self) -> bool:
        """True once, where there was nothing to read: so that `level` is told without waiting."""
        just, self._ends = self.level and bool(self._ends), {} if self.level else self._ends
        return just

    async def _note(self, c: AIOKafkaConsumer, places: Mapping[TopicPartition, Place]) -> None:
        for tp, place in places.items():
            self.next[place] = await c.position(tp)
        self.level = self.level or all(self.next[p] >= end for p, end in self._ends.items())


class Follow:
    """Whole topics in memory: `run` gives every record to `take(topic, record)`, first to the end, then for ever as they come.

    Spawn `run`, then await `caught_up`: what `take` built is then level with the moment of connecting. `take` must not await.
    """

    def __init__(self, settings: PlatformSettings, topics: Sequence[str], take: Callable[[str, Record], object]) -> None:
        self.reader, self.take = Reader(settings, topics), take
        self._level: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """For ever; an error of the first connection or of `take` ends it, and reaches who awaits `caught_up` too."""
        try:
            async for batches in self.reader.batches():
                for (topic, _), records in batches.items():
                    for record in records:
                        self.take(topic, record)
                if self.reader.level and not self._level.done():
                    self._level.set_result(None)
        except BaseException as fault:
            if not self._level.done():
                self._level.set_exception(fault if isinstance(fault, Exception) else RuntimeError("stopped before it had caught up"))
                self._level.exception()  # it is raised here in any case: no warning if nobody awaits it
            raise

    async def caught_up(self) -> None:
        """Returns once everything that was there is taken; raises what ended `run` before."""
        await asyncio.shield(self._level)


def follow(settings: PlatformSettings, topics: Sequence[str], take: Callable[[str, Record], object]) -> Follow:
    """`Follow` of whole topics, without a group: for policies, people, feeds."""
    return Follow(settings, topics, take)
