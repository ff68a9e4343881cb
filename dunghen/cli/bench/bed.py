"""A test bed for measuring: a real broker with the topics and Đà Nẵng's policies, and single services as processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from dunghen.cli.bench.events import city_events
from dunghen.cli.policy_topic import read_book
from dunghen.cli.prepare import prepare
from dunghen.cli.programs import INTERPRETER
from dunghen.contracts import topics
from dunghen.contracts.city_files import read_city
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.local import kafka_broker
from dunghen.platform.local.servers import HOST, LocalServer, free_port, launch
from dunghen.platform.settings import PlatformSettings, load

START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Bed:
    """Where the broker is, and where everything of this measurement lies."""

    settings: PlatformSettings
    folder: Path

    async def fill(self, count: int) -> int:
        """Puts so many realistic events into `dossier-events`; gives their bytes."""
        policy = (await read_book(self.settings)).latest
        today, size = policy.zone.day_of(RealClock().seconds()), 0
        async with kafka.started(kafka.producer(self.settings, linger_ms=50), self.settings) as producer:
            for code, value in city_events(policy, today, count):
                partition = topics.partition_of(code, self.settings.partitions)
                await producer.send(self.settings.named(topics.DOSSIER_EVENTS), value, key=code.encode(), partition=partition)
                size += len(value)
            await producer.flush()
        return size

    @contextlib.contextmanager
    def service(self, *words: str, **env: str) -> Iterator[LocalServer]:
        """`python -m …` against this broker; `port` of the answer is its metrics port."""
        port = free_port()
        own = {"DUNGHEN_KAFKA": self.settings.kafka, "DUNGHEN_DATA": str(self.folder), "DUNGHEN_METRICS_PORT": str(port), **env}
        saved = {k: os.environ.get(k) for k in own}
        os.environ.update(own)
        try:
            server = launch((INTERPRETER, "-m", *words), port, self.folder / f"{words[0]}.log")
        finally:
            for key, value in saved.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})
        try:
            yield server
        finally:
            server.stop(5)


@asynccontextmanager
async def bed() -> AsyncIterator[Bed]:
    """A fresh one; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="dunghen-bench-") as folder:
        data = Path(folder)
        broker = await asyncio.to_thread(kafka_broker.start, data / "kafka")
        try:
            settings = load(PlatformSettings, kafka=broker.address, data=data)
            await prepare(settings, read_city("danang"), RealClock())
            yield Bed(settings, data)
        finally:
            broker.stop()


async def counter(port: int, name: str, **labels: str) -> float:
    """One sample of a process's metrics; 0 while it does not answer."""
    async with httpx.AsyncClient(timeout=2) as http:
        return await _sample(http, port, name, **labels)


async def reaches(port: int, name: str, target: float, seconds: float = 600) -> None:
    """Waits until a counter with stage="fold" has reached `target`; raises TimeoutError."""
    until = time.monotonic() + seconds
    async with httpx.AsyncClient(timeout=2) as http:  # one for all: making it reads all root certificates, a core's work if done each time
        while await _sample(http, port, name, stage="fold") < target:
            if time.monotonic() > until:
                raise TimeoutError(f"{name} did not reach {target:g} within {seconds:g} s")
            await asyncio.sleep(0.05)


async def _sample(http: httpx.AsyncClient, port: int, name: str, **labels: str) -> float:
    wanted = name + ("{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}" if labels else "")
    with contextlib.suppress(httpx.HTTPError):
        for line in (await http.get(f"http://{HOST}:{port}/metrics")).text.splitlines():
            if line.startswith(wanted + " "):
                return float(line.rpartition(" ")[2])
    return 0.0
