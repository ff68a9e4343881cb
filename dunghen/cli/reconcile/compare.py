"""Compares answers of the live map with recomputed scores, cell by cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dunghen.contracts.messages import RateCounts, UnitScore
from dunghen.contracts.reconciliations import CITY
from dunghen.domain.marks import IN_A_WINDOW

Value = int | float | str | None
RATES = ("official", "resolved", "due_cohort", "statutory")
_STANDING_COUNTS = ("pending", "overdue", "paused", "due_today", "due_today_left")
_CITY_COUNTS = ("received_today", "finished_today")
_SUMMED = ("numerator", "denominator", "received", "finished", *_STANDING_COUNTS)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: of a unit (or `city`) in one window and rate."""

    unit: str
    window: str
    rate: str
    figure: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What the live map shows and what was recomputed; for `sum of units` figures, what the units of the same answer add up to."""

    cell: Cell
    live: Value
    batch: Value


@dataclass(frozen=True, slots=True)
class Compared:
    """How many cells were looked at, and those that differ."""

    cells: int
    differences: tuple[Difference, ...]


def compare(answer: Mapping[str, Any], scores: Mapping[str, UnitScore]) -> Compared:
    """One answer of `/map` against the scores of its units, each at its own cut. A unit that has no score counts as all zero.

    A figure that the answer lacks is a difference too. So is a unit that counts something and is not in the answer.
    """
    window, rate = str(answer["window"]), str(answer["rate"])
    rows: dict[str, Mapping[str, Any]] = {row["code"]: {**row, **_named(row.get("counts", {}))} for row in answer["units"]}
    expected = {unit: figures_of(score, window, rate) for unit, score in scores.items()}
    nothing = dict.fromkeys(next(iter(expected.values()), {}), 0) | {"value": None, "trend": None}
    pairs = [
        (Cell(unit, window, rate, figure), rows.get(unit, nothing).get(figure), wanted)
        for unit in sorted(rows | expected)
        for figure, wanted in expected.get(unit, nothing).items()
    ]
    return _judged([*pairs, *_city_pairs(answer, scores.values())])


def figures_of(score: UnitScore, window: str, rate: str) -> dict[str, Value]:
    """What a row of the map should show for a score."""
    counted = score.windows[window]
    rates = counted.rates[rate]
    return {
        "numerator": rates.numerator,
        "denominator": rates.denominator,
        "value": _share(rates.numerator, rates.denominator),
        "trend": _trend(rates),
        "received": counted.counts["received"],
        "finished": counted.finished,
        **_named({name: counted.counts[name] for name in IN_A_WINDOW}),
        **{name: getattr(score, name) for name in _STANDING_COUNTS},
    }


def _named(counts: Mapping[str, int]) -> dict[str, Value]:
    return {f"counts.{name}": count for name, count in counts.items()}


def together(parts: Iterable[Compared]) -> Compared:
    """Several comparisons as one."""
    parts = list(parts)
    return Compared(sum(part.cells for part in parts), tuple(difference for part in parts for difference in part.differences))


def _city_pairs(answer: Mapping[str, Any], scores: Iterable[UnitScore]) -> list[tuple[Cell, Value, Value]]:
    """The city against the sum of the units of the same answer, and what these do not show against the recomputed sum."""
    window, rate, city, scores = str(answer["window"]), str(answer["rate"]), answer["city"], list(scores)
    shown, rows = {**city, **_named(city.get("counts", {}))}, [{**row, **_named(row.get("counts", {}))} for row in answer["units"]]
    summed = (*_SUMMED, *_named(IN_A_WINDOW))
    pairs = [(f"{name}, sum of units", shown.get(name), sum(row.get(name, 0) for row in rows)) for name in summed]
    pairs += [(name, city.get(name), sum(getattr(score, name) for score in scores)) for name in _CITY_COUNTS]
    for each in RATES:
        rate_shown = city.get("rates", {}).get(each, {})
        for part in ("numerator", "denominator"):
            pairs.append((f"rates.{each}.{part}", rate_shown.get(part), sum(getattr(s.windows[window].rates[each], part) for s in scores)))
    return [(Cell(CITY, window, rate, figure), live, wanted) for figure, live, wanted in pairs]


def _judged(pairs: list[tuple[Cell, Value, Value]]) -> Compared:
    return Compared(len(pairs), tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2]))


def _share(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None


def _trend(rates: RateCounts) -> float | None:
    now, before = _share(rates.numerator, rates.denominator), _share(rates.before_numerator, rates.before_denominator)
    return None if now is None or before is None else round(now - before, 6)
