"""Desk events into the topic `desk-events`, in the partition of their unit."""

from __future__ import annotations

from collections.abc import Sequence

from dunghen.contracts.desks import DeskEvent, desk_event_key
from dunghen.contracts.messages import encode
from dunghen.contracts.topics import DESK_EVENTS, partition_of
from dunghen.platform.kafka_sender import KafkaSender, Outgoing


class KafkaDeskEvents:
    """The port `DeskEvents` on Kafka."""

    def __init__(self, sender: KafkaSender, partitions: int) -> None:
        self.sender, self.partitions = sender, partitions

    async def publish(self, events: Sequence[DeskEvent]) -> None:
        """Returns once every event is acknowledged; raises Unavailable."""
        records = [Outgoing(DESK_EVENTS, partition_of(e.unit, self.partitions), desk_event_key(e), encode(e)) for e in events]
        await self.sender.send_all(records)
