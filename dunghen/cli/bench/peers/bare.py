"""Bare aiokafka with the whole job in a dict: nothing durable, nothing shared. What a framework could at best cost."""

from __future__ import annotations

import asyncio

from dunghen.cli.bench.peers.floor import read
from dunghen.cli.bench.peers.job import Tally, advance
from dunghen.cli.bench.peers.task import Task, given
from dunghen.contracts.messages import decode_event


async def run(task: Task) -> None:
    dossiers, tally = dict[bytes, bytes](), Tally()
    async for records in read(task):
        for record in records:
            new, before, after = advance(dossiers.get(record.key), decode_event(record.value), task.rules)
            if new is not None:
                dossiers[record.key] = new
                if before != after:
                    tally.change(before, after)
    task.report(tally.counts, tally.taken_back)


if __name__ == "__main__":
    asyncio.run(run(given()))
