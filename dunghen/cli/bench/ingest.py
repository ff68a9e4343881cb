"""`bench ingest`: dossiers over HTTP in batches of 500 as CloudEvents, acknowledged by Kafka before the answer."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec

from dunghen.cli.bench.bed import START_SECONDS, bed
from dunghen.cli.bench.measure import Stopwatch
from dunghen.cli.ingest_client import EVENTS, IngestClient
from dunghen.cli.policy_topic import read_book
from dunghen.cli.simulate.city import MadeUpCity, Plan
from dunghen.cli.simulate.driver import simulation
from dunghen.domain.policy import Policy
from dunghen.platform.clock import RealClock
from dunghen.platform.local.servers import HOST, free_port
from dunghen.platform.settings import PlatformSettings

BATCH, SENDERS = 500, 4


async def ingest(count: int) -> dict[str, float]:
    """Figures of one run; bodies are made before the clock starts."""
    async with bed() as made:
        port = free_port()
        bodies = list(itertools.islice(_bodies((await read_book(made.settings)).latest, made.settings), count // BATCH))
        with made.service("services.ingest", DUNGHEN_INGEST_PORT=str(port)) as process:
            async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=60) as http:
                await _ready(http)
                watch = Stopwatch(process.pid)
                watch.start()
                queue = iter(bodies)
                await asyncio.gather(*(_send(http, queue) for _ in range(SENDERS)))
                return watch.result(len(bodies) * BATCH)


def _bodies(policy: Policy, settings: PlatformSettings) -> Iterator[bytes]:
    """Batches of whole dossiers in the wire format, personal fields and all."""
    clock = RealClock()
    run = simulation(policy, Plan(seed=11, per_day=5000), clock, (IngestClient("http://unused"), settings.data))
    city: MadeUpCity = run.city
    today = policy.zone.day_of(clock.seconds())
    said = (run.sender.cloud_event("H17", life, life.moments[0]) for day in range(today - 60, today) for life in city.lives(day))
    while batch := list(itertools.islice(said, BATCH)):
        yield msgspec.json.encode(batch)


async def _ready(http: httpx.AsyncClient) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if (await http.get("/readyz")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise TimeoutError("ingest did not become ready")


async def _send(http: httpx.AsyncClient, bodies: Iterator[Any]) -> None:
    for body in bodies:
        answer = await http.post("/events", content=body, headers={"content-type": EVENTS})
        answer.raise_for_status()
