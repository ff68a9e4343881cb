"""`bench sse`: very many readers of `/stream` on one worker: how soon all have a change, what each costs, what slow ones do to others."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import httpx
from aiokafka import AIOKafkaProducer

from dunghen.cli.bench.bed import Bed, bed, ready, sample
from dunghen.cli.bench.measure import usage
from dunghen.contracts import topics
from dunghen.contracts.messages import Level, RateCounts, UnitScore, WindowScore, encode
from dunghen.contracts.topics import LEVEL_KEY, partition_of
from dunghen.domain.rates import RATES
from dunghen.domain.windows import WINDOWS, resolve
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.local import redis_server
from dunghen.platform.local.servers import HOST, LocalServer, free_port

CHANGES, GAP_SECONDS, OPENING_AT_ONCE = 30, 1.0, 200
SLOW_IN = 20  # one in so many is slow in the second half: 500 of 10,000
PATIENCE_SECONDS = 120
ASK = b"GET /api/v1/stream?window=30d HTTP/1.1\r\nHost: bench\r\n\r\n"
CHANGE = re.compile(rb"id: (\d+)\nevent: change\n")
Say = Callable[[str], object]


@dataclass
class Arrivals:
    """When each version came to the readers, in seconds of the monotonic clock."""

    by_version: dict[int, list[float]] = field(default_factory=dict)
    snapshots: int = 0
    lost: int = 0


class Reader(asyncio.Protocol):
    """One reader that takes all it is sent and keeps none of it."""

    def __init__(self, arrivals: Arrivals) -> None:
        self.arrivals, self.rest, self.transport = arrivals, b"", asyncio.Transport()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.transport.write(ASK)

    def data_received(self, data: bytes) -> None:
        at, data = time.monotonic(), self.rest + data
        end = data.rfind(b"\n\n") + 2 if b"\n\n" in data else 0
        whole, self.rest = data[:end], data[end:]
        for found in CHANGE.finditer(whole):
            self.arrivals.by_version.setdefault(int(found[1]), []).append(at)
        self.arrivals.snapshots += b"event: snapshot\n" in whole

    def connection_lost(self, exc: Exception | None) -> None:
        self.arrivals.lost += 1


async def sse(count: int, say: Say) -> dict[str, float]:
    """One run with `count` readers of 94 units. `fan_out_…`: from the first reader that has a change to the others; `seen_…`: from Kafka's
    acknowledgement of the score to the readers; `slow_…`: the same with one in SLOW_IN more that do not read, or a byte a second."""
    async with bed() as made, _serving(made) as (server, city), httpx.AsyncClient(timeout=30) as http:
        empty = usage(server.pid).rss_mb
        arrivals = Arrivals()
        readers = await _open(server.port, count, arrivals)
        say(f"{count} readers have their first picture")
        await city.change()
        await _until(lambda: any(len(times) >= count for times in arrivals.by_version.values()), "the first change at all readers")
        figures = {"clients": count, "kb_per_client": round((usage(server.pid).rss_mb - empty) * 1e3 / count, 1)}
        figures |= await _measure(city, arrivals, count)
        say("the same with slow ones among them")
        slow = [await _deaf(server.port) for _ in range(count // SLOW_IN)]
        figures |= {f"slow_{name}": figure for name, figure in (await _measure(city, arrivals, count)).items()}
        figures |= {"slow_clients": len(slow), "lost": arrivals.lost, "rss_mb": round(usage(server.pid).rss_mb, 1)}
        figures["dropped"] = await sample(http, server, "dunghen_api_streams_dropped_total")
        for sock in slow:
            sock.close()
        for reader in readers:
            reader.transport.abort()
        return figures


@dataclass
class City:
    """All units with scores; `change` says a new one of one unit, as scoring would."""

    made: Bed
    send: Callable[[UnitScore], Awaitable[object]]
    score: Callable[[str, int], UnitScore]
    units: list[str]
    said: int = 0

    async def change(self) -> float:
        """Gives the instant at which Kafka had it."""
        self.said += 1
        sent = self.send(self.score(self.units[self.said % len(self.units)], 100 + self.said))
        await sent
        return time.monotonic()


@contextlib.asynccontextmanager
async def _serving(made: Bed) -> AsyncIterator[tuple[LocalServer, City]]:
    """A projector and one HTTP worker that shows 94 units."""
    redis = await asyncio.to_thread(redis_server.start, made.folder / "redis")
    env = {"DUNGHEN_REDIS": f"redis://{redis.address}/0"}
    port = free_port()
    try:
        with (
            made.service("services.api", "projector", **env),
            made.service("services.api", "http", DUNGHEN_PORT=str(port), **env) as server,
        ):
            server = LocalServer(port, server.log, server.process)
            async with kafka.started(kafka.producer(made.settings, linger_ms=0), made.settings) as producer:
                city = await _filled(made, producer)
                await ready(f"http://{HOST}:{port}/readyz")
                yield server, city
    finally:
        redis.stop()


async def _filled(made: Bed, producer: AIOKafkaProducer) -> City:
    policy, settings = await made.policy(), made.settings
    day, topic = policy.zone.day_of(RealClock().seconds()), settings.named(topics.UNIT_SCORES)

    def score(unit: str, on_time: int) -> UnitScore:
        counts = {rate: RateCounts(on_time, on_time + 10) for rate in RATES}
        windows = {w: WindowScore(*resolve(w, day), {"received": on_time + 10, "early": on_time, "late": 10}, counts) for w in WINDOWS}
        return UnitScore(unit=unit, day=day, policy=1, covers={0: 1}, windows=windows)

    async def send(said: UnitScore) -> None:
        place = partition_of(said.unit, settings.partitions)
        await producer.send_and_wait(topic, encode(said), key=said.unit.encode(), partition=place)

    city = City(made, send, score, [unit.code for unit in policy.catalogue.on(day) if unit.kind == "locality"])
    for code in city.units:
        await send(score(code, 100))
    level = Level(day=day, policy=1, levels={0: 1})
    for place in range(settings.partitions):
        await producer.send_and_wait(topic, encode(level), key=LEVEL_KEY, partition=place)
    return city


async def _open(port: int, count: int, arrivals: Arrivals) -> list[Reader]:
    loop, gate, opened = asyncio.get_running_loop(), asyncio.Semaphore(OPENING_AT_ONCE), list[Reader]()

    async def one() -> None:
        async with gate:
            _, reader = await loop.create_connection(lambda: Reader(arrivals), HOST, port)
            opened.append(reader)

    await asyncio.gather(*(one() for _ in range(count)))
    await _until(lambda: arrivals.snapshots >= count, "a picture at all readers")
    return opened


async def _deaf(port: int) -> socket.socket:
    """Asks, and reads nothing of the answer, as one whose line is dead."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, (HOST, port))
    await asyncio.get_running_loop().sock_sendall(client, ASK)
    return client


async def _measure(city: City, arrivals: Arrivals, count: int) -> dict[str, float]:
    fan_out, seen = list[float](), list[float]()
    for _ in range(CHANGES):
        arrivals.by_version.clear()
        acked = await city.change()
        await _until(lambda: max((len(times) for times in arrivals.by_version.values()), default=0) >= count, "a change at all readers")
        times = max(arrivals.by_version.values(), key=len)
        fan_out += [at - min(times) for at in times]
        seen += [at - acked for at in times]
        await asyncio.sleep(GAP_SECONDS)
    return {**_cuts("fan_out", fan_out), **_cuts("seen", seen)}


def _cuts(name: str, seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {f"{name}_p50_ms": round(cuts[49] * 1000, 1), f"{name}_p99_ms": round(cuts[98] * 1000, 1)}


async def _until(check: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not check():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {PATIENCE_SECONDS} s")
        await asyncio.sleep(0.02)
