"""Brings Kafka to where the services can start: topics, the city's policies as their first version, and what is counted by this program.

Harmless when repeated.
"""

from __future__ import annotations

from typing import Any

from dunghen.cli.policy_topic import publish, read_book
from dunghen.contracts import topics
from dunghen.domain.marks import COUNTED
from dunghen.platform.clock import Clock
from dunghen.platform.kafka_topics import ensure_topics
from dunghen.platform.settings import PlatformSettings


async def prepare(settings: PlatformSettings, bodies: dict[str, Any], clock: Clock) -> list[str]:
    """Gives the topics created. `bodies` (of a city file) are published only where no policy is yet.

    A program that is the first to have indicators publishes those of the city file. One with other counters than the one before it
    publishes them as a policy version: then everything is counted anew.
    """
    wanted = {t.name: (t.partitions, t.config) for t in topics.all_topics(settings.partitions).values()}
    created = await ensure_topics(settings, wanted)
    book = await read_book(settings)
    if not book.newest_version:
        await publish(settings, {**bodies, "counters": COUNTED}, reason="the city file of the first start", at=clock.seconds())
        return created
    if "indicators" not in book.bodies and bodies.get("indicators", {}).get("sets"):
        await publish(settings, {"indicators": bodies["indicators"]}, reason="this program has indicators", at=clock.seconds())
    if book.bodies.get("counters") != COUNTED:
        await publish(settings, {"counters": COUNTED}, reason="this program has other counters", at=clock.seconds())
    return created
