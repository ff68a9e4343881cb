"""`bench sse`: very many readers of `/stream` on one worker: how soon all have a change, what each costs, what slow ones do to others."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import socket
import struct
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import httpx
from aiokafka import AIOKafkaProducer

from dunghen.cli.bench.bed import Bed, bed, ready, sample, serving
from dunghen.cli.bench.measure import usage
from dunghen.cli.bench.sse_readers import ASK
from dunghen.cli.programs import INTERPRETER
from dunghen.contracts import topics
from dunghen.contracts.messages import Level, RateCounts, UnitScore, WindowScore, encode
from dunghen.contracts.topics import LEVEL_KEY, partition_of
from dunghen.domain.rates import RATES
from dunghen.domain.windows import WINDOWS, resolve
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.local.servers import HOST, LocalServer

SECONDS = 20.0  # of each measurement
CALM, BUSY = 1.0, 10.0  # changes a second: more than a city of 20,000 events in a working day has; ten times that
SLOW_IN = 20  # one more in so many is slow at last: 500 beside 10,000
LAST_WORDS_SECONDS = 3.0  # after the last change of a measurement
PATIENCE_SECONDS = 120.0
SO_ATTACH_FILTER, KEEP_NOTHING = 26, struct.pack("HBBI", 0x06, 0, 0, 0)  # a filter of one instruction: return 0
Say = Callable[[str], object]
Change = Callable[[], Awaitable[object]]


async def sse(count: int, say: Say) -> dict[str, float]:
    """One run with `count` readers of 126 units. `p50_ms` …: from the projector's making a version to a reader's having it, over all
    readers and versions, at CALM changes of one row a second; `busy_…` at BUSY; `whole_…` at CALM, each of all rows; `slow_…` as the
    first, with one in SLOW_IN more that do not read, read a byte a second, or are on a dead line. CPU in per cent of one core; of the
    readers' process too, which shares the machine."""
    async with bed() as made, _serving(made) as (server, city), httpx.AsyncClient(timeout=30) as http:
        empty = usage(server.pid).rss_mb
        async with _readers(server.port, count) as readers:
            figures = {"clients": count, **await readers.word()}
            say(f"{count} readers have their first picture")
            figures |= await _measure(readers, server, CALM, city.change_one)
            figures["kb_per_client"] = round((usage(server.pid).rss_mb - empty) * 1e3 / count, 1)
            figures |= _named("busy", await _measure(readers, server, BUSY, city.change_one))
            figures |= _named("whole", await _measure(readers, server, CALM, city.change_all))
            say("the same with slow ones among them")
            async with _slow(server.port, count // SLOW_IN) as slow:
                figures |= _named("slow", await _measure(readers, server, CALM, city.change_one))
                figures["slow_clients"] = len(slow)
                figures["slow_dropped"] = await _dropped(http, server, len(slow))
            return figures | {"rss_mb": round(usage(server.pid).rss_mb, 1)}


def _named(prefix: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{prefix}_{name}": figure for name, figure in figures.items()}


@dataclass
class City:
    """Units with scores that are all different, the last the best; changes say a new one of one unit, as scoring would."""

    send: Callable[[str, int], Awaitable[object]]
    units: list[str]
    said: int = 0

    async def fill(self) -> None:
        for place, unit in enumerate(self.units):
            await self.send(unit, 100 * (place + 1))

    async def change_one(self) -> None:
        """A row is another. Returns once Kafka has it, as `change_all` does."""
        self.said += 1
        place, times = self.said % (len(self.units) - 2), self.said // (len(self.units) - 2)
        await self.send(self.units[place], 100 * (place + 1) + times % 90 + 1)

    async def change_all(self) -> None:
        """The two best draw, or do so no more: all ranks below move, and all rows of the kind are others."""
        self.said += 1
        await self.send(self.units[-1], 100 * (len(self.units) - self.said % 2))


@dataclass
class ReaderProcess:
    """The readers, as their process tells."""

    process: Process

    async def word(self) -> dict[str, float]:
        """The next that it says. Raises RuntimeError where it ended."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE_SECONDS)
        if not line:
            raise RuntimeError("the readers' process ended")
        return dict(json.loads(line))

    async def arrived(self) -> dict[str, float]:
        """What came since it was last asked."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        return await self.word()


@contextlib.asynccontextmanager
async def _readers(port: int, count: int) -> AsyncIterator[ReaderProcess]:
    words = (INTERPRETER, "-m", "dunghen.cli.bench.sse_readers", str(port), str(count))
    process = await asyncio.create_subprocess_exec(*words, stdin=PIPE, stdout=PIPE)
    try:
        yield ReaderProcess(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def _serving(made: Bed) -> AsyncIterator[tuple[LocalServer, City]]:
    """A projector and one HTTP worker that shows 126 units."""
    async with serving(made) as server, kafka.started(kafka.producer(made.settings, linger_ms=0), made.settings) as producer:
        city = await _filled(made, producer)
        await ready(f"http://{HOST}:{server.port}/readyz")
        yield server, city


async def _filled(made: Bed, producer: AIOKafkaProducer) -> City:
    policy, settings = await made.policy(), made.settings
    day, topic = policy.zone.day_of(RealClock().seconds()), settings.named(topics.UNIT_SCORES)

    def score(unit: str, on_time: int) -> UnitScore:
        counts = {rate: RateCounts(on_time, on_time + 10) for rate in RATES}
        windows = {w: WindowScore(*resolve(w, day), {"received": on_time + 10, "early": on_time, "late": 10}, counts) for w in WINDOWS}
        return UnitScore(unit=unit, day=day, policy=1, covers={0: 1}, windows=windows)

    async def send(unit: str, on_time: int) -> None:
        place = partition_of(unit, settings.partitions)
        await producer.send_and_wait(topic, encode(score(unit, on_time)), key=unit.encode(), partition=place)

    city = City(send, [unit.code for unit in policy.catalogue.on(day) if unit.kind == "locality"])
    await city.fill()
    level = Level(day=day, policy=1, levels={0: 1})
    for place in range(settings.partitions):
        await producer.send_and_wait(topic, encode(level), key=LEVEL_KEY, partition=place)
    return city


async def _measure(readers: ReaderProcess, server: LocalServer, changes_a_second: float, change: Change) -> dict[str, float]:
    await readers.arrived()
    pids = {"server": server.pid, "readers": readers.process.pid}
    began, before = time.monotonic(), {name: usage(pid) for name, pid in pids.items()}
    for number in range(1, round(SECONDS * changes_a_second) + 1):
        await change()
        await asyncio.sleep(began + number / changes_a_second - time.monotonic())
    seconds = time.monotonic() - began
    cpu = {name: round(100 * (usage(pid).cpu_seconds - before[name].cpu_seconds) / seconds) for name, pid in pids.items()}
    await asyncio.sleep(LAST_WORDS_SECONDS)
    return {**await readers.arrived(), **{f"{name}_cpu_percent": figure for name, figure in cpu.items()}}


@contextlib.asynccontextmanager
async def _slow(port: int, count: int) -> AsyncIterator[list[socket.socket]]:
    """In equal parts: they read nothing; a byte a second; their line is dead after the first picture."""
    clients = [await _opened(port, 4096 if number % 3 else 1 << 20) for number in range(count)]
    for client in clients[::3]:
        await _read_whole(client)
        _cut(client)
    dripping = asyncio.create_task(_drip(clients[1::3]))
    try:
        yield clients
    finally:
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        for client in clients:
            client.close()


async def _opened(port: int, buffer: int) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, (HOST, port))
    await asyncio.get_running_loop().sock_sendall(client, ASK)
    return client


async def _read_whole(client: socket.socket) -> None:
    seen = b""
    while b"event: snapshot" not in seen or not seen.endswith(b"\n\n\r\n"):
        seen += await asyncio.get_running_loop().sock_recv(client, 1 << 18)


def _cut(client: socket.socket) -> None:
    """From now on the kernel throws away what comes for this socket before TCP sees it: nothing is confirmed, as on a dead line."""
    program = ctypes.create_string_buffer(KEEP_NOTHING, len(KEEP_NOTHING))
    client.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))


async def _drip(clients: list[socket.socket]) -> None:
    while True:
        for client in clients:
            with contextlib.suppress(OSError):
                client.recv(1)
        await asyncio.sleep(1)


async def _dropped(http: httpx.AsyncClient, server: LocalServer, wanted: int) -> float:
    """How many the worker has dropped; waits for as many as there should be, but not for ever."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        dropped = await sample(http, server, "dunghen_api_streams_dropped_total")
        if dropped >= wanted or time.monotonic() > until:
            return dropped
        await asyncio.sleep(0.5)
