"""`bench scoring`: fold and score, durable, on a backlog of realistic events."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

import httpx

from dunghen.cli.bench.bed import Bed, bed, sample
from dunghen.cli.bench.measure import Stopwatch
from dunghen.cli.data_folder import CommandError
from dunghen.platform.local.servers import LocalServer

SERVICE = "services.scoring"
EVENTS = "dunghen_scoring_events_total"
PATIENCE_SECONDS = 3600
Say = Callable[[str], object]


async def scoring(count: int) -> dict[str, float]:
    """Figures of one run: from after the first rounds of the process to the last event's durable write."""
    async with bed() as made:
        size = await made.fill(count)
        return {**await score_all(made, count), "bytes_per_event": round(size / count, 1)}


async def score_all(made: Bed, count: int, processes: int = 1) -> dict[str, float]:
    """Figures of our own scoring in so many processes on `count` events of a bed that nobody has folded yet; the broker's CPU apart.
    `largest_share`: of the events, what the process with the most of them folded.

    Raises CommandError where one of them found nothing left to do, NotStarted where one has ended.
    """
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(made.service(SERVICE)) for _ in range(processes)]
        watch, broker = Stopwatch([server.pid for server in servers]), Stopwatch([made.broker.pid])
        before = await _all_at_work(servers, count)  # rounds are over by the time they are seen: not measured
        watch.start()
        broker.start()
        await reach(servers, count)
        figures, served = watch.result(count - sum(before)), broker.result(count - sum(before))
        share = max(after - at for after, at in zip(await folded(servers), before, strict=True)) / (count - sum(before))
        said = {"broker_cpu_us_per_event": served["cpu_us_per_event"], "processes": processes, "largest_share": round(share, 2)}
        return {**figures, **said}


async def _all_at_work(servers: Sequence[LocalServer], count: int) -> list[int]:
    """Waits until each of them has folded something of so many events; gives how many each has."""
    while not all(each := await folded(servers)):
        for server in servers:
            server.check()
        if sum(each) >= count:
            raise CommandError(f"{count} events were folded before all {len(servers)} processes had begun: take more")
        await asyncio.sleep(0.05)
    return each


async def reach(servers: Sequence[LocalServer], target: int, say: Say = lambda _: None) -> None:
    """Waits until these processes together have folded so many events; says every ten seconds how far they are.

    Raises NotStarted where one of them has ended, TimeoutError."""
    began = told_at = time.monotonic()
    async with httpx.AsyncClient(timeout=2) as http:  # one for all: making it reads all root certificates, a core's work if done each time
        first = sum(await _folded(http, servers))
        while (done := sum(await _folded(http, servers))) < target:
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


async def folded(servers: Sequence[LocalServer]) -> list[int]:
    """The events that each of these processes has folded so far."""
    async with httpx.AsyncClient(timeout=2) as http:
        return await _folded(http, servers)


async def _folded(http: httpx.AsyncClient, servers: Sequence[LocalServer]) -> list[int]:
    return [int(await sample(http, server, EVENTS, stage="fold")) for server in servers]
