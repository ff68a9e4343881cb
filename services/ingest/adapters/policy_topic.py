"""The topic `policies`, followed for ever: incoming records are read by the newest complete version."""

from __future__ import annotations

import asyncio

from aiokafka.errors import KafkaError

from dunghen.contracts.policies import PolicyBook
from dunghen.contracts.topics import POLICIES
from dunghen.platform import kafka
from dunghen.platform.logs import get_logger
from services.ingest.adapters.kafka_sender import RETRY_SECONDS
from services.ingest.metrics import Metrics
from services.ingest.policy_view import desk_of
from services.ingest.ports import Desk
from services.ingest.settings import IngestSettings

log = get_logger("policy_topic")


class PolicyTopic:
    """The port `Desks`. There is no desk until the topic has been read to its end: an old version must not judge."""

    def __init__(self, settings: IngestSettings, metrics: Metrics) -> None:
        self.settings, self.metrics = settings, metrics
        self._book = PolicyBook()
        self._level = False
        self._desk: Desk | None = None

    def current(self) -> Desk | None:
        """The desk of the newest version; None as long as there is none."""
        return self._desk

    async def run(self) -> None:
        """For ever, also while Kafka is away."""
        while True:
            following = kafka.follow(self.settings, [POLICIES], self._take)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(following.run())
                    await following.caught_up()
                    self._level = True
                    self._refresh()
            except* (kafka.Unreachable, kafka.MissingTopic, KafkaError) as faults:
                log.warning("policies_not_read", error=type(faults.exceptions[0]).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    def _take(self, _topic: str, record: kafka.Record) -> None:
        self._book.take(record.key, record.value)
        if self._level:
            self._refresh()

    def _refresh(self) -> None:
        try:
            policy = self._book.latest
        except LookupError:
            return
        if self._desk is None or policy.version != self._desk.version:
            self._desk = desk_of(policy)
            self.metrics.policy_version.set(policy.version)
            log.info("policy", version=policy.version, units=len(policy.catalogue.all))
