"""Offsets of consumer groups that have no members. Used through `dunghen.platform.kafka`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiokafka import TopicPartition

from dunghen.platform.kafka_clients import Place, consumer, started
from dunghen.platform.kafka_topics import group_loaded
from dunghen.platform.settings import PlatformSettings


async def committed(settings: PlatformSettings, group: str, places: Iterable[Place]) -> dict[Place, int]:
    """What the group has committed of these places; what was never committed is left out. Raises Unreachable."""
    wanted = list(places)
    await group_loaded(settings, group)
    async with started(consumer(settings, group_id=settings.named(group)), settings) as c:
        found = {place: await c.committed(_tp(settings, place)) for place in wanted}
    return {place: offset for place, offset in found.items() if offset is not None}


async def commit(settings: PlatformSettings, group: str, offsets: Mapping[Place, int]) -> None:
    """Where the group goes on. Raises Unreachable, and a KafkaError where it has members."""
    tps = {_tp(settings, place): offset for place, offset in offsets.items()}
    async with started(consumer(settings, group_id=settings.named(group)), settings) as c:
        c.assign(list(tps))
        await c.commit(tps)


def _tp(settings: PlatformSettings, place: Place) -> TopicPartition:
    return TopicPartition(settings.named(place[0]), place[1])
