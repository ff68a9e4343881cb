"""At which source offsets each unit of each answer is to be recomputed (`architecture.md` §5, "An exact cut"). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dunghen.cli.recompute import Cut, Question
from dunghen.cli.recompute.windows import standard_windows
from dunghen.contracts.messages import UnitScore

Offsets = Mapping[int, int]
UnitsOf = Callable[[int, int], Iterable[str]]  # of a local day and a policy version: who might be on the map
_EPOCH = date(1970, 1, 1)


@dataclass
class Batch:
    """All that is to be recomputed for one local day and policy version, and the answers that it serves."""

    day: int
    policy: int
    cuts: dict[str, Cut] = field(default_factory=dict)
    answers: list[tuple[Mapping[str, Any], dict[str, str]]] = field(default_factory=list)  # an answer, and its units' names in `cuts`

    def question(self, more: tuple[tuple[str, int, int], ...] = ()) -> Question:
        """What to count; `more`: windows of its own besides the standard ones."""
        return Question(self.day, (*standard_windows(self.day), *more), self.day - 1, self.cuts, self.policy)

    def scores_for(self, names: Mapping[str, str], found: Mapping[str, UnitScore]) -> dict[str, UnitScore]:
        """The recomputed score of each unit of one answer."""
        return {unit: found[name] for unit, name in names.items()}

    def add(self, answer: Mapping[str, Any], vectors: Mapping[str, Offsets]) -> None:
        self.answers.append((answer, {unit: self._named(unit, cut) for unit, cut in vectors.items()}))

    def _named(self, unit: str, below: Offsets) -> str:
        name = unit + "@" + ",".join(f"{partition}:{offset}" for partition, offset in sorted(below.items()))
        self.cuts.setdefault(name, Cut(unit, below))
        return name


def offsets(given: Mapping[Any, Any]) -> dict[int, int]:
    """A vector as JSON has it: partitions are texts there."""
    return {int(partition): int(offset) for partition, offset in given.items()}


def greater(a: Offsets, b: Offsets) -> dict[int, int]:
    """The greater of two vectors, partition by partition; what one lacks is 0 there."""
    return {partition: max(a.get(partition, 0), b.get(partition, 0)) for partition in sorted({*a, *b})}


def reaches(level: Offsets, wanted: Offsets) -> bool:
    """Whether a vector is nowhere below another."""
    return all(level.get(partition, 0) >= offset for partition, offset in wanted.items())


def batches_of(answers: Sequence[Mapping[str, Any]], end: Offsets, units: UnitsOf = lambda _day, _policy: ()) -> list[Batch]:
    """What to recompute for these answers: every unit of an answer at the greater of E and its V, and `units` that it lacks at E."""
    batches: dict[tuple[int, int], Batch] = {}
    for answer in answers:
        key = ((date.fromisoformat(answer["as_of"]) - _EPOCH).days, int(answer["policy"]))
        others = {unit: dict(end) for unit in units(*key)}
        vectors = {row["code"]: greater(end, offsets(row["covers"])) for row in answer["units"]}
        batches.setdefault(key, Batch(*key)).add(answer, others | vectors)
    return list(batches.values())


def furthest(batches: Iterable[Batch], end: Offsets) -> dict[int, int]:
    """How far the events have to be read for all of it."""
    upto = dict(end)
    for batch in batches:
        for cut in batch.cuts.values():
            upto = greater(upto, cut.below)
    return upto
