"""Makes the broker compact the topics of scoring at once instead of within hours."""

from __future__ import annotations

from itertools import product

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from dunghen.contracts.topics import DOSSIERS, UNIT_DAYS, UNIT_SCORES
from dunghen.platform.kafka import Place, read_all
from dunghen.platform.settings import PlatformSettings

COMPACTED = (DOSSIERS, UNIT_DAYS, UNIT_SCORES)
AT_ONCE = {"cleanup.policy": "compact", "segment.ms": "1000", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "1000"}


async def begin(settings: PlatformSettings) -> dict[Place, set[int]]:
    """From now on it compacts, whenever something more is written; gives the offsets of the records that have newer ones, by partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.named(topic), AT_ONCE) for topic in COMPACTED])
    finally:
        await admin.close()
    return {place: await _replaced(settings, place) for place in product(COMPACTED, range(settings.partitions))}


async def left(settings: PlatformSettings, replaced: dict[Place, set[int]]) -> int:
    """How many of these records are still there."""
    found = 0
    for place, offsets in replaced.items():
        there: set[int] = set()
        await read_all(settings, place, lambda _, __, offset, ___, there=there: there.add(offset))
        found += len(there & offsets)
    return found


async def _replaced(settings: PlatformSettings, place: Place) -> set[int]:
    newest: dict[bytes | None, int] = {}
    everything: set[int] = set()

    def take(key: bytes | None, _: bytes | None, offset: int, __: int) -> None:
        newest[key] = offset
        everything.add(offset)

    await read_all(settings, place, take)
    return everything - set(newest.values())
