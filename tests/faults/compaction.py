"""Makes the broker compact the topics of scoring at once instead of within hours."""

from __future__ import annotations

from collections import Counter

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from dunghen.contracts.topics import DOSSIERS, UNIT_DAYS, UNIT_SCORES
from dunghen.platform.kafka import read_all
from dunghen.platform.settings import PlatformSettings

COMPACTED = (DOSSIERS, UNIT_DAYS, UNIT_SCORES)
AT_ONCE = {"cleanup.policy": "compact", "segment.ms": "1000", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "1000"}


async def begin(settings: PlatformSettings) -> dict[str, int]:
    """From now on it compacts, whenever something more is written; gives the records of each topic until now."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.named(topic), AT_ONCE) for topic in COMPACTED])
    finally:
        await admin.close()
    return await records(settings)


async def records(settings: PlatformSettings) -> dict[str, int]:
    """How many records each of the topics has."""
    found = Counter[str]()
    for topic in COMPACTED:
        for partition in range(settings.partitions):
            await read_all(settings, (topic, partition), lambda *_, topic=topic: found.update([topic]))
    return dict(found)
