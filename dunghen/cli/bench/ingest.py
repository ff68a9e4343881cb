"""`bench ingest`: dossiers over HTTP in batches of 500 as CloudEvents, acknowledged by Kafka before the answer; ours and plain peers."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from dunghen.cli.bench.bed import Bed, bed, ready
from dunghen.cli.bench.measure import Stopwatch
from dunghen.cli.data_folder import CommandError
from dunghen.cli.ingest_client import EVENTS, IngestClient
from dunghen.cli.simulate.city import MadeUpCity, Plan
from dunghen.cli.simulate.driver import simulation
from dunghen.contracts import topics
from dunghen.domain.policy import Policy
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.local.servers import HOST, free_port
from dunghen.platform.settings import PlatformSettings

BATCH, SENDERS = 500, 4


OURS = "dunghen"
PEERS = {"FastAPI and aiokafka, nothing checked": "raw", "FastAPI with pydantic models and aiokafka": "models"}
PEER = "dunghen.cli.bench.peers.plain_ingest"


@dataclass(frozen=True, slots=True)
class Target:
    """One system: its program, and where its `dossier-events` is."""

    made: Bed
    words: tuple[str, ...]
    namespace: str = ""

    @property
    def settings(self) -> PlatformSettings:
        return self.made.settings.model_copy(update={"namespace": self.namespace})

    async def take(self, bodies: list[bytes]) -> dict[str, float]:
        """Figures of this system on these bodies."""
        port = free_port()
        with self.made.service(*self.words, DUNGHEN_INGEST_PORT=str(port), DUNGHEN_NAMESPACE=self.namespace) as process:
            await ready(f"http://{HOST}:{port}/readyz")
            async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=60) as http:
                watch, queue = Stopwatch([process.pid]), iter(bodies)
                watch.start()
                await asyncio.gather(*(_send(http, queue) for _ in range(SENDERS)))
                return watch.result(len(bodies) * BATCH)

    async def stored(self) -> Counter[bytes]:
        """How often each dossier was stored."""
        found: Counter[bytes] = Counter()
        for partition in range(self.settings.partitions):
            await kafka.read_all(self.settings, (topics.DOSSIER_EVENTS, partition), lambda key, *_: found.update([key or b""]))
        return found


async def ingest(count: int, peers: bool = False) -> dict[str, dict[str, float]]:
    """Figures of one run by system; bodies are made before the clock starts. Raises CommandError where a peer stored something else."""
    async with bed() as made:
        bodies = list(itertools.islice(_bodies(await made.policy(), made.settings), count // BATCH))
        ours = Target(made, ("services.ingest", "--insecure-ingest"))
        figures = {OURS: await ours.take(bodies)}
        wanted = await ours.stored()
        for name, mode in PEERS.items() if peers else ():
            peer = Target(made, (PEER, mode), f"{mode}-")
            await kafka.ensure_topics(peer.settings, {topics.DOSSIER_EVENTS: (peer.settings.partitions, {})})
            figures[name] = await peer.take(bodies)
            check(name, wanted, await peer.stored())
        return figures


def check(system: str, wanted: Counter[bytes], got: Counter[bytes]) -> None:
    """Raises CommandError where a system stored other dossiers than ours, or another number of times."""
    if wanted != got or not wanted:
        differ = sum(((wanted - got) + (got - wanted)).values())
        raise CommandError(f"{system} stored {got.total()} events, ours {wanted.total()}; {differ} differ")


def _bodies(policy: Policy, settings: PlatformSettings) -> Iterator[bytes]:
    """Batches of whole dossiers in the wire format, personal fields and all."""
    clock = RealClock()
    run = simulation(policy, Plan(seed=11, per_day=5000), clock, (IngestClient("http://unused"), settings.data))
    city: MadeUpCity = run.city
    today = policy.zone.day_of(clock.seconds())
    said = (run.sender.cloud_event("H17", life, life.moments[0]) for day in range(today - 60, today) for life in city.lives(day))
    while batch := list(itertools.islice(said, BATCH)):
        yield msgspec.json.encode(batch)


async def _send(http: httpx.AsyncClient, bodies: Iterator[Any]) -> None:
    for body in bodies:
        answer = await http.post("/events", content=body, headers={"content-type": EVENTS})
        answer.raise_for_status()
