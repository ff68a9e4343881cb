"""Bare aiokafka: `getmany` and decode, nothing else. What no Python program on this client can go below."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from dunghen.cli.bench.peers.task import Task, given
from dunghen.contracts.messages import decode_event

AT_ONCE = 8000


async def read(task: Task) -> AsyncIterator[list[ConsumerRecord]]:
    """Every record of the run, in the client's batches."""
    places = [TopicPartition(task.topic, partition) for partition in task.ends]
    async with AIOKafkaConsumer(bootstrap_servers=task.settings.kafka, enable_auto_commit=False, auto_offset_reset="earliest") as client:
        client.assign(places)
        while not task.finished:
            for place, records in (await client.getmany(timeout_ms=500, max_records=AT_ONCE)).items():
                yield [record for record in records if task.takes(place.partition, record.offset)]


async def run(task: Task) -> None:
    async for records in read(task):
        for record in records:
            decode_event(record.value)
    task.report(None)


if __name__ == "__main__":
    asyncio.run(run(given()))
