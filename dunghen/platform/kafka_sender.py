"""The one producer of a process that answers others: acknowledged by all replicas before anybody hears of success."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.errors import KafkaError, KafkaTimeoutError

from dunghen.platform import kafka, traces
from dunghen.platform.logs import get_logger
from dunghen.platform.settings import PlatformSettings

log = get_logger("kafka_sender")
RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 15.0  # where the topic is not there: somebody has to make it


class NotStored(Exception):
    """It is not certain that the records are stored: who sent them has to send the same again, which is harmless."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record; `topic` without namespace."""

    topic: str
    partition: int
    key: bytes
    value: bytes


class KafkaSender:
    """An idempotent producer, replaced when it has failed for good. `run` keeps it connected.

    `topic` is the one whose partitions must be those of the settings; `seconds`: how long an acknowledgement may take.
    """

    def __init__(self, settings: PlatformSettings, topic: str, seconds: float) -> None:
        self.settings, self.topic, self.seconds = settings, topic, seconds
        self._producer: Any = None
        self.connected = False  # whether the broker answered last
        self._broken = asyncio.Event()

    async def run(self) -> None:
        """For ever: connects, and connects anew after a fatal error of the producer. Raises WrongPartitions: nothing may be sent then."""
        wait = RETRY_SECONDS
        while True:
            producer = kafka.producer(self.settings)
            try:
                async with kafka.started(producer, self.settings):
                    await self._serve(producer)
            except (kafka.Unreachable, kafka.MissingTopic, KafkaError) as fault:
                log.warning("kafka_away", error=type(fault).__name__, topic=self.topic)
                wait = min(2 * wait, LONGEST_RETRY_SECONDS) if isinstance(fault, kafka.MissingTopic) else RETRY_SECONDS
                await asyncio.sleep(wait)

    async def send_all(self, records: Sequence[Outgoing]) -> None:
        """Returns once the broker has acknowledged every record. Raises NotStored: some may be stored all the same."""
        with traces.sending(records[0].topic if records else "", len(records)):
            await self._send_all(records)

    async def _send_all(self, records: Sequence[Outgoing]) -> None:
        producer, headers = self._producer, traces.headers()
        if producer is None:
            raise NotStored
        pending: list[asyncio.Future[Any]] = []
        try:
            async with asyncio.timeout(self.seconds):
                for r in records:
                    pending.append(
                        await producer.send(self.settings.named(r.topic), r.value, key=r.key, partition=r.partition, headers=headers)
                    )
                if pending:
                    await asyncio.wait(pending)
        except (TimeoutError, KafkaError) as fault:
            self._give_up(pending, fault)
        self.connected = self._producer is not None
        for future in pending:
            if future.cancelled() or future.exception() is not None:
                self._give_up(pending, None if future.cancelled() else future.exception())
        traces.note_stored((r.topic, r.partition, future.result().offset) for r, future in zip(records, pending, strict=True))

    async def _serve(self, producer: Any) -> None:
        found = len(await kafka.partitions_of(producer, self.settings, [self.topic]))
        if found != self.settings.partitions:
            raise kafka.WrongPartitions(f"{self.topic} has {found} partitions, the settings say {self.settings.partitions}")
        self._broken.clear()
        self._producer, self.connected = producer, True
        try:
            await self._broken.wait()
        finally:
            self._producer, self.connected = None, False

    def _give_up(self, pending: list[asyncio.Future[Any]], fault: BaseException | None) -> None:
        for future in pending:
            future.add_done_callback(lambda done: done.cancelled() or done.exception())  # looked at, so that nobody complains later
        self.connected = False
        log.warning("not_acknowledged", error=type(fault).__name__, records=len(pending))
        if not isinstance(fault, (TimeoutError, KafkaTimeoutError)):
            self._broken.set()
        raise NotStored from None
