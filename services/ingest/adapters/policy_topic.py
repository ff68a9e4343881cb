"""The topic `policies`, followed for ever: incoming records are read by the newest complete version."""

from __future__ import annotations

from dunghen.contracts.policies import PolicyBook
from dunghen.contracts.topics import POLICIES
from dunghen.platform.logs import get_logger
from dunghen.platform.whole_topics import WholeTopics
from services.ingest.metrics import Metrics
from services.ingest.policy_view import desk_of
from services.ingest.ports import Desk
from services.ingest.settings import IngestSettings

log = get_logger("policy_topic")


class PolicyTopic:
    """The port `Desks`. There is no desk until the topic has been read to its end: an old version must not judge."""

    def __init__(self, settings: IngestSettings, metrics: Metrics) -> None:
        self.metrics = metrics
        self._book = PolicyBook()
        self._topic = WholeTopics(settings, [POLICIES], self._take)
        self._desk: Desk | None = None

    def current(self) -> Desk | None:
        """The desk of the newest version; None as long as there is none."""
        if self._desk is None and self._topic.level.is_set():
            self._refresh()
        return self._desk

    async def run(self) -> None:
        """For ever, also while Kafka is away."""
        await self._topic.run()

    def _take(self, key: bytes | None, value: bytes | None) -> None:
        self._book.take(key, value)
        if self._topic.level.is_set():
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
