"""faust as its documentation shows it: an agent per event, dossiers and counters in tables with changelogs; at least once."""

from __future__ import annotations

import asyncio
from typing import Any

import faust

from dunghen.cli.bench.peers.job import Counts, Share, Tally, advance
from dunghen.cli.bench.peers.task import Task, given
from dunghen.contracts.messages import decode_event
from dunghen.platform.faust_batches import DEFAULTS


def build(task: Task, over: asyncio.Event) -> tuple[Any, Any, Tally]:
    """(app, table of counters, tally); our own options where they do not change what it is."""
    # A rebalance while nothing is committed yet loses faust's records: no look at the new changelog topics in the middle of the run.
    own = {"topic_allow_declare": True, "stream_buffer_maxsize": 4096, "consumer_metadata_max_age_ms": 300_000}
    folder = task.settings.data / "faust" / "bench-faust"
    folder.mkdir(parents=True, exist_ok=True)
    options = {**DEFAULTS, **own, "topic_partitions": len(task.ends), "datadir": str(folder), "topic_replication_factor": 1}
    app = faust.App("bench-faust", broker=f"kafka://{task.settings.kafka}", **options)
    source = app.topic(task.topic, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")
    dossiers = app.Table("dossiers", key_type=bytes, value_type=bytes, partitions=len(task.ends))
    counters = app.Table("counters", key_type=str, value_type=list, partitions=len(task.ends))
    tally = Tally()

    async def score(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            if not task.takes(message.partition, message.offset):
                continue
            new, before, after = advance(dossiers.get(event.key), decode_event(event.value), task.rules)
            if new is not None:
                dossiers[event.key] = new
                if before != after:
                    tally.note(before, after)
                    _add(counters, before, (message.partition, -1))
                    _add(counters, after, (message.partition, 1))
            if task.finished:
                over.set()

    app.agent(source, name="score")(score)
    return app, counters, tally


def _add(counters: Any, change: Share, how: tuple[int, int]) -> None:
    """In the counters that this partition keeps of the unit."""
    partition, sign = how
    if change.unit:
        key = f"{change.unit}|{partition}"
        counters[key] = [a + sign * b for a, b in zip(counters.get(key) or (0, 0, 0), change[1:], strict=True)]


def total(counters: Any) -> Counts:
    """The units' counts over all partitions."""
    counts: Counts = {}
    for key, numbers in counters.items():
        unit = key.partition("|")[0]
        counts[unit] = [a + b for a, b in zip(counts.get(unit, (0, 0, 0)), numbers, strict=True)]
    return counts


async def run(task: Task) -> None:
    over = asyncio.Event()
    app, counters, tally = build(task, over)
    app.finalize()
    async with app:
        await over.wait()
        await app.producer.flush()
        await app.consumer.commit()
        task.report(total(counters), tally.taken_back)


if __name__ == "__main__":
    asyncio.run(run(given()))
