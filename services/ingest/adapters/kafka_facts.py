"""Facts, tasks and follow-ups into the topic `facts`, each under a key of its own, in the partition of its unit."""

from __future__ import annotations

from collections.abc import Sequence

from dunghen.contracts.messages import encode
from dunghen.contracts.statements import Told, told_key
from dunghen.contracts.topics import FACTS, partition_of
from dunghen.platform.kafka_sender import KafkaSender, Outgoing


class KafkaFacts:
    """The port `Facts` on Kafka."""

    def __init__(self, sender: KafkaSender, partitions: int) -> None:
        self.sender, self.partitions = sender, partitions

    async def publish(self, told: Sequence[Told]) -> None:
        """Returns once every one is acknowledged; raises Unavailable."""
        await self.sender.send_all([Outgoing(FACTS, partition_of(one.unit, self.partitions), told_key(one), encode(one)) for one in told])
