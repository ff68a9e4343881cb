"""A test bed for measuring: a real broker with the topics and Đà Nẵng's policies, and single services as processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer

from dunghen.cli.bench.events import Keyed, city_events
from dunghen.cli.policy_topic import read_book
from dunghen.cli.prepare import prepare
from dunghen.cli.programs import INTERPRETER, is_ready
from dunghen.contracts import topics
from dunghen.contracts.city_files import Bodies, read_city
from dunghen.domain.policy import Policy
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.local import kafka_broker, redis_server
from dunghen.platform.local.servers import LocalServer, free_port, launch
from dunghen.platform.settings import PlatformSettings, load

START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Bed:
    """Where the broker is, and where everything of this measurement lies."""

    settings: PlatformSettings
    folder: Path
    broker: LocalServer

    async def policy(self) -> Policy:
        """The one in force."""
        return (await read_book(self.settings)).latest

    async def fill(self, count: int) -> int:
        """Puts so many realistic events into `dossier-events`; gives their bytes."""
        policy = await self.policy()
        return await self.put(city_events(policy, policy.zone.day_of(RealClock().seconds()), count))

    async def put(self, events: Iterable[Keyed]) -> int:
        """Puts these into `dossier-events`; gives their bytes."""
        async with kafka.started(kafka.producer(self.settings), self.settings) as producer:
            parcels = Parcels(producer, self.settings)
            for code, value in events:
                await parcels.add(code, value)
            await parcels.send_all()
            return parcels.size

    def log(self, program: str) -> Path:
        """What the processes of this program say, one after the other."""
        return self.folder / f"{program}.log"

    @contextlib.contextmanager
    def service(self, *words: str, **env: str) -> Iterator[LocalServer]:
        """`python -m …` against this broker; `port` of the answer is its metrics port."""
        port = free_port()
        own = {"DUNGHEN_KAFKA": self.settings.kafka, "DUNGHEN_DATA": str(self.folder), "DUNGHEN_METRICS_PORT": str(port), **env}
        saved = {k: os.environ.get(k) for k in own}
        os.environ.update(own)
        try:
            server = launch((INTERPRETER, "-m", *words), port, self.log(words[0]))
        finally:
            for key, value in saved.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})
        try:
            yield server
        finally:
            server.stop(5)


@dataclass(slots=True)
class Parcels:
    """Fills whole batches by hand: several times as fast as `send`."""

    producer: AIOKafkaProducer
    settings: PlatformSettings
    topic: str = topics.DOSSIER_EVENTS
    size: int = 0
    _open: dict[int, Any] = field(default_factory=dict)
    _sent: list[asyncio.Future[Any]] = field(default_factory=list)

    async def add(self, code: str, value: bytes) -> None:
        key = code.encode()
        partition = topics.partition_of(key, self.settings.partitions)
        batch = self._open.get(partition) or self._open.setdefault(partition, self.producer.create_batch())
        if batch.append(key=key, value=value, timestamp=None) is None:
            await self._send(partition)
            self._open[partition] = batch = self.producer.create_batch()
            batch.append(key=key, value=value, timestamp=None)
        self.size += len(value)

    async def send_all(self) -> None:
        for partition in list(self._open):
            await self._send(partition)
        await asyncio.gather(*self._sent)

    async def _send(self, partition: int) -> None:
        batch = self._open.pop(partition)
        batch.close()
        sent = await self.producer.send_batch(batch, self.settings.named(self.topic), partition=partition)
        self._sent.append(sent)


@asynccontextmanager
async def bed(bodies: Bodies | None = None, folder: Path | None = None) -> AsyncIterator[Bed]:
    """One with the policies of Đà Nẵng, or these; in a fresh folder that is gone afterwards, or in this one, as it was left."""
    with contextlib.nullcontext(str(folder)) if folder else tempfile.TemporaryDirectory(prefix="dunghen-bench-") as place:
        data = Path(place)
        broker = await asyncio.to_thread(kafka_broker.start, data / "kafka")
        try:
            settings = load(PlatformSettings, kafka=broker.address, data=data)
            await prepare(settings, bodies or read_city("danang"), RealClock())
            yield Bed(settings, data, broker)
        finally:
            broker.stop()


@asynccontextmanager
async def serving(made: Bed) -> AsyncIterator[LocalServer]:
    """A projector and one HTTP worker, over a Redis of their own; `port` of the answer is where the worker serves, once it is ready."""
    redis, port = await asyncio.to_thread(redis_server.start, made.folder / "redis"), free_port()
    env = {"DUNGHEN_REDIS": f"redis://{redis.address}/0"}
    try:
        with (
            made.service("services.api", "projector", **env),
            made.service("services.api", "http", DUNGHEN_PORT=str(port), **env) as server,
        ):
            yield LocalServer(port, server.log, server.process)
    finally:
        redis.stop()


async def ready(address: str, seconds: float = START_SECONDS) -> None:
    """Waits until this answers 200; raises TimeoutError."""
    until = time.monotonic() + seconds
    async with httpx.AsyncClient(timeout=5) as http:
        while not await is_ready(http, address):
            if time.monotonic() > until:
                raise TimeoutError(f"{address} did not become ready within {seconds:g} s")
            await asyncio.sleep(0.05)


async def sample(http: httpx.AsyncClient, server: LocalServer, name: str, **labels: str) -> float:
    """One sample of a process's metrics; 0 while it does not answer or has none."""
    wanted = name + ("{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}" if labels else "")
    return (await samples(http, server)).get(wanted, 0.0)


async def samples(http: httpx.AsyncClient, server: LocalServer) -> dict[str, float]:
    """All samples of a process's metrics by name and labels, as they are written; none while it does not answer."""
    with contextlib.suppress(httpx.HTTPError):
        told = (await http.get(f"http://{server.address}/metrics")).text.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in told if not line.startswith("#"))}
    return {}
