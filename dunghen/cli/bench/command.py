"""`dunghen bench WHAT`: runs it as often as asked for and prints one JSON line a system."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dunghen.cli.bench import growth
from dunghen.cli.bench.alerts import alerts
from dunghen.cli.bench.e2e import e2e
from dunghen.cli.bench.explanation import explanation
from dunghen.cli.bench.ingest import OURS, ingest
from dunghen.cli.bench.measure import line, median_of, progress
from dunghen.cli.bench.peers import race
from dunghen.cli.bench.reading import reading
from dunghen.cli.bench.recovery import recovery
from dunghen.cli.bench.scoring import scoring
from dunghen.cli.bench.sse import sse
from dunghen.cli.data_folder import CommandError

DEFAULTS = {
    "ingest": 100_000,
    "scoring": 500_000,
    "recovery": 1_000_000,
    "e2e": 1000,
    "sse": 10_000,
    "growth": 500_000,
    "alerts": 1_000_000,
    "explanation": 1_000_000,
    "map": 200,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure, on how many events (None: as usual; recovery, alerts, explanation: dossiers; e2e: a second; sse:
    readers; map: requests a second), how often, and whether beside others.

    `dossiers`, `units`, `folder`: of growth alone, see `growth.cases` and `growth.run`.
    """

    what: str
    events: int | None = None
    runs: int = 3
    peers: bool = False
    dossiers: int = 1_000_000
    units: int = 3321
    folder: Path | None = None

    @property
    def count(self) -> int:
        return self.events or DEFAULTS[self.what]


def run(wanted: Wanted, say: Callable[[str], None]) -> None:
    """Measurements to `say`, progress to stderr. Raises CommandError for a bench that there is not, and where systems count otherwise."""
    if wanted.what not in DEFAULTS:
        raise CommandError(f"no bench {wanted.what}: there are {', '.join(DEFAULTS)}")
    if wanted.what == "scoring" and wanted.peers:
        race.run(wanted.count, wanted.runs, say)
        return
    if wanted.what in ("recovery", "sse", "growth", "alerts", "explanation", "map") and wanted.peers:
        raise CommandError("--peers is for scoring, ingest and e2e")
    if wanted.what == "growth":
        growth.run(growth.cases(wanted.dossiers, wanted.units), growth.Way(wanted.count, wanted.runs, wanted.folder), say)
        return
    runs = [asyncio.run(_once(wanted)) for _ in range(wanted.runs)]
    for system in runs[0]:
        say(line(wanted.what, system, {**median_of([run[system] for run in runs]), "runs": wanted.runs}))


async def _once(wanted: Wanted) -> dict[str, dict[str, float]]:
    """The figures of one run by system."""
    match wanted.what:
        case "ingest":
            return await ingest(wanted.count, wanted.peers)
        case "e2e":
            return await e2e(wanted.count)
        case "alerts":
            return await alerts(wanted.count, progress)
        case "explanation":
            return {OURS: await explanation(wanted.count, progress)}
        case "map":
            return {OURS: await reading(wanted.count, progress)}
        case "recovery":
            return {OURS: await recovery(wanted.count, progress)}
        case "sse":
            return {OURS: await sse(wanted.count, progress)}
        case _:
            return {OURS: await scoring(wanted.count)}
