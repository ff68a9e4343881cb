"""`bench map`: how long `/map` takes one worker at a steady rate while the map changes, beside an empty answer at the same rate.

Requests begin when they are due, whether the ones before have ended or not, and are timed from that moment.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

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
KEPT_SECONDS = 2
CHANGES = 10  # units a second whose figures change meanwhile
RECEIVED, EARLY = COUNTERS.index("received"), COUNTERS.index("early")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
Say = Callable[[str], object]


async def reading(a_second: int, say: Say) -> dict[str, float]:
    """One run at `a_second` requests: p50 and p99 of `/map` (every rate and window in turn) and of `/livez`, by turns; `p99_ratio`: the one
    to the other, the median of ROUNDS pairs. A pair before them is not counted: meanwhile the read model takes the dossiers in.
    """
    async with bed() as made, serving(made) as server:
        counted = Counted(await made.policy())
        await fill(made, counted, DOSSIERS)
        await ready(f"http://{HOST}:{server.port}/readyz")
        say("the map is there")
        lines = _Lines(server.port)
        views = [f"/api/v1/map?rate={rate}&window={window}" for rate, window in itertools.product(RATES, WINDOWS)]
        found: dict[str, list[float]] = {"map": [], "livez": []}
        ratios = []
        async with _changing(made, counted):
            for number in range(ROUNDS + 1):
                maps = await _at_a_rate(lines, a_second, itertools.cycle(views))
                empties = await _at_a_rate(lines, a_second, itertools.repeat("/livez"))
                if number == 0:
                    continue
                ratios.append(_p99(maps) / _p99(empties))
                found["map"] += maps
                found["livez"] += empties
        lines.close()
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


@dataclass
class _Lines:
    """Connections that are kept, as many as it takes: a request must not wait for another one's. Bare: little of what is timed is ours."""

    port: int
    free: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)  # since when

    async def get(self, path: str) -> None:
        """One answer, read to its end. Raises OSError, ValueError for any but 200."""
        reader, writer = self._kept() or await asyncio.open_connection(HOST, self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200 ") or length is None:
            raise ValueError(head.decode(errors="replace"))
        await reader.readexactly(int(length[1]))
        self.free.append((time.monotonic(), reader, writer))

    def _kept(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """The one that was used last, unless the worker may be giving it up."""
        if not self.free or self.free[-1][0] < time.monotonic() - KEPT_SECONDS:
            self.close()
            return None
        return self.free.pop()[1:]

    def close(self) -> None:
        for _, _, writer in self.free:
            writer.close()
        self.free.clear()


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


async def _at_a_rate(lines: _Lines, a_second: int, paths: Iterator[str]) -> list[float]:
    """Milliseconds of each request from when it was due, for SECONDS."""
    begun = time.perf_counter()

    async def ask(number: int, path: str) -> float:
        due = begun + number / a_second
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        await lines.get(path)
        return (time.perf_counter() - due) * 1e3

    return list(await asyncio.gather(*(ask(number, next(paths)) for number in range(a_second * SECONDS))))


def _p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]
