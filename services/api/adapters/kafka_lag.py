"""Lag: how far this process is, told to its consumer group, and how far the sources are. Reading itself is `platform.kafka.Reader`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from dunghen.platform.kafka import consumer, start
from dunghen.platform.settings import PlatformSettings

Place = tuple[str, int]


class KafkaLag:
    """A member-less consumer group: it reads nothing (its partitions are paused), commits what it is told, and asks for ends of topics.

    Every method raises KafkaError and platform.kafka.Unreachable.
    """

    def __init__(self, settings: PlatformSettings, group: str) -> None:
        self._settings, self._group = settings, settings.named(group)
        self._committed: list[TopicPartition] = []
        self._started: AIOKafkaConsumer | None = None

    async def start(self, places: Iterable[Place]) -> None:
        """`places`: all that will ever be committed."""
        self._committed = [self._tp(place) for place in places]
        await self._consumer()

    async def ends(self, topic: str, partitions: int) -> dict[int, int]:
        """For each partition the offset after its last record."""
        tps, client = [self._tp((topic, p)) for p in range(partitions)], await self._consumer()
        try:
            return {tp.partition: end for tp, end in (await client.end_offsets(tps)).items()}
        except KafkaTimeoutError:
            await self.close()  # aiokafka would ask for ever on the same connection, even if nobody is at its other end any more
            raise

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Shows the group where the reader goes on; nothing ever starts from there."""
        if offsets:
            await (await self._consumer()).commit({self._tp(place): offset for place, offset in offsets.items()})

    async def close(self) -> None:
        client, self._started = self._started, None
        if client is not None:
            await client.stop()

    async def _consumer(self) -> AIOKafkaConsumer:
        if self._started is None:
            client = consumer(self._settings, group_id=self._group, auto_offset_reset="latest")
            await start(client, self._settings)
            client.assign(self._committed)
            client.pause(*self._committed)
            self._started = client
        return self._started

    def _tp(self, place: Place) -> TopicPartition:
        return TopicPartition(self._settings.named(place[0]), place[1])
