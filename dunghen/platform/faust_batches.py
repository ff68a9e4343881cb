"""faust with its source topics delivered as one event per fetched (partition, batch): 2 µs an event instead of 80–130.

It leans on private methods of faust-streaming 0.15.3 and aiokafka 0.14: both are pinned, and `tests/unit/platform/test_pins.py` fails when
one of them changes. Needs one agent a topic with `concurrency=1` and no `isolated_partitions`. The consumer reads `read_committed`, which
faust offers only together with its own exactly-once.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import faust
from aiokafka.errors import IllegalStateError
from faust.auth import SASLCredentials
from faust.exceptions import ConsumerNotStarted
from faust.serializers.schemas import Schema
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from dunghen.platform.backlog import Ends
from dunghen.platform.kafka_clients import GATHERED_BYTES, REQUEST_SECONDS, Bare
from dunghen.platform.kafka_connection import MECHANISM, tls
from dunghen.platform.settings import PlatformSettings

# faust's consumer has a thread of its own. What waits for a socket gives the interpreter's lock away and gets it back at the earliest after
# this time (Python's own: 5 ms), and a transaction waits for a socket about ten times.
SWITCH_SECONDS = 0.0005
# Why each is set: streams.md §4 (takeover in seconds, batches instead of events, nothing declared or served by faust itself).
DEFAULTS: dict[str, Any] = {
    "store": "memory://",
    "web_enabled": False,
    "worker_redirect_stdouts": False,
    "topic_disable_leader": True,
    "topic_allow_declare": False,  # topics are created by their own settings, never by faust's defaults
    "table_standby_replicas": 0,
    "broker_session_timeout": 6.0,
    "broker_heartbeat_interval": 2.0,
    "broker_request_timeout": REQUEST_SECONDS,  # faust's own 90 s: so long a worker held its partitions on a dead connection
    # A leader that asked a broker just started, which knew no partitions yet, gave nobody anything until it asked again: 5 minutes later.
    "consumer_metadata_max_age_ms": 10_000,
    "broker_commit_interval": 1.0,
    "broker_max_poll_records": 8000,
    "broker_max_poll_interval": 60.0,
    "stream_buffer_maxsize": 16,  # batches, not records
    # `Stages` waits for rounds under way itself. faust would wait for every batch to be acknowledged, for ever where a partition takes
    # nothing any more: neither a stop nor a rebalance would end. And it would log the batches, values included.
    "stream_wait_empty": False,
    "consumer_auto_offset_reset": "earliest",
}


def build_app(settings: PlatformSettings, name: str, *, patience: float = 0.0, **options: Any) -> Any:
    """A faust app of the group `name` inside the namespace, with batch delivery; to be started by `serve`. `options` go over `DEFAULTS`.

    With `patience` the broker gathers so many seconds of records for an answer: for who is not waited for.
    """
    datadir = settings.data / "faust" / name
    datadir.mkdir(parents=True, exist_ok=True)  # faust makes only the last folder
    app = faust.App(
        settings.named(name),
        broker=[f"kafka://{server.strip()}" for server in settings.kafka.split(",")],
        topic_partitions=settings.partitions,
        datadir=str(datadir),
        broker_credentials=_credentials(settings),
        **{**DEFAULTS, **options},
    )
    app.transport = BatchTransport(app.conf.broker_consumer, app)
    app.transport.patience = patience
    return app


def _credentials(settings: PlatformSettings) -> SASLCredentials | None:
    """What `kafka_connection` gives aiokafka, in faust's words."""
    context = tls(settings)
    if context is None:
        return None
    return SASLCredentials(username=settings.kafka_user, password=settings.kafka_password, ssl_context=context, mechanism=MECHANISM)


def batch_topic(app: Any, settings: PlatformSettings, name: str) -> Any:
    """The topic `name` as batches: each event of its agent has a list of parsed records (key, value, offset, timestamp) as its value."""
    app.transport.batch_topics.add(settings.named(name))
    return app.topic(settings.named(name), schema=BatchSchema())


async def serve(app: Any) -> None:
    """Runs the app on this loop until it is cancelled; raises what crashed it. To be given to `Lifecycle.spawn`."""
    sys.setswitchinterval(SWITCH_SECONDS)
    app.finalize()
    try:
        await app.start()
        await app.wait_until_stopped()
        raise app.crash_reason or RuntimeError("faust stopped by itself")
    finally:
        await app.stop()


class _Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"  # noqa: SLF001 - pinned, before it is started
        consumer._key_deserializer = Bare(transport.batch_topics)  # noqa: SLF001
        if transport.patience:
            consumer._fetch_min_bytes, consumer._fetch_max_wait_ms = GATHERED_BYTES, int(transport.patience * 1000)  # noqa: SLF001
        return consumer


class BatchConsumer(driver.Consumer):  # type: ignore[misc]
    """faust's consumer, except for batch topics: there it yields whole batches and acknowledges in order."""

    def _new_consumer_thread(self) -> Any:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    def ends(self, tp: TP) -> Ends | None:
        """How far a partition goes, as its last fetch said; None before the first one, and where it is no longer ours."""
        try:
            assignment = self._thread._ensure_consumer()._subscription.subscription.assignment  # noqa: SLF001 - only looked at; pinned
            state = assignment.state_value(tp)
            read, stable, end = state.position, state.lso, state.highwater
        except (AssertionError, AttributeError, ConsumerNotStarted):
            return None
        return None if stable is None or end is None else Ends(read, stable, end)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:  # noqa: ASYNC109 - the library's signature
        """What was fetched; records of batch topics as one message per partition whose value is the list of them."""
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return
        if not self.flow_active:
            await self._unread(records)
            return
        plain = {tp: got for tp, got in records.items() if tp.topic not in self.transport.batch_topics}
        for tp, message in self._messages(records, plain):
            if not self.flow_active or self.app.consumer_generation_id != generation:
                break
            if active is None or tp in active or tp in self._buffered_partitions:
                self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
                yield tp, message

    def _messages(self, records: dict[TP, list[Any]], plain: dict[TP, list[Any]]) -> Any:
        for tp, batch in records.items():
            if tp not in plain and (new := self._new(tp, batch)):
                yield tp, self._batch(tp, new)
        for tp, record in self.scheduler.iterate(plain):
            yield tp, self._to_message(tp, record)

    def _new(self, tp: TP, batch: list[Any]) -> list[Any]:
        """What of a batch was not read yet: faust's rule for single messages."""
        read = self._read_offset[tp]
        return [r for r in batch if r.offset >= read] if read is not None and batch and batch[0].offset < read else batch

    def _batch(self, tp: TP, batch: list[Any]) -> ConsumerMessage:
        last, generation = batch[-1], self.app.consumer_generation_id
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000,
            last.timestamp_type,
            (),
            None,
            batch,
            None,
            0,
            0,
            tp,
            generation_id=generation,
        )

    async def perform_seek(self) -> None:
        """After a rebalance: to where the states of the stages go on; for other topics, as faust does, to what the group committed."""
        await super().perform_seek()
        for tp, offset in self.transport.begins().items():
            try:
                await self.seek(tp, offset)
            except IllegalStateError:
                self.log.info(f"seek too late: {tp.topic} {tp.partition}")  # just taken away: another rebalance comes

    async def _unread(self, records: dict[TP, list[Any]]) -> None:
        # Fetched while a rebalance is being settled. faust drops such records and seeks to the committed offset; where nothing was
        # committed yet that seek does nothing, and they are lost. So: back to the first one dropped.
        for tp, batch in records.items():
            try:
                if batch:
                    await self.seek(tp, batch[0].offset)
            except Exception as fault:  # the rebalance took the partition: its next owner starts anew
                self.log.warning(f"seek while flow not active: {type(fault).__name__}")

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        if tp.topic not in self.transport.batch_topics:
            await super()._add_gap(tp, offset_from, offset_to)

    def _new_offset(self, tp: TP) -> int | None:
        # Batches of a partition are acknowledged in order, so the offset to commit is the last one + 1. faust's own gap intervals cannot be
        # used: merge_overlaps() joins the gaps before and after an open batch, and commits stall.
        if tp.topic not in self.transport.batch_topics:
            return super()._new_offset(tp)  # type: ignore[no-any-return]
        acked = self._acked[tp]
        if not acked:
            return None
        last: int = max(acked)
        acked.clear()
        self._acked_index[tp].clear()
        return last + 1


class BatchSchema(Schema):  # type: ignore[misc]
    """Hands the batch through as it is."""

    def loads_key(self, app: Any, message: Any, **_: Any) -> None:
        return None

    def loads_value(self, app: Any, message: Any, **_: Any) -> Any:
        return message.value


class BatchTransport(driver.Transport):  # type: ignore[misc]
    """faust's transport with `BatchConsumer`; `batch_topics` are the full names of the topics that come as batches.

    `begins` gives where to go on after a rebalance: a state knows better than the group's committed offsets.
    """

    Consumer = BatchConsumer

    def __init__(self, *args: Any, **options: Any) -> None:
        self.batch_topics: set[str] = set()
        self.patience = 0.0
        self.begins: Callable[[], Mapping[TP, int]] = dict
        super().__init__(*args, **options)
