"""Pruning on a real Kafka, with a worker that dies at each point around the transaction that does it; late events, a second horizon,
compaction, a policy. At the end of each, what is shown is what the batch path says at the same cut."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from dunghen.cli.policy_topic import read_book
from dunghen.cli.recompute import Cut, Question, history_of, recompute_history
from dunghen.cli.recompute.command import bodies_at, events_from_kafka, horizons_from_kafka
from dunghen.cli.recompute.windows import standard_windows
from dunghen.contracts import topics
from dunghen.contracts.messages import DossierEvent, UnitScore, decode_dead_letter
from dunghen.domain.record import fold
from dunghen.platform import kafka
from tests.earlier_layouts import as_layout_1
from tests.eventually import eventually_async as eventually
from tests.integration.scoring.scoring_world import BODIES, NOW, UNITS, ScoringWorld
from tests.integration.scoring.test_scoring_process import DAY, assert_exact

# A worker that dies around the first transaction that freezes something. `before the commit`: everything is sent and acknowledged by then.
DIES = """
import os, sys
from dunghen.platform import fenced
point, written = sys.argv[1], fenced.Writer.write

async def write(self, batches):
    batches = {place: list(records) for place, records in batches.items()}
    freezes = any(key.startswith(b"~frozen|") for records in batches.values() for key, _ in records)
    if freezes and point == "before the write":
        os._exit(9)
    if freezes and point == "before the commit":
        async def commit():
            os._exit(9)
        self._producer.commit_transaction = commit
    count = await written(self, batches)
    if freezes and point == "after the commit":
        os._exit(9)
    return count

fenced.Writer.write = write
sys.argv = sys.argv[:1]
from services.scoring.__main__ import main
main()
"""
FEW = {"DUNGHEN_PRUNE_AT_ONCE": "4"}  # so that the clearing takes many transactions
COMPACTS = {"cleanup.policy": "compact", "segment.ms": "1000", "min.cleanable.dirty.ratio": "0.01", "max.compaction.lag.ms": "1000"}


def told(number: int, at: int, **facts: Any) -> DossierEvent:
    """An event that arrives when it happens."""
    given = {"id": f"{number:016x}", "unit": UNITS[0], "kind": "synced", "status": 2, "received": at, "due": at + 5 * DAY, **facts}
    return DossierEvent(dossier=f"H17.31-261120-{number:05d}", occurred_at=at, arrived_at=at * 1_000_000, **given)


def lives(count: int, seed: int) -> list[DossierEvent]:
    """From two years before now on; in the order of their arrival, the last one now. Most end; some are reopened, moved, retracted."""
    rng, events = random.Random(seed), [told(count + 1, NOW)]
    for number in range(count):
        at = NOW - rng.randrange(20, 730) * DAY
        facts = {"unit": rng.choice(UNITS), "received": at, "due": at + rng.randrange(1, 12) * DAY}
        for step in range(rng.randrange(1, 5)):
            kind = "synced" if step == 0 else rng.choice(["synced", "progressed", "progressed", "retracted"])
            one = told(number, at, kind=kind, status=rng.choice([2, 3, 4, 5, 9, 9, 9, 10]), **facts)
            one.id = f"{rng.getrandbits(64):016x}"
            events.append(one)
            at = min(at + rng.choice([3600, DAY, 9 * DAY]), NOW - 1)
            facts["unit"] = rng.choice(UNITS) if rng.random() < 0.1 else facts["unit"]
    return sorted(events, key=lambda e: e.arrived_at)


@dataclass
class PruningWorld:
    """Scoring alone, and what a test asks of it. `told`: all events that the fold has to count."""

    scoring: ScoringWorld
    told: list[DossierEvent] = field(default_factory=list)

    async def tell(self, events: list[DossierEvent]) -> None:
        await self.scoring.tell(events)
        self.told += events

    async def frozen(self) -> int:
        found = await self.scoring.read(topics.DOSSIERS)
        return sum(len(value) // 16 for (_, key), value in found.items() if key.startswith(b"~frozen|"))

    async def dossiers(self) -> set[str]:
        """Which are in memory, as the topic has them."""
        return {key.decode() for _, key in await self.scoring.read(topics.DOSSIERS) if not key.startswith(topics.OWN_KEY)}

    async def settled(self) -> int:
        """Waits until all that is frozen, by the batch path's own reckoning, has been cleared away; gives how many that are."""

        async def done() -> int:
            history = await self._history()
            gone = set(history.frozen["dossier"].to_pylist())
            return len(gone) if not gone & await self.dossiers() and await self.frozen() == len(gone) else 0

        return int(await eventually(done, within=180, every=0.5, what="everything frozen cleared away"))

    async def _history(self) -> Any:
        settings = self.scoring.settings
        ends = await kafka.end_offsets(settings, topics.DOSSIER_EVENTS)
        return history_of((await events_from_kafka(settings, ends)).arrow(), await horizons_from_kafka(settings))

    async def batch(self) -> dict[str, UnitScore]:
        settings, shown = self.scoring.settings, await self.scoring.scores()
        ends, book = await kafka.end_offsets(settings, topics.DOSSIER_EVENTS), await read_book(settings)
        day, policy = max((score.day, score.policy) for score in shown.values())
        question = Question(day, standard_windows(day), day - 1, {u: Cut(u, ends) for u in shown}, policy)
        with recompute_history(await self._history(), lambda version: bodies_at(book, version), question) as found:
            return found.units

    async def assert_reconciled(self) -> None:
        """Every figure of every unit: what scoring says now, and the batch path of all events."""
        await eventually(self.scoring.level_with_sources, within=180)

        def bare(scores: dict[str, UnitScore]) -> dict[str, Any]:
            return {unit: (s.day, s.policy, s.pending, s.overdue, s.paused, s.due_today, s.windows) for unit, s in scores.items()}

        async def turned() -> bool:
            return len({(score.day, score.policy) for score in (await self.scoring.scores()).values()}) == 1

        await eventually(turned, within=180)
        assert bare(await self.scoring.scores()) == bare(await self.batch())

    async def letters(self) -> list[str]:
        found = [decode_dead_letter(value) for value in (await self.scoring.read(topics.DEAD_LETTERS)).values()]
        return [letter.detail for letter in found if letter.reason == "BEYOND_HORIZON"]

    async def compact(self) -> None:
        """Has the broker compact `dossiers`, while a little more is told; returns when some of the records that were there are gone."""
        settings = self.scoring.settings
        admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
        await admin.start()
        try:
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.named(topics.DOSSIERS), COMPACTS)])
        finally:
            await admin.close()
        before, number = await self._records(), 5000

        async def some_gone() -> bool:
            nonlocal number
            await self.tell([told(number + n, NOW) for n in range(8)])
            number += 8
            return not before <= await self._records()

        await eventually(some_gone, within=240, every=1, what=f"compaction of {len(before)} records")

    async def _records(self) -> set[tuple[int, int]]:
        """Where each record of `dossiers` stands: (partition, offset)."""
        found: set[tuple[int, int]] = set()
        for partition in range(self.scoring.settings.partitions):
            here: list[int] = []
            await kafka.read_all(
                self.scoring.settings, (topics.DOSSIERS, partition), lambda _k, _v, offset, _t, here=here: here.append(offset)
            )
            found.update((partition, offset) for offset in here)
        return found


@pytest.fixture
async def world(kafka_broker: Any, namespace: str, tmp_path: Path) -> AsyncIterator[PruningWorld]:
    made = await ScoringWorld.make(kafka_broker.address, namespace, tmp_path)
    yield PruningWorld(made)
    made.stop()


@pytest.mark.parametrize("point", ["before the write", "before the commit", "after the commit"])
async def test_a_worker_that_dies_around_the_transaction_leaves_the_state_before_or_after(world: PruningWorld, point: str) -> None:
    events = lives(160, seed=7)
    dying = world.scoring.start(("-c", DIES, point), **FEW)
    await world.tell(events)
    await eventually(lambda: dying.poll() is not None, within=120)
    assert (dying.returncode, await world.frozen() > 0) == (9, point == "after the commit")
    second = world.scoring.start(**FEW)
    await eventually(world.frozen, within=120)
    second.kill()
    world.scoring.start(**FEW)
    await eventually(world.scoring.level_with_sources, within=180)
    assert await world.settled() > 20
    await assert_exact(world.scoring, events)
    await world.assert_reconciled()


async def test_late_events_a_second_horizon_compaction_and_a_policy_change_no_counter(world: PruningWorld) -> None:
    first = world.scoring.start(**FEW)
    await world.tell(lives(160, seed=8))
    await eventually(world.scoring.level_with_sources, within=120)
    count = await world.settled()
    gone = set((await world._history()).frozen["dossier"].to_pylist())
    late = [e for e in world.told if e.dossier in gone]
    again = [told(int(dossier[-5:]), NOW, status=4, unit=UNITS[0]) for dossier in sorted(gone)]
    await world.scoring.tell([*late, *again])
    await eventually(world.scoring.level_with_sources, within=120)
    assert (len(await world.letters()), sum(d.startswith("reopens") for d in await world.letters())) == (len(late) + count, count)
    await assert_exact(world.scoring, world.told)

    world.scoring.set_clock(NOW + 150 * DAY)
    await world.tell([told(4000 + n, NOW + 150 * DAY, due=NOW + 160 * DAY) for n in range(20)])
    more = await eventually(lambda: _more_than(world, count), within=120)
    assert await world.settled() >= more > count
    await world.assert_reconciled()
    await world.compact()
    first.kill()
    world.scoring.start(**FEW)
    await world.scoring.tell([*late, *again])
    await world.assert_reconciled()
    await assert_exact(world.scoring, world.told)

    procedures = [{**BODIES["procedures"]["procedures"][0], "limit": 2}]
    await world.scoring.apply(procedures={"procedures": procedures}, calendar={"overrides": {"2025-06-10": [], "2025-06-11": []}})
    version = (await world.scoring.policy()).version

    async def switched() -> bool:
        return {score.policy for score in (await world.scoring.scores()).values()} == {version}

    await eventually(switched, within=120)
    await world.assert_reconciled()


async def test_a_record_of_an_earlier_release_is_converted_at_takeover(world: PruningWorld) -> None:
    one, settings = told(1, NOW - DAY), world.scoring.settings
    record, key = fold(None, one) or b"", one.dossier.encode()
    home = topics.partition_of(key, settings.partitions)
    async with kafka.started(kafka.producer(settings), settings) as producer:
        await producer.send_and_wait(settings.named(topics.DOSSIERS), as_layout_1(record), key=key, partition=home)
    world.scoring.start()

    async def converted() -> bool:
        return (await world.scoring.read(topics.DOSSIERS)).get((home, key)) == record

    await eventually(converted, within=120)
    await world.scoring.tell([told(2, NOW)])
    await eventually(world.scoring.level_with_sources, within=120)
    assert (await world.scoring.scores())[UNITS[0]].pending == 2


async def _more_than(world: PruningWorld, count: int) -> int:
    return found if (found := await world.frozen()) > count else 0
