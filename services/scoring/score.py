"""The second stage, pure: partial day counters of units → all rates and windows of a unit. One state a partition of `unit-days`.

A unit's cells of a fold partition are used only when the `covers` record behind them has come: a poll may cut a transaction in two
(`architecture.md` §5). Cells of several policy versions may stand side by side; the state shows one of them and goes over to a newer one
when every fold partition is complete. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import sub

from dunghen.contracts.cells import CellKey, Complete, Covers, LevelOf, decode_cell, parse_key
from dunghen.contracts.messages import UnitScore
from dunghen.contracts.scores import unit_score
from dunghen.domain.marks import COUNTERS
from dunghen.domain.rates import DaySeries
from dunghen.domain.windows import WINDOWS, resolve

ZERO = [0] * len(COUNTERS)
Cell = tuple[int, list[int]]  # (day, counters)


@dataclass(slots=True)
class Generation:
    """Everything counted under one policy version."""

    partials: dict[tuple[str, int, int], list[int]] = field(default_factory=dict)  # (unit, day, fold partition)
    units: dict[str, DaySeries] = field(default_factory=dict)
    covers: dict[str, dict[int, int]] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    complete: set[int] = field(default_factory=set)
    waiting: dict[tuple[str, int], list[Cell]] = field(
        default_factory=dict
    )  # (unit, fold partition): cells whose covers record is still to come

    def cell(self, place: tuple[str, int, int], counters: list[int]) -> None:
        """Keeps the newest partial of (unit, day, fold partition) and corrects the sum over partitions by the difference."""
        unit, day, _ = place
        old = self.partials.get(place)
        if any(counters):
            self.partials[place] = counters
        else:
            self.partials.pop(place, None)
        series = self.units.get(unit)
        if series is None:
            series = self.units[unit] = DaySeries()
        series.add(day, counters if old is None else map(sub, counters, old))

    def wait(self, key: CellKey, counters: list[int]) -> None:
        self.waiting.setdefault((key.unit, key.partition), []).append((key.day, counters))

    def cover(self, key: Covers, offset: int) -> None:
        """The unit's cells of this partition are whole up to `offset`."""
        for day, counters in self.waiting.pop((key.unit, key.partition), ()):
            self.cell((key.unit, day, key.partition), counters)
        self.covers.setdefault(key.unit, {})[key.partition] = offset


@dataclass(slots=True)
class ScoreState:
    """One partition of `unit-days`, what it adds up to, and which policy version is shown."""

    fold_partitions: int
    policy: int = 0  # the version shown; 0: none is complete yet
    generations: dict[int, Generation] = field(default_factory=dict)

    def load(self, key: bytes | None, value: bytes | None) -> None:
        """One record while loading. The stable end, too, may cut a transaction in two: where another writer's is still open behind it."""
        self.put(key, value)

    def put(self, key: bytes | None, value: bytes | None) -> str | None:
        """One record as it comes. Gives the unit whose shown numbers may have changed, if any."""
        parsed = parse_key(key or b"")
        if isinstance(parsed, CellKey):
            self._generation(parsed.policy).wait(parsed, decode_cell(value) if value else ZERO)
            return None
        self._bookkeeping(parsed, value)
        return parsed.unit if isinstance(parsed, Covers) and parsed.policy == self.policy else None

    def _generation(self, policy: int) -> Generation:
        generation = self.generations.get(policy)
        if generation is None:
            generation = self.generations[policy] = Generation()
        return generation

    def _bookkeeping(self, key: Covers | LevelOf | Complete, value: bytes | None) -> None:
        generation = self._generation(key.policy)
        match key, value:
            case (Covers(), bytes()):
                generation.cover(key, int(value))
            case (Covers(), None):  # so are its cells; what is still shown stays as it is
                generation.waiting.pop((key.unit, key.partition), None)
            case (LevelOf(), bytes()):
                generation.levels[key.partition] = int(value)
            case (Complete(), bytes()):
                generation.complete.add(key.partition)
            case (Complete(), None):  # the old version is being cleared away
                generation.complete.discard(key.partition)
                if not generation.complete and key.policy < self.policy:
                    self.generations.pop(key.policy, None)

    def settle_policy(self) -> bool:
        """Goes over to the newest version that every fold partition has completed. True if that changed what is shown."""
        ready = [version for version, g in self.generations.items() if len(g.complete) == self.fold_partitions and version > self.policy]
        if ready:
            self.policy = max(ready)
            for old in [version for version, g in self.generations.items() if version < self.policy and not g.complete]:
                del self.generations[old]  # cleared away before we came
        return bool(ready)

    @property
    def shown(self) -> Generation | None:
        return self.generations.get(self.policy)

    def scores(self, units: Iterable[str], today: int) -> list[UnitScore]:
        """The scores of these units at the end of local day `today`, `today` itself not being over yet."""
        generation = self.shown
        if generation is None:
            return []
        return [
            score_of(u, generation.units.get(u) or DaySeries(), generation.covers.get(u, {}), (today, self.policy)) for u in sorted(units)
        ]


def score_of(unit: str, series: DaySeries, covers: dict[int, int], at: tuple[int, int]) -> UnitScore:
    """All windows and rates of one unit while its last day runs; `at` = (local day, policy version)."""
    today, policy = at
    score = unit_score(unit, series, (today, today - 1), {name: resolve(name, today) for name in WINDOWS})
    score.policy, score.covers = policy, dict(sorted(covers.items()))
    return score
