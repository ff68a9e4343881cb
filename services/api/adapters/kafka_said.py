"""What people say by our pages, into its topic: of a dossier partitioned by it, as its own records are; of a unit by the unit."""

from __future__ import annotations

from dunghen.contracts.justifications import Justification, justification_key
from dunghen.contracts.messages import encode
from dunghen.contracts.people import NoticeAction, encode_action
from dunghen.contracts.topics import JUSTIFICATIONS, NOTICE_ACTIONS, partition_of
from dunghen.platform.kafka_sender import KafkaSender, Outgoing
from services.api.settings import ApiSettings


class KafkaSaid:
    """The port `Said` on Kafka. `run` keeps it connected."""

    def __init__(self, settings: ApiSettings) -> None:
        self._sender = KafkaSender(settings, NOTICE_ACTIONS, settings.said_seconds)
        self._partitions = settings.partitions

    async def run(self) -> None:
        """For ever, also while Kafka is away."""
        await self._sender.run()

    async def action(self, action: NoticeAction) -> None:
        key = action.dossier.encode()
        await self._sender.send_all([Outgoing(NOTICE_ACTIONS, partition_of(key, self._partitions), key, encode_action(action))])

    async def justification(self, said: Justification) -> None:
        place = partition_of(said.unit, self._partitions)
        await self._sender.send_all([Outgoing(JUSTIFICATIONS, place, justification_key(said), encode(said))])
