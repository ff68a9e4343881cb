"""`bench explanation`: how long a unit's rate takes to be explained while the read model holds very many dossiers.

The read model is SQLite, or the MongoDB that DUNGHEN_MONGO names.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from dunghen.cli.bench.bed import Bed, bed, serving
from dunghen.cli.bench.events import Dossiers
from dunghen.cli.bench.measure import usage
from dunghen.contracts import topics
from dunghen.contracts.cells import cell_key, encode_cell
from dunghen.contracts.messages import Level, decode_event, encode
from dunghen.contracts.scores import unit_score
from dunghen.contracts.topics import LEVEL_KEY, partition_of
from dunghen.domain.days import date_of
from dunghen.domain.marks import COUNTERS, marks
from dunghen.domain.policy import Policy
from dunghen.domain.rates import RATES, DaySeries
from dunghen.domain.record import fold
from dunghen.domain.windows import WINDOWS, resolve
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.local.servers import HOST, LocalServer

ASKED_WINDOWS = ("7d", "30d", "90d", "year")
DAYS = 10  # each question is asked as of so many days, so that none is answered by what was read for another
LOOKS = 200
PATIENCE_SECONDS = 7200.0
Say = Callable[[str], object]


@dataclass
class Counted:
    """All that scoring would have written of a city: the record of each dossier goes out as it is made, the counters stay here."""

    policy: Policy
    days: dict[str, dict[int, list[int]]] = field(default_factory=dict)
    dossiers: Counter[str] = field(default_factory=Counter)

    def records(self, dossiers: Dossiers) -> Iterator[tuple[str, bytes]]:
        """(code, record), counted on the way."""
        for code, events in itertools.groupby(dossiers.whole(), key=lambda keyed: keyed[0]):
            record: bytes | None = None
            for _, value in events:
                record = fold(record, decode_event(value)) or record
            if record is not None:
                self._count(record)
                yield code, record

    def _count(self, record: bytes) -> None:
        unit, found = marks(record, self.policy.rules)
        if not unit:
            return
        self.dossiers[unit] += 1
        days = self.days.setdefault(unit, {})
        for day, counter, by in found:
            days.setdefault(day, [0] * len(COUNTERS))[counter] += by


async def explanation(count: int, say: Say) -> dict[str, float]:
    """One run with `count` dossiers of 126 units. `p50_ms` …: of the answer to each rate in ASKED_WINDOWS as of DAYS days, of the unit with
    the most dossiers (`unit_dossiers`), one after the other, each read from the store; `livez_p50_ms`: beside it, of an empty answer;
    `stored_per_second`: how fast the projector took the dossiers in, which begins with the map's first version.
    """
    async with bed() as made, serving(made) as server, httpx.AsyncClient(timeout=120, base_url=f"http://{HOST}:{server.port}/") as http:
        counted = Counted(await made.policy())
        await _fill(made, counted, count)
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


async def _fill(made: Bed, counted: Counted, count: int) -> None:
    settings, today = made.settings, counted.policy.zone.day_of(RealClock().seconds())
    async with kafka.started(kafka.producer(settings), settings) as producer:

        async def send(topic: str, key: bytes, value: bytes, place: int) -> None:
            await producer.send(settings.named(topic), value, key=key, partition=place)

        for code, record in counted.records(Dossiers(counted.policy, today, count)):
            await send(topics.DOSSIERS, code.encode(), record, partition_of(code, settings.partitions))
        windows = {name: resolve(name, today) for name in WINDOWS}
        for unit, days in counted.days.items():
            place = partition_of(unit, settings.partitions)
            for day, counters in days.items():
                await send(topics.UNIT_DAYS, cell_key(unit, day, 0, counted.policy.version), encode_cell(counters), place)
            score = unit_score(unit, DaySeries(days), (today, today - 1), windows)
            score.policy, score.covers = counted.policy.version, {0: 1}
            await send(topics.UNIT_SCORES, unit.encode(), encode(score), place)
        level = Level(day=today, policy=counted.policy.version, levels={0: 1})
        for place in range(settings.partitions):
            await send(topics.UNIT_SCORES, LEVEL_KEY, encode(level), place)
        await producer.flush()


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
