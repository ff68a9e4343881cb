"""Events that stand in the partition they belonged to under a former count, copied to where they count now. Nothing is deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

from dunghen.contracts.topics import DOSSIER_EVENTS, belongs, partition_of
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings

AT_ONCE = 100_000  # records from one note of how far it is to the next: so many are copied again at most where it was killed
LARGEST = 64 << 20  # bytes of a record: what the broker took once it takes again


async def copy_foreign(settings: PlatformSettings) -> int:
    """Appends every record that counts in another partition under `settings.partitions` there, key and value as they are; gives how many.

    How far it is stands in a consumer group of its own, so a repetition goes on there. What is copied twice changes no number: a dossier
    is a function of the set of its events, and its events stay in their order. Raises Unreachable, MissingTopic.
    """
    group = f"rebuild-{settings.partitions}"
    places = [(DOSSIER_EVENTS, partition) for partition in range(settings.partitions)]
    reader = kafka.Reader(settings, [DOSSIER_EVENTS], await kafka.committed(settings, group, places), patient=True)
    copied = unnoted = 0
    async with kafka.started(kafka.producer(settings, max_request_size=LARGEST), settings) as producer, aclosing(reader.batches()) as read:
        async for batches in read:
            copied += await _copy(settings, producer, batches)
            unnoted += sum(map(len, batches.values()))
            if reader.level or unnoted >= AT_ONCE:
                await kafka.commit(settings, group, dict(reader.next))
                unnoted = 0
            if reader.level:
                return copied
    return copied


async def _copy(settings: PlatformSettings, producer: Any, batches: Mapping[kafka.Place, Sequence[kafka.Record]]) -> int:
    topic, count, sent = settings.named(DOSSIER_EVENTS), settings.partitions, []
    for (_, partition), records in batches.items():
        for record in records:
            if not belongs(record.key, partition, count):
                home = partition_of(record.key or b"", count)
                sent.append(await producer.send(topic, record.value, key=record.key, partition=home))
    await asyncio.gather(*sent)
    return len(sent)
