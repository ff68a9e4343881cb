"""Brings an empty Kafka to where the services can start: topics, and the city's policies as their first version. Harmless when repeated."""

from __future__ import annotations

from typing import Any

from dunghen.cli.policy_topic import newest_version, publish
from dunghen.contracts import topics
from dunghen.platform.clock import Clock
from dunghen.platform.kafka_topics import ensure_topics
from dunghen.platform.settings import PlatformSettings


async def prepare(settings: PlatformSettings, bodies: dict[str, Any], clock: Clock, replication: int = 1) -> list[str]:
    """Gives the topics created. `bodies` (of a city file) are published only where no policy is yet."""
    wanted = {t.name: (t.partitions, t.config) for t in topics.all_topics(settings.partitions).values()}
    created = await ensure_topics(settings, wanted, replication)
    if not await newest_version(settings):
        await publish(settings, bodies, reason="the city file of the first start", at=clock.seconds())
    return created
