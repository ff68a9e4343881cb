"""`bench growth`: what an event costs with more units, with more dossiers held, and with a second process.

Every case is a bed of its own. Its dossiers are opened with one event each and folded in few rounds; then each run puts further events of
dossiers that are spread over all of them, in the order in which they happened, and starts the processes to be measured on this backlog:
no run touches a dossier of another, and all cases of a city get the same events. Steps are noted in the case's folder, so that a run of
an hour goes on where it was stopped.
"""

from __future__ import annotations

import asyncio
import copy
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from dunghen.cli.bench.bed import Bed, bed, samples
from dunghen.cli.bench.events import BASE, Dossiers
from dunghen.cli.bench.measure import line, median_of, progress, usage
from dunghen.cli.bench.recovery import IN_FEW_ROUNDS, last_takeover
from dunghen.cli.bench.scoring import PATIENCE_SECONDS, SERVICE, score_all
from dunghen.cli.data_folder import CommandError
from dunghen.contracts.city_files import Bodies, read_city
from dunghen.platform.clock import RealClock
from dunghen.platform.local.servers import LocalServer

CITY_UNITS, LARGER = 94, 10
COPIES = 20  # of each life, so that there are dossiers for as many runs
PER_DAY = 1100  # made-up dossiers of a working day: BASE of them fill the days that there are
WAITING = "dunghen_scoring_waiting_events"
Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One city: so many localities, so many dossiers held, and in how many processes it is measured."""

    units: int
    dossiers: int
    processes: tuple[int, ...] = (1,)

    @property
    def name(self) -> str:
        return f"{self.units}-units-{self.dossiers}-dossiers"


@dataclass(frozen=True, slots=True)
class Way:
    """How it is measured: about so many events a run, so many runs a case (0: the dossiers are only put and held); `folder` keeps the
    steps and the topics, None: nothing is kept."""

    events: int
    runs: int
    folder: Path | None = None


def cases(dossiers: int, units: int) -> tuple[Case, ...]:
    """The city as it is; with more units; with ten times the dossiers."""
    return Case(CITY_UNITS, dossiers, (1, 2)), Case(units, dossiers), Case(CITY_UNITS, dossiers * LARGER)


@dataclass(frozen=True, slots=True)
class Journal:
    """The steps of one case that are done, one JSON object a line: `step`, `seconds` that it took, and its figures."""

    file: Path

    def steps(self) -> list[Step]:
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def note(self, step: str, **figures: Any) -> None:
        with self.file.open("a") as file:
            file.write(json.dumps({"step": step, "at": time.strftime("%H:%M:%S"), **figures}) + "\n")
        progress(f"{self.file.parent.name}: {step} {figures}")

    @contextmanager
    def timed(self, step: str) -> Iterator[dict[str, Any]]:
        """Notes the step, with the figures that were put into the answer, when it is done."""
        began, figures = time.monotonic(), dict[str, Any]()
        yield figures
        self.note(step, seconds=round(time.monotonic() - began, 1), **figures)


def first(steps: Iterable[Step], name: str) -> Step | None:
    """The first step of this name."""
    return next((step for step in steps if step["step"] == name), None)


def attempts(steps: Iterable[Step]) -> int:
    """Runs begun so far, also those that were stopped: their dossiers are used up."""
    return sum(step["step"] == "begun" for step in steps)


def interrupted(steps: list[Step]) -> bool:
    """Whether the last run was stopped: what it had put may still wait to be folded."""
    return bool(steps) and steps[-1]["step"] == "begun"


def measured(steps: Iterable[Step], processes: int) -> list[dict[str, float]]:
    """The figures of each run in so many processes."""
    return [step["figures"] for step in steps if step["step"] == "measured" and step["figures"]["processes"] == processes]


def run(wanted: Iterable[Case], way: Way, say: Callable[[str], None]) -> None:
    """One JSON line a case and number of processes, each figure its own median; then the ratios. Progress to stderr."""
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="dunghen-bench-") as spare:
        for case in wanted:
            folder = (way.folder or Path(spare)) / case.name
            asyncio.run(_measure(case, way, folder))
            for figures in summary(case, Journal(folder / "steps.jsonl").steps()):
                say(line("growth", "dunghen", figures))
                found.append(figures)
            if way.folder is None:
                shutil.rmtree(folder)
    if found:
        say(json.dumps({"bench": "growth", "ratios": ratios(found)}))


def summary(case: Case, steps: list[Step]) -> Iterator[dict[str, Any]]:
    """The medians of a case by processes, with what holding its dossiers takes; none while it has no run."""
    held = first(steps, "held") or {}
    for processes in case.processes:
        if runs := measured(steps, processes):
            yield {
                "units": case.units,
                "dossiers": case.dossiers,
                **median_of(runs),
                "runs": len(runs),
                **{name: held[name] for name in ("bytes_per_dossier", "takeover_seconds") if name in held},
            }


def ratios(found: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Every case against the first: CPU of an event, events a second, memory of a dossier."""
    base, names = found[0], ("cpu_us_per_event", "events_per_second", "bytes_per_dossier")
    return {
        f"{f['units']} units, {f['dossiers']} dossiers, {f['processes']:g} processes": {
            n: round(f[n] / base[n], 2) for n in names if base.get(n)
        }
        for f in found[1:]
    }


def _begun(case: Case, folder: Path) -> tuple[Journal, Step]:
    """The case's journal, and what its first step says."""
    journal = Journal(folder / "steps.jsonl")
    if first(journal.steps(), "put") is None:  # a part of the events is nothing to go on with
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        journal.note("case", now=RealClock().seconds(), **asdict(case))
    return journal, journal.steps()[0]


async def _measure(case: Case, way: Way, folder: Path) -> None:
    """What is still to be done of a case."""
    journal, said = _begun(case, folder)
    async with bed(city_of(case.units), folder) as made:
        policy = await made.policy()
        today = policy.zone.day_of(said["now"])
        dossiers = Dossiers(policy, today, case.dossiers, min(BASE, case.dossiers // COPIES), PER_DAY)
        if first(journal.steps(), "held") is None:
            await _hold(made, dossiers, journal)
        if interrupted(journal.steps()):
            with journal.timed("caught up"), made.service(SERVICE) as process:
                await level([process])
        copies = round(way.events / dossiers.later_of_a_copy) or 1
        for _ in range(way.runs):
            for processes in case.processes:
                if len(measured(journal.steps(), processes)) < way.runs:
                    await _run(made, (dossiers, copies, processes), journal)


async def _hold(made: Bed, dossiers: Dossiers, journal: Journal) -> None:
    """Has the opening events of all dossiers folded, then has another process take them over: what holding them takes."""
    if first(journal.steps(), "empty") is None:
        with journal.timed("empty") as told, made.service(SERVICE) as process:
            await level([process])
            told["rss_mb"] = usage(process.pid).rss_mb
    if first(journal.steps(), "put") is None:
        with journal.timed("put") as told:
            told["bytes"] = await made.put(dossiers.opening())
    if first(journal.steps(), "folded") is None:
        with journal.timed("folded") as told, made.service(SERVICE, **IN_FEW_ROUNDS) as process:
            await level([process])
            told["cpu_seconds"] = usage(process.pid).cpu_seconds
    with journal.timed("held") as told, made.service(SERVICE) as process:
        await level([process])
        held, empty = usage(process.pid), first(journal.steps(), "empty") or {}
        told.update(takeover_seconds=last_takeover(made), takeover_cpu_seconds=held.cpu_seconds, rss_mb=held.rss_mb)
        told["bytes_per_dossier"] = round((held.rss_mb - empty["rss_mb"]) * 1e6 / dossiers.count, 1)


async def _run(made: Bed, what: tuple[Dossiers, int, int], journal: Journal) -> None:
    """One run; `what`: of these dossiers so many copies in so many processes."""
    dossiers, copies, processes = what
    number = attempts(journal.steps())
    chosen = range(number * copies, (number + 1) * copies)
    if chosen.stop > dossiers.copies:
        raise CommandError(f"the dossiers of {journal.file.parent.name} are used up by {number} runs: measure with another --keep")
    journal.note("begun", number=number)
    size = await made.put(dossiers.later(chosen))
    count = dossiers.later_of_a_copy * copies
    with journal.timed("measured") as told:
        told["figures"] = {**await score_all(made, count, processes), "bytes_per_event": round(size / count, 1)}


async def level(servers: list[LocalServer]) -> None:
    """Waits until these processes hold all partitions of `dossier-events` and nothing waits in any. Raises NotStarted where one of them
    has ended, TimeoutError."""
    until = time.monotonic() + PATIENCE_SECONDS
    async with httpx.AsyncClient(timeout=5) as http:
        while not nothing_waits([await samples(http, server) for server in servers]):
            for server in servers:
                server.check()
            if time.monotonic() > until:
                raise TimeoutError(f"something still waits after {PATIENCE_SECONDS} s")
            await asyncio.sleep(0.5)


def nothing_waits(told: Iterable[dict[str, float]], partitions: int = 8) -> bool:
    """Whether the metrics of all processes name each partition of both stages, with nothing that waits."""
    waiting = [value for each in told for name, value in each.items() if name.startswith(WAITING + "{")]
    return len(waiting) == 2 * partitions and not any(waiting)


def city_of(units: int) -> Bodies:
    """Đà Nẵng with so many localities: its own first, then the like of them under other codes."""
    bodies = copy.deepcopy(read_city("danang"))
    listed = bodies["units"]["units"]
    localities = [unit for unit in listed if unit["kind"] == "locality"]
    others = [unit for unit in listed if unit["kind"] != "locality"]
    more = [
        {"code": f"{90_000 + n}", "name": f"Thử nghiệm {n}", "kind": "locality", "type": localities[n % len(localities)]["type"]}
        for n in range(units - len(localities))
    ]
    bodies["units"]["units"] = [*others, *localities[:units], *more]
    return bodies
