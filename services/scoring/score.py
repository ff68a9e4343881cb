"""The second stage, pure: partial day counters of units → all rates and windows of a unit. One state a partition of `unit-days`.

A unit's cells of a fold partition are used only when the `covers` record behind them has come: a poll may cut a transaction in two
(`architecture.md` §5). Cells of several policy versions may stand side by side; the state shows one of them and goes over to a newer one
when every fold partition is complete. No I/O, no clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from operator import sub
from typing import Any, NamedTuple

from dunghen.contracts import topics
from dunghen.contracts.cells import CellKey, Complete, Covers, LevelOf, decode_cell, parse_key
from dunghen.contracts.messages import UnitScore
from dunghen.contracts.scores import live_windows, unit_score
from dunghen.domain.indicators import IndicatorBook
from dunghen.domain.marks import COUNTERS
from dunghen.domain.rates import DaySeries

_OWN, _ZERO = ord(topics.OWN_KEY), [0] * len(COUNTERS)


class _Numbers(dict[bytes, int]):
    """Whole numbers as they stand in keys: each is one object, however many cells name it."""

    def __missing__(self, text: bytes) -> int:
        self[text] = number = int(text)
        return number


_number = _Numbers().__getitem__


@dataclass(slots=True)
class Generation:
    """Everything counted under one policy version. Counters stay as they were written: a list of them is eight times as large."""

    fold_partitions: int
    partials: dict[str, dict[int, list[bytes]]] = field(default_factory=dict)  # {unit: {day: of each fold partition}}; b"": all zero
    covers: dict[str, dict[int, int]] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    complete: set[int] = field(default_factory=set)
    waiting: dict[tuple[bytes, bytes], list[Any]] = field(
        default_factory=lambda: defaultdict(list)
    )  # (unit, fold partition): day, counters, day, counters … of cells whose covers record is still to come
    _series: dict[str, DaySeries] = field(default_factory=dict)  # of the units that were asked for

    def series_of(self, unit: str) -> DaySeries:
        """The sums over fold partitions, by days."""
        series = self._series.get(unit)
        if series is None:
            series = self._series[unit] = DaySeries({day: _sum(row) for day, row in self.partials.get(unit, {}).items()})
        return series

    def cover(self, key: Covers, offset: int) -> None:
        """The unit's cells of this partition are whole up to `offset`: the newest partial of each day counts."""
        days, series = self.partials.setdefault(key.unit, {}), self._series.get(key.unit)
        for day, counters in self._waited(key):
            row = days.get(day)
            if row is None:
                row = days[day] = [b""] * self.fold_partitions
            if series is not None:
                series.add(day, _difference(row[key.partition], counters))
            row[key.partition] = counters
        self.covers.setdefault(key.unit, {})[key.partition] = offset

    def drop(self, key: Covers) -> None:
        """Cells and covers of this partition are cleared away; what is still shown stays as it is."""
        self._waited(key)

    def _waited(self, key: Covers) -> Iterator[tuple[int, bytes]]:
        flat = iter(self.waiting.pop((key.unit.encode(), b"%d" % key.partition), ()))
        return zip(flat, flat, strict=True)

    def count(self) -> int:
        """How many partials there are."""
        return sum(map(bool, chain.from_iterable(row for days in self.partials.values() for row in days.values())))


def _sum(row: list[bytes]) -> list[int]:
    """Of the partials of one day."""
    return [*map(sum, zip(*(decode_cell(counters) for counters in row if counters), strict=True))]


def _difference(old: bytes, new: bytes) -> Iterable[int]:
    """What to add where one partial takes the place of another."""
    counters = decode_cell(new) if new else _ZERO
    return map(sub, counters, decode_cell(old)) if old else counters


@dataclass(slots=True)
class ScoreState:
    """One partition of `unit-days`, what it adds up to, and which policy version is shown."""

    fold_partitions: int
    policy: int = 0  # the version shown; 0: none is complete yet
    generations: dict[int, Generation] = field(default_factory=dict)
    indicators: IndicatorBook = field(default_factory=IndicatorBook)  # of the policy shown

    def put(self, key: bytes | None, value: bytes | None) -> str | None:
        """One record, as it comes or while loading. Gives the unit whose shown numbers may have changed, if any.

        The stable end, too, may cut a transaction in two: where another writer's is still open behind it.
        """
        parts = (key or b"").split(b"|")
        if len(parts) == 4 and key and key[0] != _OWN:  # nearly all: `parse_key`, without the objects
            unit, day, partition, policy = parts
            self._generation(_number(policy)).waiting[unit, partition] += _number(day), value or b""
            return None
        parsed = parse_key(key or b"")
        if not isinstance(parsed, CellKey):
            self._bookkeeping(parsed, value)
        return parsed.unit if isinstance(parsed, Covers) and parsed.policy == self.policy else None

    def _generation(self, policy: int) -> Generation:
        generation = self.generations.get(policy)
        if generation is None:
            generation = self.generations[policy] = Generation(self.fold_partitions)
        return generation

    def _bookkeeping(self, key: Covers | LevelOf | Complete, value: bytes | None) -> None:
        generation = self._generation(key.policy)
        match key, value:
            case (Covers(), bytes()):
                generation.cover(key, int(value))
            case (Covers(), None):
                generation.drop(key)
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
        at = At(today, self.policy, self.indicators)
        return [score_of(u, generation.series_of(u), generation.covers.get(u, {}), at) for u in sorted(units)]


class At(NamedTuple):
    """Under what a score stands: the local day, the policy version, and the indicators whose changes make windows of their own."""

    today: int
    policy: int
    indicators: IndicatorBook = IndicatorBook()


def score_of(unit: str, series: DaySeries, covers: dict[int, int], at: At) -> UnitScore:
    """All windows and rates of one unit while its last day runs."""
    today = at.today
    score = unit_score(unit, series, (today, today - 1), live_windows(at.indicators, today))
    score.policy, score.covers = at.policy, dict(sorted(covers.items()))
    return score
