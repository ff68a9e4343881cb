"""quixstreams: dossiers in its RocksDB state with changelogs, at least once; the counters in memory, which is to its advantage.

A counter per unit in its state would need a second stage behind a topic of its own: its state belongs to the key of a message.
"""

from __future__ import annotations

from typing import Any

from quixstreams import Application

from dunghen.cli.bench.peers.job import Tally, advance
from dunghen.cli.bench.peers.task import Task, given
from dunghen.contracts.messages import decode_event


def run(task: Task) -> None:
    tally = Tally()

    def score(value: bytes, state: Any) -> int:
        if task.done == 0:
            task.watch.start()
        task.done += 1
        new, before, after = advance(state.get_bytes("record"), decode_event(value), task.rules)
        if new is not None:
            state.set_bytes("record", new)
            if before != after:
                tally.change(before, after)
        return 1

    app = Application(
        broker_address=task.settings.kafka,
        consumer_group="bench-quix",
        auto_offset_reset="earliest",
        state_dir=task.settings.data / "quix",
        loglevel="WARNING",
    )
    events = app.topic(task.topic, key_deserializer="bytes", value_deserializer="bytes")
    app.dataframe(events).apply(score, stateful=True)
    app.run(count=task.total, collect=False)
    task.report(tally.counts, tally.taken_back)


if __name__ == "__main__":
    run(given())
