"""`bench explanation`: how long a unit's rate takes to be explained while the read model holds very many dossiers.

The read model is SQLite, or the MongoDB that DUNGHEN_MONGO names.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable

import httpx

from dunghen.cli.bench.bed import bed, serving
from dunghen.cli.bench.counted import Counted, fill
from dunghen.cli.bench.measure import usage
from dunghen.domain.days import date_of
from dunghen.domain.policy import Policy
from dunghen.domain.rates import RATES
from dunghen.platform.clock import RealClock
from dunghen.platform.local.servers import HOST, LocalServer

ASKED_WINDOWS = ("7d", "30d", "90d", "year")
DAYS = 10  # each question is asked as of so many days, so that none is answered by what was read for another
LOOKS = 200
PATIENCE_SECONDS = 7200.0
Say = Callable[[str], object]


async def explanation(count: int, say: Say) -> dict[str, float]:
    """One run with `count` dossiers of 126 units. `p50_ms` …: of the answer to each rate in ASKED_WINDOWS as of DAYS days, of the unit with
    the most dossiers (`unit_dossiers`), one after the other, each read from the store; `livez_p50_ms`: beside it, of an empty answer;
    `stored_per_second`: how fast the projector took the dossiers in, which begins with the map's first version.
    """
    async with bed() as made, serving(made) as server, httpx.AsyncClient(timeout=120, base_url=f"http://{HOST}:{server.port}/") as http:
        counted = Counted(await made.policy())
        await fill(made, counted, count)
        began = time.monotonic()  # the last that was sent is what the map, and so the read model, begins with
        say(f"{sum(counted.dossiers.values())} dossiers of {len(counted.dossiers)} units are in the topic")
        await _stored(http, counted, server)
        seconds = time.monotonic() - began
        unit, of_unit = counted.dossiers.most_common(1)[0]
        say(f"the read model has them; asking of {unit}")
        return {
            "dossiers": count,
            "unit_dossiers": of_unit,
            "stored_per_second": round(count / seconds),
            **await _asked(http, unit, counted.policy),
            "livez_p50_ms": statistics.median([await _time(http, "livez") for _ in range(LOOKS)]),
            "rss_mb": round(usage(server.pid).rss_mb, 1),
        }


async def _stored(http: httpx.AsyncClient, counted: Counted, server: LocalServer) -> None:
    """Waits until of every unit as many dossiers are found as its days count. Raises TimeoutError."""
    until, waiting = time.monotonic() + PATIENCE_SECONDS, list(counted.dossiers)
    while waiting:
        server.check()
        if time.monotonic() > until:
            raise TimeoutError(f"the read model lacks dossiers of {len(waiting)} units")
        answer = await http.get(f"api/v1/units/{waiting[-1]}/explanation", params={"window": "year"})
        flags = answer.json().get("flags") if answer.status_code == 200 else None
        if flags and flags["of"] == flags["found"] and flags["of"] > 0:
            waiting.pop()
        else:
            await asyncio.sleep(1)


async def _asked(http: httpx.AsyncClient, unit: str, policy: Policy) -> dict[str, float]:
    today = policy.zone.day_of(RealClock().seconds())
    path, took = f"api/v1/units/{unit}/explanation", []
    for back in range(1, DAYS + 1):
        for window, rate in itertools.product(ASKED_WINDOWS, RATES):
            query = {"window": window, "rate": rate, "as_of": date_of(today - back).isoformat()}
            took.append(await _time(http, path, query))
    took.sort()
    return {"p50_ms": statistics.median(took), "p99_ms": took[int(len(took) * 0.99)], "max_ms": took[-1], "asked": len(took)}


async def _time(http: httpx.AsyncClient, path: str, query: dict[str, str] | None = None) -> float:
    began = time.perf_counter()
    (await http.get(path, params=query)).raise_for_status()
    return round((time.perf_counter() - began) * 1e3, 3)
