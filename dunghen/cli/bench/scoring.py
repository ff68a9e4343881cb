"""`bench scoring`: fold and score in one process, durable, on a backlog of realistic events."""

from __future__ import annotations

from dunghen.cli.bench.bed import bed, reaches
from dunghen.cli.bench.measure import Stopwatch

EVENTS = "dunghen_scoring_events_total"


async def scoring(count: int) -> dict[str, float]:
    """Figures of one run: from the first round to the last event's durable write."""
    async with bed() as made:
        size = await made.fill(count)
        with made.service("services.scoring") as process:
            watch = Stopwatch(process.pid)
            await reaches(process.port, EVENTS, 1, 60)
            watch.start()
            await reaches(process.port, EVENTS, count)
            return {**watch.result(count), "bytes_per_event": round(size / count, 1)}
