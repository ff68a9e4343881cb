"""Stages in processes of their own beside a real Kafka: whatever happens to them, the counts are exact."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from dunghen.platform import kafka
from dunghen.platform.fenced import Writer
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.stages import EXIT_CODE
from tests.eventually import eventually_async as eventually

PROGRAM = Path(__file__).with_name("counting.py")
PARTITIONS = 4
TOPICS = {"events": (PARTITIONS, {}), "counts": (PARTITIONS, {"cleanup.policy": "compact"})}


class Workers:
    """Starts workers of `counting.py` in one namespace; `log` is what they said."""

    def __init__(self, settings: PlatformSettings, folder: Path) -> None:
        self.settings, self.folder, self.running = settings, folder, list[subprocess.Popen[bytes]]()

    @property
    def log(self) -> str:
        return (self.folder / "workers.log").read_text()

    async def hold(self, *names: str) -> bool:
        """Whether each of these has ever held a partition."""
        said = [json.loads(line) for line in self.log.splitlines() if "partitions_held" in line]
        return {e["service"] for e in said if e["held"]} >= set(names)

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        own = {"DUNGHEN_KAFKA": self.settings.kafka, "DUNGHEN_NAMESPACE": self.settings.namespace, "DUNGHEN_DATA": str(self.folder), **more}
        with (self.folder / "workers.log").open("ab") as log:
            command = (sys.executable, str(PROGRAM), f"w{len(self.running)}")
            self.running.append(subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=log))
        return self.running[-1]


@pytest.fixture
async def workers(settings: PlatformSettings, tmp_path: Path) -> Any:
    await kafka.ensure_topics(settings, TOPICS)
    made = Workers(settings, tmp_path)
    yield made
    for worker in made.running:
        worker.kill()
        worker.wait()


@pytest.fixture
def feed(settings: PlatformSettings) -> Any:
    """Sends events of random keys over so many seconds; gives how many each key had."""

    async def fed(count: int, seconds: float, seed: int) -> Counter[bytes]:
        keys = [b"k%d" % random.Random(seed + n).randrange(200) for n in range(count)]
        async with kafka.started(kafka.producer(settings), settings) as p:
            for start in range(0, count, 20):
                sent = [await p.send(settings.named("events"), b"x", key=k, partition=partition_of(k)) for k in keys[start : start + 20]]
                await asyncio.gather(*sent, asyncio.sleep(seconds * 20 / count))
        return Counter(keys)

    return fed


def partition_of(key: bytes) -> int:
    return int(key[1:]) % PARTITIONS


@pytest.fixture
def counted(settings: PlatformSettings) -> Any:
    """What the stages have written: {key: count}."""

    async def found() -> dict[bytes, int]:
        counts: dict[bytes, int] = {}
        for partition in range(PARTITIONS):
            await kafka.read_all(settings, ("counts", partition), lambda k, v, offset, at: counts.update({k or b"": v or b""}))  # type: ignore[dict-item]
        return {key: int(value) for key, value in counts.items() if key and not key.startswith(b"~")}

    return found


async def test_workers_that_join_early_lose_nothing_before_the_first_commit(workers: Workers, feed: Any, counted: Any) -> None:
    workers.start(COMMIT="1000")
    feeding = asyncio.create_task(feed(4000, 6, 1))
    for _ in range(2):
        await asyncio.sleep(1.5)  # the moment of joining is what is tried here, nothing is awaited
        workers.start(COMMIT="1000")
    want = await feeding

    async def exact() -> bool:
        return await counted() == want

    await eventually(exact)
    assert [w.poll() for w in workers.running] == [None, None, None]


@pytest.mark.slow
async def test_counts_stay_exact_when_workers_are_killed_and_stopped(workers: Workers, feed: Any, counted: Any) -> None:
    first, second = workers.start(), workers.start()
    feeding = asyncio.create_task(feed(6000, 14, 2))
    await eventually(lambda: workers.hold("w0", "w1"))
    second.send_signal(signal.SIGSTOP)  # beyond the session timeout: the other takes over
    third = workers.start()
    await eventually(lambda: workers.hold("w2"))
    second.send_signal(signal.SIGCONT)
    first.kill()
    want = await feeding

    async def exact() -> bool:
        return await counted() == want

    await eventually(exact)
    assert second.poll() in (None, EXIT_CODE)
    assert third.poll() is None


async def test_a_stage_whose_partition_was_taken_over_ends_its_process(workers: Workers, feed: Any, counted: Any) -> None:
    worker, writers = workers.start(), [Writer(workers.settings, f"count-{p}") for p in range(PARTITIONS)]
    want = await feed(200, 0.1, 3)

    async def exact() -> bool:
        return await counted() == want

    await eventually(exact)
    await asyncio.gather(*(w.start() for w in writers))

    async def ended() -> bool:
        return worker.poll() is not None

    await eventually(ended)
    assert worker.returncode == EXIT_CODE
    assert '"error": "Fenced"' in workers.log
    await asyncio.gather(*(w.stop() for w in writers))


async def test_a_hole_in_the_source_ends_the_process_before_it_is_acknowledged(workers: Workers, feed: Any, counted: Any) -> None:
    await feed(400, 0.1, 4)
    await deleted_up_to(workers.settings, "events", 0, 5)
    worker = workers.start()

    async def ended() -> bool:
        return worker.poll() is not None

    await eventually(ended)
    assert worker.returncode == EXIT_CODE
    assert "count-0: source offsets 0 to 5 are missing" in workers.log


async def deleted_up_to(settings: PlatformSettings, topic: str, partition: int, offset: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    await admin.delete_records({TopicPartition(settings.named(topic), partition): RecordsToDelete(before_offset=offset)})
    await admin.close()


async def test_a_worker_that_is_told_to_end_ends_in_order(workers: Workers, feed: Any, counted: Any) -> None:
    worker = workers.start()
    want = await feed(200, 0.1, 5)

    async def exact() -> bool:
        return await counted() == want

    await eventually(exact)
    worker.terminate()
    assert await asyncio.to_thread(worker.wait, 60) == 0
