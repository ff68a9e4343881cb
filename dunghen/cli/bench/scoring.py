"""`bench scoring`: fold and score, durable, on a backlog of realistic events; with so many dossiers in their state, units, processes."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from dunghen.cli.bench.bed import Bed, bed, sample
from dunghen.cli.bench.events import Dossiers
from dunghen.cli.bench.measure import Stopwatch
from dunghen.contracts.city_files import Bodies, read_city
from dunghen.platform.clock import RealClock
from dunghen.platform.local.servers import LocalServer

SERVICE = "services.scoring"
EVENTS = "dunghen_scoring_events_total"
PATIENCE_SECONDS = 3600
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is measured: so many events. `dossiers`: those held already, the events being a spread of them; 0: none, and the events a
    city's weeks from their first. `units`: localities of the city; 0: as they are."""

    events: int
    dossiers: int = 0
    units: int = 0
    processes: int = 1


async def scoring(shape: Shape, say: Say) -> dict[str, float]:
    """Figures of one run: from after the first rounds of each process to the last event's durable write."""
    async with bed(city_of(shape.units)) as made:
        if not shape.dossiers:
            size, count = await made.fill(shape.events), shape.events
        else:
            size, count = await _hold(made, shape, say)
        figures = await score_all(made, count, shape.processes)
        return {**figures, "bytes_per_event": round(size / count, 1), "dossiers": shape.dossiers, "processes": shape.processes}


async def _hold(made: Bed, shape: Shape, say: Say) -> tuple[int, int]:
    """Has the opening events of all dossiers folded, then puts what is to be measured. Gives its (bytes, events)."""
    policy = await made.policy()
    dossiers = Dossiers(policy, policy.zone.day_of(RealClock().seconds()), shape.dossiers)
    await made.put(dossiers.opening())
    say(f"{shape.dossiers} dossiers are in the topic")
    with made.service(SERVICE) as process:
        await reach([process], shape.dossiers, say)
    chosen, size = list(dossiers.later(shape.events / dossiers.later_count))[: shape.events], 0
    size = await made.put(chosen)
    say(f"they are held; measuring {len(chosen)} further events of them")
    return size, len(chosen)


async def score_all(made: Bed, count: int, processes: int = 1) -> dict[str, float]:
    """Figures of our own scoring on `count` events of a bed that nobody has folded yet."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(made.service(SERVICE)) for _ in range(processes)]
        watch = Stopwatch([server.pid for server in servers])
        for server in servers:
            await reach([server], 1)
        before = await folded(servers)  # a round or more is over by the time it is seen: not measured
        watch.start()
        await reach(servers, count)
        return watch.result(count - before)


async def reach(servers: Sequence[LocalServer], target: int, say: Say = lambda _: None) -> None:
    """Waits until these processes together have folded so many events; says every ten seconds how far they are.

    Raises NotStarted where one of them has ended, TimeoutError."""
    began = told_at = time.monotonic()
    async with httpx.AsyncClient(timeout=2) as http:  # one for all: making it reads all root certificates, a core's work if done each time
        first = await _folded(http, servers)
        while (done := await _folded(http, servers)) < target:
            for server in servers:
                server.check()
            if time.monotonic() > began + PATIENCE_SECONDS:
                raise TimeoutError(f"{target} events were not folded within {PATIENCE_SECONDS} s")
            if time.monotonic() - told_at > 10:
                told_at = time.monotonic()
                say(f"folded {done} of {target}")
            await asyncio.sleep(until_next_look(target - done, (done - first) / (time.monotonic() - began)))


def until_next_look(left: int, per_second: float) -> float:
    """Seconds: half of what is still needed, so that the end is seen within 0.05 s and the process is hardly asked before (each page of
    metrics takes it milliseconds)."""
    return min(max(left / per_second / 2, 0.05), 1.0) if per_second else 0.05


async def folded(servers: Sequence[LocalServer]) -> int:
    """The events that these processes have folded so far."""
    async with httpx.AsyncClient(timeout=2) as http:
        return await _folded(http, servers)


async def _folded(http: httpx.AsyncClient, servers: Sequence[LocalServer]) -> int:
    return int(sum([await sample(http, server, EVENTS, stage="fold") for server in servers]))


def city_of(units: int) -> Bodies:
    """Đà Nẵng, with as many localities as asked for (0: as it is): its own first, then the like of them under other codes."""
    bodies = copy.deepcopy(read_city("danang"))
    listed = bodies["units"]["units"]
    localities = [unit for unit in listed if unit["kind"] == "locality"]
    others = [unit for unit in listed if unit["kind"] != "locality"]
    more = [
        {"code": f"{90_000 + n}", "name": f"Thử nghiệm {n}", "kind": "locality", "type": localities[n % len(localities)]["type"]}
        for n in range(units - len(localities))
    ]
    if units:
        bodies["units"]["units"] = [*others, *localities[:units], *more]
    return bodies
