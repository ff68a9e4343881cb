"""Lag: how far this process is, told to its consumer group, and how far the sources are. Reading itself is `platform.kafka.Reader`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiokafka import TopicPartition

from dunghen.platform.kafka import consumer, start
from dunghen.platform.settings import PlatformSettings

Place = tuple[str, int]


class KafkaLag:
    """A member-less consumer group: it reads nothing (its partitions are paused), commits what it is told, and asks for ends of topics."""

    def __init__(self, settings: PlatformSettings, group: str) -> None:
        self._settings = settings
        self._consumer = consumer(settings, group_id=settings.named(group), auto_offset_reset="latest")

    async def start(self, places: Iterable[Place]) -> None:
        """`places`: all that will ever be committed. Raises platform.kafka.Unreachable."""
        await start(self._consumer, self._settings)
        tps = [self._tp(place) for place in places]
        self._consumer.assign(tps)
        self._consumer.pause(*tps)

    async def ends(self, topic: str, partitions: int) -> dict[int, int]:
        """For each partition the offset after its last record."""
        tps = [self._tp((topic, p)) for p in range(partitions)]
        return {tp.partition: end for tp, end in (await self._consumer.end_offsets(tps)).items()}

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """Shows the group where the reader goes on; nothing ever starts from there."""
        if offsets:
            await self._consumer.commit({self._tp(place): offset for place, offset in offsets.items()})

    async def close(self) -> None:
        await self._consumer.stop()

    def _tp(self, place: Place) -> TopicPartition:
        return TopicPartition(self._settings.named(place[0]), place[1])
