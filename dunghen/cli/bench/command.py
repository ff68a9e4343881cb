"""`dunghen bench WHAT`: runs it as often as asked for and prints one JSON line a system."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dunghen.cli.bench.e2e import e2e
from dunghen.cli.bench.ingest import ingest
from dunghen.cli.bench.measure import line, median_of
from dunghen.cli.bench.peers import race
from dunghen.cli.bench.scoring import scoring
from dunghen.cli.data_folder import CommandError

SINGLE: dict[str, Callable[[int], Awaitable[dict[str, float]]]] = {"ingest": ingest, "scoring": scoring}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure, on how many events, how often, and whether beside other systems."""

    what: str
    events: int
    runs: int
    peers: bool = False


def run(wanted: Wanted, say: Callable[[str], None]) -> None:
    """Raises CommandError for a bench that there is not, and where systems do not count the same."""
    what, events, runs = wanted.what, wanted.events, wanted.runs
    if wanted.peers:
        if what != "scoring":
            raise CommandError("--peers is for scoring")
        race.run(events, runs, say)
    elif what in SINGLE:
        figures = median_of([dict(asyncio.run(_once(what, events))) for _ in range(runs)])
        say(line(what, "dunghen", {**figures, "runs": runs}))
    elif what == "e2e":
        for system, measured in asyncio.run(e2e(events)):
            say(line(what, system, measured))
    else:
        raise CommandError(f"no bench {what}: there are ingest, scoring, e2e")


async def _once(what: str, events: int) -> dict[str, float]:
    return await SINGLE[what](events)
