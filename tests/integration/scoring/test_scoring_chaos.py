"""Kills, stops, policies and midnights all at once; then everything that was ever said in `unit-scores` is held against the events.

What the projector would have shown at any moment is replayed from the topic: each figure must be what the fold of the events below its cut
gives, the greater of the unit's own covers and those of the whole map (`architecture.md` §5). So no cover ever claimed more than was in.
"""

from __future__ import annotations

import os
import random
import signal
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import pytest

from dunghen.cli.policy_topic import read_book
from dunghen.contracts import topics
from dunghen.contracts.messages import UnitScore, decode_level, decode_score
from dunghen.contracts.policies import PolicyBook
from dunghen.domain.rates import DaySeries
from dunghen.platform import kafka
from services.api.picture import Picture
from services.scoring.fold import FoldState
from services.scoring.score import At, score_of
from tests.eventually import eventually_async as eventually
from tests.faults.form import SEED
from tests.integration.scoring.scoring_world import NOW, ScoringWorld
from tests.integration.scoring.test_scoring_process import DAY, assert_exact, lives


class Kept(NamedTuple):
    """A record as it was read."""

    key: bytes
    value: bytes
    offset: int
    timestamp: int


@dataclass
class Events:
    """`dossier-events` as it is, and what its beginning says of a unit."""

    book: PolicyBook
    partitions: dict[int, list[Any]]
    _cells: dict[tuple[int, int, int], dict[str, dict[int, list[int]]]] = field(default_factory=dict)

    def cells(self, partition: int, below: int, policy: int) -> dict[str, dict[int, list[int]]]:
        key = (partition, below, policy)
        if key not in self._cells:
            fold = FoldState(topics.DOSSIER_EVENTS, partition, self.book.at(policy))
            fold.apply([r for r in self.partitions[partition] if r.offset < below])
            self._cells[key] = fold.cells
        return self._cells[key]

    def score(self, said: UnitScore, cut: dict[int, int]) -> UnitScore:
        series = DaySeries()
        for partition, below in cut.items():
            for day, counters in self.cells(partition, below, said.policy).get(said.unit, {}).items():
                series.add(day, counters)
        return score_of(said.unit, series, said.covers, At(said.day, said.policy))


@dataclass
class Attack:
    """One run. `rng` decides what happens next."""

    world: ScoringWorld
    rng: random.Random
    now: int = NOW
    stopped: list[int] = field(default_factory=list)

    @cached_property
    def moves(self) -> list[Any]:
        return [self.kill, self.kill, self.stop, self.policy, self.policy, self.midnight, self.level]

    async def kill(self) -> None:
        self.rng.choice(self.awake).kill()

    async def stop(self) -> None:
        """Past the session timeout: another takes over; then it wakes and must be refused."""
        victim = self.rng.choice(self.awake)
        victim.send_signal(signal.SIGSTOP)
        self.stopped.append(victim.pid)

    async def policy(self) -> None:
        days = self.rng.sample([f"2026-11-{d:02d}" for d in range(3, 28)], 4)
        await self.world.apply(calendar={"overrides": {day: [] for day in days}})

    async def midnight(self) -> None:
        self.now += DAY
        self.world.set_clock(self.now)

    async def level(self) -> None:
        await eventually(self._is_level, within=90)

    async def _is_level(self) -> bool:
        self.keep_two()
        return await self.world.level_with_sources()

    def keep_two(self) -> None:
        """As a supervisor does."""
        while len(self.awake) < 2:
            self.world.start(DUNGHEN_RETIRE_AFTER="0.5")

    def wake(self) -> None:
        for pid in self.stopped:
            if any(w.pid == pid and w.poll() is None for w in self.world.workers):
                os.kill(pid, signal.SIGCONT)
        self.stopped.clear()

    @property
    def awake(self) -> list[Any]:
        return [worker for worker in self.world.workers if worker.poll() is None and worker.pid not in self.stopped]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [SEED])
async def test_whatever_happens_together_no_figure_that_was_ever_shown_was_wrong(world: ScoringWorld, seed: int) -> None:
    attack, events = Attack(world, random.Random(seed)), lives(300, seed=seed)
    size = len(events) // 12
    for part in range(12):
        attack.keep_two()
        await world.tell(events[part * size : (part + 1) * size if part < 11 else None])
        await attack.rng.choice(attack.moves)()
        if attack.rng.random() < 0.6:
            await attack.level()
            attack.wake()
    attack.wake()
    await attack.level()
    version = (await world.policy()).version
    await eventually(lambda: _only(world, version), within=60)
    await assert_exact(world, events)
    shown, wrong = await replayed(world, attack.rng)
    print(f"seed {seed}: {version} policies, {(attack.now - NOW) // DAY} midnights, {shown} figures held against the events")
    assert shown > 50
    assert wrong == []


async def _only(world: ScoringWorld, version: int) -> bool:
    said = await world.scores()
    return {s.policy for s in said.values()} == {version} and await world.policies_in_unit_days() == {version}


async def replayed(world: ScoringWorld, rng: random.Random) -> tuple[int, list[str]]:
    """Reads `unit-scores` from its beginning, the partitions interleaved at random, and judges each picture that it makes."""
    events = Events(await read_book(world.settings), await _records(world, topics.DOSSIER_EVENTS))
    waiting = {partition: records[::-1] for partition, records in (await _records(world, topics.UNIT_SCORES)).items()}
    picture, judged, wrong = Picture(world.settings.partitions), 0, list[str]()
    while partitions := [partition for partition, records in waiting.items() if records]:
        partition = rng.choice(partitions)
        for _ in range(min(rng.randrange(1, 4), len(waiting[partition]))):
            _put(picture, partition, waiting[partition].pop())
        picture.switch()
        for score in picture.scores.values():
            judged += 1
            wrong += _faults(events, picture, score)
    return judged, wrong


def _put(picture: Picture, partition: int, record: Any) -> None:
    if record.key == topics.LEVEL_KEY:
        picture.level(partition, decode_level(record.value))
    else:
        picture.put(decode_score(record.value))


def _faults(events: Events, picture: Picture, said: UnitScore) -> list[str]:
    covers = picture.covers() if (said.policy, said.day) == picture.shown else {}
    cut = {p: max(covers.get(p, 0), said.covers.get(p, 0)) for p in {*covers, *said.covers}}
    want = events.score(said, cut)
    if want == said:
        return []
    return [f"{said.unit} at {picture.shown}, {cut}: said {msgspec.json.encode(said)!r}, is {msgspec.json.encode(want)!r}"]


async def _records(world: ScoringWorld, topic: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {partition: [] for partition in range(world.settings.partitions)}
    for partition, records in found.items():
        await kafka.read_all(world.settings, (topic, partition), lambda *of, into=records: into.append(Kept(*of)))
    return found
