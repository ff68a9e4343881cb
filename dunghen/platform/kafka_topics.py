"""Creating topics. Used through `dunghen.platform.kafka`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, TopicAlreadyExistsError, for_code

from dunghen.platform.kafka_clients import MissingTopic, WrongPartitions, unreachable
from dunghen.platform.settings import PlatformSettings


async def ensure_topics(settings: PlatformSettings, topics: Mapping[str, tuple[int, Mapping[str, str]]], replication: int = 1) -> list[str]:
    """Creates what is missing of `{name: (partitions, config)}`, waits until every partition has a leader, gives the names created.

    A topic that exists keeps its settings; with another number of partitions it raises WrongPartitions. Raises Unreachable.
    """
    async with _admin(settings) as admin:
        wanted = {settings.named(name): (name, *of) for name, of in topics.items()}
        missing = wanted.keys() - set(await admin.list_topics())
        new = [NewTopic(full, wanted[full][1], replication, topic_configs=dict(wanted[full][2])) for full in sorted(missing)]
        if new:
            for full, code, *message in (await admin.create_topics(new)).topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):  # another process may create the same one at this moment
                    raise for_code(code)(f"{full}: {message}")
        await _led(admin, {full: count for full, (_, count, _) in wanted.items()})
        return [wanted[full][0] for full in sorted(missing)]


@asynccontextmanager
async def _admin(settings: PlatformSettings) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        await admin.start()
    except KafkaConnectionError as fault:
        await admin.close()
        raise unreachable(settings, fault) from None
    try:
        yield admin
    finally:
        await admin.close()


async def _led(admin: Any, counts: Mapping[str, int], seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while True:
        found = {t["topic"]: t for t in await admin.describe_topics(list(counts))}
        led = {
            name for name, t in found.items() if t["error_code"] == 0 and t["partitions"] and all(p["leader"] >= 0 for p in t["partitions"])
        }
        if led >= counts.keys():
            break
        if time.monotonic() > until:
            raise MissingTopic(f"no leader after {seconds:g} s: {', '.join(sorted(counts.keys() - led))}")
        await asyncio.sleep(0.05)
    wrong = [f"{n} has {len(found[n]['partitions'])} partitions, not {c}" for n, c in counts.items() if len(found[n]["partitions"]) != c]
    if wrong:
        raise WrongPartitions("; ".join(wrong))
