"""The batch path finds by the horizons alone what the fold froze and refused since, and under which policy each dossier counts."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from nasty_events import DAY, POLICY, START, UNITS, Maker

from dunghen.cli.recompute import Cut, EventTable, Question, history_of, recompute_history
from dunghen.cli.recompute.windows import standard_windows
from dunghen.contracts.horizons import Horizon
from dunghen.contracts.messages import DossierEvent, UnitScore, encode
from dunghen.domain.policy import Policy
from dunghen.domain.rates import DaySeries
from dunghen.platform.kafka import Record
from services.scoring.fold import FoldState
from services.scoring.held_cells import Cells
from services.scoring.prune import decide_horizon, newest_arrival
from services.scoring.score import At, score_of

SEEDS = range(int(os.environ.get("DUNGHEN_EXAMPLES", "4")))
TODAY = 20515
BODIES: dict[int, dict[str, Any]] = {
    1: POLICY,
    2: {
        **POLICY,
        "calendar": {"overrides": {"2026-01-08": [], "2026-01-09": [], "2026-01-22": []}},
        "rules": {"supplement_rule": "restart"},
    },
    3: {**POLICY, "procedures": {"procedures": [{"code": "working", "name": "b", "limit": 1, "unit": "working_days"}]}},
}
POLICIES = {version: Policy.from_bodies(version, bodies) for version, bodies in BODIES.items()}


@dataclass
class Sent:
    key: bytes
    value: bytes
    offset: int
    timestamp: int = 0


@dataclass
class Life:
    """Two partitions of the fold from the first event on: horizons, clearings and changes of policy at random moments."""

    rng: random.Random
    after_days: int = 20
    table: EventTable = field(default_factory=EventTable)
    folds: list[FoldState] = field(default_factory=lambda: [FoldState("dossier-events", p, POLICIES[1]) for p in (0, 1)])
    next: list[int] = field(default_factory=lambda: [0, 0])
    horizons: dict[int, list[Horizon]] = field(default_factory=lambda: {0: [], 1: []})
    refused: int = 0

    def take(self, event: DossierEvent) -> None:
        partition = int(event.dossier.rpartition("-")[2]) % 2
        self.table.add(partition, self.next[partition], event)
        sent: list[Record] = [Sent(event.dossier.encode(), encode(event), self.next[partition])]
        self.refused += len(self.folds[partition].apply(sent).dead)
        self.next[partition] += 1

    def move_horizon(self, partition: int) -> None:
        fold = self.folds[partition]
        day = decide_horizon(1 << 20, newest_arrival(fold.records.values()), self.after_days)
        if day > fold.past.horizon:
            self.horizons[partition].append(Horizon(day, self.next[partition], fold.policy.version))
            fold.past.advance(self.horizons[partition][-1], fold.records)

    def clear(self, partition: int) -> None:
        fold = self.folds[partition]
        fold.past.clear(fold.records, fold.policy.rules, self.rng.randrange(1, 9))

    def switch(self, version: int) -> None:
        """As a stage does: what the old policy froze is settled under it first."""
        for fold in self.folds:
            fold.past.clear(fold.records, fold.policy.rules, 1 << 30)
            fold.recount(POLICIES[version])

    def scores(self) -> dict[str, UnitScore]:
        policy = self.folds[0].policy.version
        covers = dict(enumerate(self.next))
        return {unit: score_of(unit, self._series(unit), covers, At(TODAY, policy)) for unit in UNITS}

    def _series(self, unit: str) -> DaySeries:
        series = DaySeries()
        for fold in self.folds:
            cells: Cells = fold.cells
            for day, counters in cells.get(unit, {}).items():
                series.add(day, counters)
        return series

    def batch(self) -> dict[str, UnitScore]:
        cuts = {unit: Cut(unit, dict(enumerate(self.next))) for unit in UNITS}
        question = Question(TODAY, standard_windows(TODAY), TODAY - 1, cuts, self.folds[0].policy.version)
        with recompute_history(history_of(self.table.arrow(), self.horizons), BODIES.__getitem__, question) as found:
            return found.units


def arriving(seed: int, count: int) -> list[DossierEvent]:
    """Events over 200 days of arrivals, mostly in order; one in thirty comes with an arrival of long ago."""
    rng, events = random.Random(seed), Maker(seed + 300).dossiers(count)
    for number, event in enumerate(events):
        day = number * 200 // len(events) - rng.choice([0, 0, 0, 1, 3]) - (150 if rng.random() < 1 / 30 else 0)
        event.arrived_at = (START + day * DAY + rng.randrange(DAY)) * 1_000_000
    return events


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_is_equal_whenever_one_looks(seed: int) -> None:
    rng = random.Random(seed)
    life, events = Life(rng), arriving(seed, 250)
    versions, looks = iter((2, 3)), 0
    for number, event in enumerate(events, 1):
        life.take(event)
        partition = rng.randrange(2)
        if rng.random() < 1 / 15:
            life.move_horizon(partition)
        if rng.random() < 1 / 4:
            life.clear(partition)
        if number in (len(events) // 3, len(events) * 2 // 3):
            life.switch(next(versions))
        if number % (len(events) // 3) == 0:
            assert life.batch() == life.scores()
            looks += 1
    assert looks >= 3
    assert life.refused > 20
    assert {h.policy for some in life.horizons.values() for h in some} == {1, 2, 3}
    assert sum(len(fold.past.frozen) for fold in life.folds) > 50


def counted(life: Life, horizons: Mapping[int, list[Horizon]]) -> int:
    with recompute_history(
        history_of(life.table.arrow(), horizons), BODIES.__getitem__, Question(TODAY, (("all", 0, 1 << 20),), TODAY, policy=1)
    ) as found:
        return sum(unit.windows["all"].counts["received"] for unit in found.units.values())


def test_a_fold_that_forgets_what_it_froze_is_caught() -> None:
    """Without the frozen keys late events start dossiers anew, and the batch path says how often."""
    life, careless = Life(random.Random(1)), Life(random.Random(1))
    for number, event in enumerate(arriving(1, 250)):
        for each in (life, careless):
            each.take(msgspec.structs.replace(event))
            if number % 40 == 0:
                each.move_horizon(number // 40 % 2)
            for partition in (0, 1):
                each.clear(partition)
        for fold in careless.folds:
            fold.past.frozen = type(fold.past.frozen)()
    assert life.batch() == life.scores()
    assert careless.batch() == life.batch() != careless.scores()
    assert sum(s.windows["year"].counts["received"] for s in careless.scores().values()) > sum(
        s.windows["year"].counts["received"] for s in life.scores().values()
    )


def test_without_a_horizon_every_event_counts() -> None:
    life = Life(random.Random(2))
    for event in arriving(2, 60):
        life.take(event)
    history = history_of(life.table.arrow(), {0: [], 1: []})
    assert (history.events.num_rows, history.frozen.num_rows, list(history.under(1))) == (life.table.count, 0, [1])
    assert counted(life, {}) > counted(life, {p: [Horizon(1 << 15, 1, 1)] for p in (0, 1)}) > 0


def test_a_counter_that_was_not_counted_yet_stays_zero_in_what_is_frozen() -> None:
    life = Life(random.Random(3))
    for event in arriving(3, 60):
        life.take(event)
    bodies = {1: {**POLICY, "counters": {"names": ["received"]}}, 2: POLICY}
    history = history_of(life.table.arrow(), {p: [Horizon(1 << 15, life.next[p], 1)] for p in (0, 1)})
    question = Question(TODAY, (("all", 0, 1 << 20),), TODAY, policy=2)
    with (
        recompute_history(history, bodies.__getitem__, question) as older,
        recompute_history(history, BODIES.__getitem__, question) as known,
    ):
        counts = [
            {name: sum(u.windows["all"].counts[name] for u in f.units.values()) for name in ("received", "fee")} for f in (older, known)
        ]
    assert counts[0]["received"] == counts[1]["received"]
    assert 0 < counts[0]["fee"] < counts[1]["fee"]
