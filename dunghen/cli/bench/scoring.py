"""`bench scoring`: fold and score in one process, durable, on a backlog of realistic events."""

from __future__ import annotations

from dunghen.cli.bench.bed import Bed, bed, counter, reaches
from dunghen.cli.bench.measure import Stopwatch

EVENTS = "dunghen_scoring_events_total"


async def scoring(count: int) -> dict[str, float]:
    """Figures of one run: from after the first rounds to the last event's durable write."""
    async with bed() as made:
        size = await made.fill(count)
        return {**await score_all(made, count), "bytes_per_event": round(size / count, 1)}


async def score_all(made: Bed, count: int) -> dict[str, float]:
    """Figures of our own scoring on all events of a bed."""
    with made.service("services.scoring") as process:
        watch = Stopwatch(process.pid)
        await reaches(process.port, EVENTS, 1, 60)
        before = await counter(process.port, EVENTS, stage="fold")  # a round or more is over by the time it is seen: not measured
        watch.start()
        await reaches(process.port, EVENTS, count)
        return watch.result(count - int(before))
