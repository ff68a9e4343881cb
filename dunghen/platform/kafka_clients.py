"""Clients of aiokafka as we use them, not started yet, and what can go wrong with them. Used through `dunghen.platform.kafka`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice
from typing import Any, Protocol

from aiokafka import AIOKafkaClient, AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.consumer.fetcher import FetchResult, PartitionRecords
from aiokafka.errors import KafkaConnectionError, KafkaError

from dunghen.platform.kafka_certificates import why_refused
from dunghen.platform.kafka_connection import connection, refusal_hint
from dunghen.platform.logs import get_logger
from dunghen.platform.settings import PlatformSettings

log = get_logger("kafka")
Place = tuple[str, int]  # (bare topic, partition)
BATCH_BYTES = 1 << 20  # one produce request; also what the broker takes at most by default
FETCH_BYTES = 8 << 20  # of one partition at once
# Where nobody waits: the broker gathers up to half a second of records for an answer, since each costs both sides the same however little
# is in it.
GATHERED_BYTES = 1 << 20
PATIENTLY = {"fetch_min_bytes": GATHERED_BYTES, "fetch_max_wait_ms": 500}
REQUEST_SECONDS = 15.0  # then a connection on which nothing comes is given up and the request made again; aiokafka's own 40 s stood still


class Record(Protocol):
    """One record as it was parsed; `timestamp` is real time in milliseconds since 1970."""

    key: bytes | None
    value: bytes | None
    offset: int
    timestamp: int
    headers: Sequence[tuple[str, bytes | None]]


class Unreachable(Exception):
    """No broker answered: names the address and what to do."""


class Stalled(Unreachable):
    """The broker answered and then said nothing more, on any connection."""


class MissingTopic(Exception):
    """A topic that should have been created is not there, or nobody gave this user a right on it."""


class WrongPartitions(Exception):
    """A topic exists with another number of partitions than the settings say: keys would no longer be where they are looked for."""


class TooFewBrokers(Exception):
    """The cluster cannot hold as many replicas of a partition as a topic is to have."""


class Truncated(Exception):
    """The partition ends before an offset that was read in it: it is not the topic that the caller's state was made from."""


class Bare:
    """Makes a consumer of aiokafka hand out the parsed records themselves, for `topics` or for all: saves a copy of 1.3 µs a record.

    It stands in the place of the key deserializer, which `_consumer_record` below recognises; for other topics it leaves keys as they are.
    """

    def __init__(self, topics: set[str] | None = None) -> None:
        self.topics = topics

    def __call__(self, key: bytes | None) -> bytes | None:
        return key

    def __contains__(self, topic: str) -> bool:
        return self.topics is None or topic in self.topics


def _consumer_record(self: Any, tp: Any, record: Any, full: Any = PartitionRecords._consumer_record) -> Any:  # noqa: SLF001 - pinned, see its test
    bare = self._key_deserializer
    return record if type(bare) is Bare and tp.topic in bare else full(self, tp, record)


PartitionRecords._consumer_record = _consumer_record  # noqa: SLF001 - pinned, see its test


def _getall(self: Any, max_records: int | None = None, full: Any = FetchResult.getall) -> Any:
    """What the library's own gives, for bare records without a Python call and a test for each of them."""
    records, tp = self._partition_records, self._topic_partition
    bare = records._key_deserializer if records is not None else None  # noqa: SLF001 - pinned, see its test
    if type(bare) is not Bare or tp.topic not in bare:
        return full(self, max_records)
    if not self.check_assignment(tp):
        return []
    got = list(islice(records._records_iterator, max_records))  # noqa: SLF001
    self._update_position()
    if len(got) != max_records:
        self._partition_records = None
    return got


FetchResult.getall = _getall


def producer(settings: PlatformSettings, **options: Any) -> AIOKafkaProducer:
    """A producer that is not started yet (see `started`): acknowledged by all replicas, idempotent, 5 ms linger. `options` as of aiokafka.

    Do not await `send_and_wait` record by record on it: gather the futures of `send`, or use `send_batch`.
    """
    chosen = {"acks": "all", "enable_idempotence": True, "linger_ms": 5, "max_batch_size": BATCH_BYTES}
    return AIOKafkaProducer(**{**connection(settings), **_deadline(), **chosen, **options})


def _deadline() -> dict[str, Any]:
    return {"request_timeout_ms": int(REQUEST_SECONDS * 1000)}


def consumer(settings: PlatformSettings, **options: Any) -> AIOKafkaConsumer:
    """A consumer without a group, for `assign`: reads what is committed and hands out bare records. Not started yet (see `started`)."""
    chosen = {
        **connection(settings),
        **_deadline(),
        "enable_auto_commit": False,
        "auto_offset_reset": "none",
        "isolation_level": "read_committed",
        "max_partition_fetch_bytes": FETCH_BYTES,
        "key_deserializer": Bare(),
        **options,
    }
    return AIOKafkaConsumer(**chosen)


@asynccontextmanager
async def started(client: Any, settings: PlatformSettings) -> AsyncIterator[Any]:
    """Starts an aiokafka client and stops it in the end; raises Unreachable that names the address."""
    await start(client, settings)
    try:
        yield client
    finally:
        await client.stop()


async def start(client: Any, settings: PlatformSettings) -> None:
    """Starts an aiokafka client; raises Unreachable that names the address. Whatever it raises, nothing stays open."""
    try:
        await client.start()
    except BaseException as fault:
        with suppress(KafkaError):
            await client.stop()
        if isinstance(fault, KafkaConnectionError):
            raise await unreachable(settings, fault) from None
        raise


async def unreachable(settings: PlatformSettings, fault: Exception) -> Unreachable:
    """The error to raise where no broker answered."""
    if refused := await asyncio.to_thread(why_refused, settings):
        return Unreachable(f"Kafka at {settings.kafka} (DUNGHEN_KAFKA) is not trusted: {refused}")
    return Unreachable(f"Kafka does not answer at {settings.kafka} (DUNGHEN_KAFKA): {fault}{refusal_hint(settings)}")


async def partitions_of(client: Any, settings: PlatformSettings, topics: Iterable[str]) -> list[Place]:
    """All (topic, partition) of `topics`; raises MissingTopic. `client` is a started consumer or producer."""
    places = []
    for topic in topics:
        found = await _metadata(client, settings.named(topic))
        places += [(topic, p) for p in sorted(found)]
    return places


async def _metadata(client: Any, topic: str) -> set[int]:
    inner = getattr(client, "client", None) or client._client  # noqa: SLF001 - a consumer has no public way to its client
    for _ in range(2):  # the first answer may be older than the topic
        if found := inner.cluster.partitions_for_topic(topic):
            return set(found)
        await inner.add_topic(topic)
        await inner.force_metadata_update()
    found = inner.cluster.partitions_for_topic(topic)
    if not found:
        unseen = topic in inner.cluster.unauthorized_topics
        raise MissingTopic(f"no right on topic {topic} (dunghen kafka-rights diff)" if unseen else f"no topic {topic}")
    return set(found)


async def reachable(settings: PlatformSettings) -> None:
    """Returns if a broker answers with its metadata; raises Unreachable."""
    client = AIOKafkaClient(**connection(settings), **_deadline())
    try:
        await bootstrap(client, settings)
    finally:
        await client.close()


async def bootstrap(client: AIOKafkaClient, settings: PlatformSettings) -> None:
    """Has a bare client ask for the brokers; raises Unreachable. It is the caller's to close."""
    try:
        await client.bootstrap()
    except KafkaConnectionError as fault:
        raise await unreachable(settings, fault) from None


async def until_reachable(settings: PlatformSettings, topics: Iterable[str] = (), every: float = 0.5) -> None:
    """Waits for as long as no broker answers or one of `topics` is not there yet: a service that starts before Kafka need not die of it."""
    said = False
    while True:
        try:
            async with started(consumer(settings), settings) as client:
                await partitions_of(client, settings, topics)
            return
        except (Unreachable, MissingTopic, KafkaError) as fault:
            if not said:
                log.warning("waiting_for_kafka", error=type(fault).__name__, reason=str(fault) if isinstance(fault, Unreachable) else "")
                said = True
            await asyncio.sleep(every)
