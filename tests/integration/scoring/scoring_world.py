"""Scoring as processes of its own beside a real Kafka: what is put in, what comes out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalGenerationError, UnknownMemberIdError

from dunghen.cli.policy_topic import publish, read_book
from dunghen.cli.prepare import prepare
from dunghen.contracts import topics
from dunghen.contracts.cells import CellKey, Complete, Covers, decode_cell, parse_key
from dunghen.contracts.messages import DossierEvent, Level, UnitScore, decode_level, decode_score, encode
from dunghen.domain.policy import Policy
from dunghen.platform import kafka
from dunghen.platform.clock import SharedClock
from dunghen.platform.settings import PlatformSettings, load
from tests.eventually import eventually_async as eventually

NOW = 1_795_395_600  # Monday 2026-11-23 08:00 in Hanoi
UNITS = ("20242", "20263", "20285")
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "Đà Nẵng"},
    "units": {"units": [{"code": code, "name": f"Đơn vị {code}", "kind": "locality"} for code in UNITS]},
    "procedures": {"procedures": [{"code": "1.004222", "name": "Đăng ký", "field": "Cư trú", "limit": 5, "unit": "working_days"}]},
}


@dataclass
class ScoringWorld:
    """One namespace: its topics, its workers."""

    settings: PlatformSettings
    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    async def make(cls, broker: str, namespace: str, folder: Path) -> ScoringWorld:
        settings = load(PlatformSettings, kafka=broker, namespace=namespace, data=folder, partitions=4, clock_file=folder / "clock.json")
        world = cls(settings, folder)
        world.set_clock(NOW)
        await prepare(settings, BODIES, SharedClock.load(folder / "clock.json"))
        return world

    def set_clock(self, at: int) -> None:
        """Lets the shared clock stand still at an instant."""
        SharedClock(at * 1_000_000, 0, 0.0).save(self.folder / "clock.json")

    def start(self, program: tuple[str, ...] = ("-m", "services.scoring"), **env: str) -> subprocess.Popen[bytes]:
        """One more worker; `program`: what Python runs."""
        own = {
            "DUNGHEN_KAFKA": self.settings.kafka,
            "DUNGHEN_NAMESPACE": self.settings.namespace,
            "DUNGHEN_DATA": str(self.folder / f"w{len(self.workers)}"),
            "DUNGHEN_PARTITIONS": str(self.settings.partitions),
            "DUNGHEN_CLOCK_FILE": str(self.folder / "clock.json"),
            **env,
        }
        (self.folder / f"w{len(self.workers)}").mkdir(exist_ok=True)
        with (self.folder / "workers.log").open("ab") as log:
            worker = subprocess.Popen((sys.executable, *program), env={**os.environ, **own}, stdout=log, stderr=log)
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
                worker.wait()

    async def tell(self, events: Iterable[DossierEvent]) -> None:
        """As ingest does: acknowledged by Kafka when this returns."""
        async with kafka.started(kafka.producer(self.settings), self.settings) as producer:
            for event in events:
                partition = topics.partition_of(event.dossier, self.settings.partitions)
                key = event.dossier.encode()
                await producer.send(self.settings.named(topics.DOSSIER_EVENTS), encode(event), key=key, partition=partition)
            await producer.flush()

    async def tell_bytes(self, key: bytes, value: bytes, partition: int) -> None:
        async with kafka.started(kafka.producer(self.settings), self.settings) as producer:
            await producer.send_and_wait(self.settings.named(topics.DOSSIER_EVENTS), value, key=key, partition=partition)

    async def commit_to_the_end(self, group: str, topic: str) -> None:
        """Commits for a group, none of whose members may run, that it has had everything."""
        ends = await kafka.end_offsets(self.settings, topic)
        places = {TopicPartition(self.settings.named(topic), partition): end for partition, end in ends.items()}
        async with kafka.started(kafka.consumer(self.settings, group_id=self.settings.named(group)), self.settings) as consumer:
            consumer.assign(list(places))
            await eventually(lambda: _commit(consumer, places))

    async def apply(self, **bodies: Any) -> int:
        """A change of policy."""
        return await publish(self.settings, bodies, reason="test", at=NOW)

    async def policy(self) -> Policy:
        return (await read_book(self.settings)).latest

    async def read(self, topic: str) -> dict[tuple[int, bytes], bytes]:
        """What a compacted topic says now, by (partition, key)."""
        found: dict[tuple[int, bytes], bytes] = {}

        def take(partition: int, key: bytes | None, value: bytes | None) -> None:
            if value is None:
                found.pop((partition, key or b""), None)
            else:
                found[partition, key or b""] = value

        for partition in range(self.settings.partitions):
            await kafka.read_all(self.settings, (topic, partition), lambda key, value, *_, p=partition: take(p, key, value))
        return found

    async def scores(self) -> dict[str, UnitScore]:
        found = await self.read(topics.UNIT_SCORES)
        return {s.unit: s for (_, key), value in found.items() if not key.startswith(topics.OWN_KEY) for s in [decode_score(value)]}

    async def levels(self) -> list[Level]:
        found = await self.read(topics.UNIT_SCORES)
        return [decode_level(value) for (_, key), value in found.items() if key == topics.LEVEL_KEY]

    async def level_with_sources(self) -> bool:
        """Whether every partition of `unit-scores` stands for everything that is in `dossier-events`."""
        ends = await kafka.end_offsets(self.settings, topics.DOSSIER_EVENTS)
        levels = await self.levels()
        return len(levels) == self.settings.partitions and all(lv.levels.get(p, 0) >= end for lv in levels for p, end in ends.items())

    async def cells(self) -> dict[int, dict[str, dict[int, list[int]]]]:
        """{policy: {unit: {day: counters summed over partitions}}} as `unit-days` has them."""
        sums: dict[int, dict[str, dict[int, list[int]]]] = {}
        for (_, key), value in (await self.read(topics.UNIT_DAYS)).items():
            parsed = parse_key(key)
            if isinstance(parsed, CellKey):
                days = sums.setdefault(parsed.policy, {}).setdefault(parsed.unit, {})
                counters = decode_cell(value)
                days[parsed.day] = [a + b for a, b in zip(days.get(parsed.day, [0] * len(counters)), counters, strict=True)]
        return {p: {u: {d: c for d, c in days.items() if any(c)} for u, days in units.items()} for p, units in sums.items()}

    async def policies_in_unit_days(self) -> set[int]:
        """The policy versions of which anything but levels is left there."""
        found = (parse_key(key) for _, key in await self.read(topics.UNIT_DAYS))
        return {parsed.policy for parsed in found if isinstance(parsed, CellKey | Covers | Complete)}


async def _commit(consumer: Any, places: dict[TopicPartition, int]) -> bool:
    """False while the group still has a member that died."""
    with suppress(UnknownMemberIdError, IllegalGenerationError, CommitFailedError):
        await consumer.commit(places)
        return True
    return False
