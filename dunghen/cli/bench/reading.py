"""`bench map`: how long `/map` takes one worker at a steady rate while the map changes, beside an empty answer at the same rate.

Requests begin when they are due, whether the ones before have ended or not, and are timed from that moment.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from dunghen.cli.bench.bed import Bed, bed, ready, serving
from dunghen.cli.bench.counted import Counted, fill
from dunghen.cli.bench.measure import usage
from dunghen.contracts import topics
from dunghen.contracts.messages import encode
from dunghen.contracts.topics import partition_of
from dunghen.domain.marks import COUNTERS
from dunghen.domain.rates import RATES
from dunghen.domain.windows import WINDOWS
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.local.servers import HOST

DOSSIERS = 20_000
SECONDS, ROUNDS = 10, 3
CHANGES = 10  # units a second whose figures change meanwhile
RECEIVED, EARLY = COUNTERS.index("received"), COUNTERS.index("early")
Say = Callable[[str], object]


async def reading(a_second: int, say: Say) -> dict[str, float]:
    """One run at `a_second` requests: p50 and p99 of `/map` (every rate and window in turn) and of `/livez`, by turns; `p99_ratio`: the one
    to the other, the median of ROUNDS pairs. A pair before them is not counted: meanwhile the read model takes the dossiers in.
    """
    async with bed() as made, serving(made) as server, _client(server.port) as http:
        counted = Counted(await made.policy())
        await fill(made, counted, DOSSIERS)
        await ready(f"http://{HOST}:{server.port}/readyz")
        say("the map is there")
        views = [{"rate": rate, "window": window} for rate, window in itertools.product(RATES, WINDOWS)]
        found: dict[str, list[float]] = {"map": [], "livez": []}
        ratios = []
        async with _changing(made, counted):
            for number in range(ROUNDS + 1):
                maps = await _at_a_rate(http, a_second, itertools.cycle(("api/v1/map", view) for view in views))
                empties = await _at_a_rate(http, a_second, itertools.repeat(("livez", {})))
                if number == 0:
                    continue
                ratios.append(_p99(maps) / _p99(empties))
                found["map"] += maps
                found["livez"] += empties
        told = {
            f"{name}_{what}_ms": round(of(took), 2)
            for name, took in found.items()
            for what, of in (("p50", statistics.median), ("p99", _p99))
        }
        return {
            "a_second": a_second,
            **told,
            "p99_ratio": round(statistics.median(ratios), 2),
            "rss_mb": round(usage(server.pid).rss_mb, 1),
        }


def _client(port: int) -> httpx.AsyncClient:
    """As many connections as it takes: a request must not wait for another one's. Idle ones are given up before the worker does."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=2)
    return httpx.AsyncClient(timeout=60, limits=limits, base_url=f"http://{HOST}:{port}/")


@asynccontextmanager
async def _changing(made: Bed, counted: Counted) -> AsyncIterator[None]:
    """Meanwhile so many units a second finish a dossier."""

    async def change() -> None:
        settings, today = made.settings, counted.policy.zone.day_of(RealClock().seconds())
        async with kafka.started(kafka.producer(settings), settings) as producer:
            while True:
                unit = random.choice(list(counted.days))
                counters = counted.days[unit].setdefault(today, [0] * len(COUNTERS))
                counters[RECEIVED] += 1
                counters[EARLY] += 1
                place = partition_of(unit, settings.partitions)
                await producer.send(
                    settings.named(topics.UNIT_SCORES), encode(counted.score(unit, today)), key=unit.encode(), partition=place
                )
                await asyncio.sleep(1 / CHANGES)

    changing = asyncio.create_task(change())
    try:
        yield
    finally:
        changing.cancel()
        await asyncio.wait([changing])


async def _at_a_rate(http: httpx.AsyncClient, a_second: int, questions: Iterator[tuple[str, dict[str, Any]]]) -> list[float]:
    """Milliseconds of each request from when it was due, for SECONDS."""
    begun = time.perf_counter()

    async def ask(number: int, path: str, query: dict[str, Any]) -> float:
        due = begun + number / a_second
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        (await http.get(path, params=query)).raise_for_status()
        return (time.perf_counter() - due) * 1e3

    return list(await asyncio.gather(*(ask(number, *next(questions)) for number in range(a_second * SECONDS))))


def _p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]
