"""Events into the topic `dossier-events`, keyed by the dossier."""

from __future__ import annotations

from collections.abc import Sequence

from dunghen.contracts.messages import DossierEvent, encode
from dunghen.contracts.topics import DOSSIER_EVENTS, partition_of
from dunghen.platform.kafka_sender import KafkaSender, Outgoing


class KafkaEvents:
    """The port `Events` on Kafka."""

    def __init__(self, sender: KafkaSender, partitions: int) -> None:
        self.sender, self.partitions = sender, partitions

    def connected(self) -> bool:
        """Whether Kafka answered last."""
        return self.sender.connected

    async def publish(self, events: Sequence[DossierEvent]) -> None:
        """Returns once every event is acknowledged; raises Unavailable."""
        await self.sender.send_all([self._outgoing(event) for event in events])

    def _outgoing(self, event: DossierEvent) -> Outgoing:
        key = event.dossier.encode()
        return Outgoing(DOSSIER_EVENTS, partition_of(key, self.partitions), key, encode(event))
