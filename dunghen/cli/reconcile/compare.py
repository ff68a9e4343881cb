"""Compares answers of the live map with recomputed scores, cell by cell. Pure.

Every member of a row and of the city: figures, band, interval, rank, class, names. Not: how fresh feeds are, which events do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dunghen.cli.recompute.looks import Look, Looks, within
from dunghen.contracts.messages import STANDING_COUNTS, RateCounts, UnitScore
from dunghen.contracts.reconciliations import CITY
from dunghen.domain.marks import IN_A_WINDOW

Value = int | float | str | None
Row = Mapping[str, Any]  # of the map, or what one should have
RATES = ("official", "resolved", "due_cohort", "statutory")
_STANDING_COUNTS = ("pending", "overdue", "paused", "due_today", "due_today_left")
_CITY_COUNTS = ("received_today", "finished_today")
_NAMED = {name: f"counts.{name}" for name in IN_A_WINDOW}
_COUNTED = ("received", "finished", *_NAMED.values(), *_STANDING_COUNTS)
_INTERVAL = ("low", "high")
OF_A_RATE = ("numerator", "denominator", "value", "trend", "band", "few", *_INTERVAL)
NOT_COUNTED = ("rank", "of", "name", "kind", "type")
_DAYS = ("first", "last")  # of the window, above the rows
_EPOCH = date(1970, 1, 1)
_NOT_RANKED: Row = {"rank": None, "of": None}


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


def compare(answer: Mapping[str, Any], scores: Mapping[str, UnitScore], looks: Looks) -> Compared:
    """One answer of `/map` by a rate against the scores of its `expected` units, each at its own cut."""
    window, rate = str(answer["window"]), str(answer["rate"])
    counts = {unit: score.windows[window].rates[rate] for unit, score in scores.items()}
    ranks = looks.rate.places({unit: (looks.called(unit)["kind"], one.numerator, one.denominator) for unit, one in counts.items()})
    units = {unit: {**_rated(one, looks.rate), **placed(ranks[unit])} for unit, one in counts.items()}
    city = _rated(_added(counts.values()), looks.rate)
    return together([compare_rows(answer, scores, looks, (units, city)), _summed(answer, (window, rate), ("numerator", "denominator"))])


def compare_rows(
    answer: Mapping[str, Any], scores: Mapping[str, UnitScore], looks: Looks, measured: tuple[Mapping[str, Row], Row]
) -> Compared:
    """What every answer of the map has, and what its measure shows of the units and the city (`measured`). A figure that lacks differs."""
    window, measure = str(answer["window"]), str(answer.get("indicator") or answer["rate"])
    rows, parts = {row["code"]: _flat(row) for row in answer["units"]}, list[Compared]()
    batch = {unit: counted(score, window) for unit, score in scores.items()}
    for unit in sorted(rows.keys() | scores.keys()):
        there, wanted = dict[str, Any](there=unit in rows), dict[str, Any](there=unit in scores)
        if unit in rows and unit in scores:
            there |= rows[unit]
            wanted |= {**looks.called(unit), **batch[unit], **measured[0][unit]}
        parts.append(compare_row((unit, window, measure), there, wanted))
    of_the_city = {**looks.city, **_NOT_RANKED, **_by_rate(scores.values(), window), **_days(scores, window)}
    city = {**_sums(batch.values(), _COUNTED), **of_the_city, **measured[1]}
    shown = {**_flat(answer["city"]), **_rates_of(answer["city"]), **{name: answer.get(name) for name in _DAYS}}
    return together([*parts, compare_row((CITY, window, measure), shown, city), _summed(answer, (window, measure), _COUNTED)])


def compare_row(who: tuple[str, str, str], shown: Row, wanted: Row) -> Compared:
    """Each figure that is wanted; `who`: unit, window and measure."""
    if wanted.items() <= shown.items():
        return Compared(len(wanted), ())
    pairs = [(figure, shown.get(figure), batch) for figure, batch in wanted.items()]
    return Compared(
        len(pairs),
        tuple(
            Difference(Cell(*who, figure), live, batch)
            for figure, live, batch in pairs
            if not (within(live, batch) if figure in _INTERVAL else live == batch)
        ),
    )


def expected(answer: Mapping[str, Any], scores: Mapping[str, UnitScore], looks: Looks) -> dict[str, UnitScore]:
    """Of these units those that the answer has, or should have: all that are there on the day, and who else counts something."""
    shown = {row["code"] for row in answer["units"]} | looks.there
    return {unit: score for unit, score in scores.items() if unit in shown or _counts(score)}


def counted(score: UnitScore, window: str) -> Row:
    """What is counted, without regard to a measure."""
    inside = score.windows[window]
    standing = {name: getattr(score, name) for name in _STANDING_COUNTS}
    of_window = {said: inside.counts[name] for name, said in _NAMED.items()}
    return {"received": inside.counts["received"], "finished": inside.finished, **of_window, **standing}


def placed(place: tuple[int | None, int]) -> Row:
    """A rank, and how many there are, as a row says it."""
    return dict(zip(_NOT_RANKED, place, strict=True))


def _rated(rates: RateCounts, look: Look) -> Row:
    """What one rate's integers come to."""
    return {
        "numerator": rates.numerator,
        "denominator": rates.denominator,
        "value": _share(rates.numerator, rates.denominator),
        "trend": _trend(rates),
        **look.of(rates.numerator, rates.denominator),
    }


def _days(scores: Mapping[str, UnitScore], window: str) -> Row:
    """First and last local day of a window, of all the same."""
    for score in scores.values():
        return {name: (_EPOCH + timedelta(getattr(score.windows[window], name))).isoformat() for name in _DAYS}
    return {}


def _counts(score: UnitScore) -> bool:
    standing = any(getattr(score, name) for name in STANDING_COUNTS)
    windows = score.windows.values()
    return standing or any(any(one.counts.values()) or any(rate.denominator for rate in one.rates.values()) for one in windows)


def _flat(row: Row) -> dict[str, Any]:
    counts = row.get("counts", {})
    return {**row, **{said: counts[name] for name, said in _NAMED.items() if name in counts}}


def together(parts: Iterable[Compared]) -> Compared:
    """Several comparisons as one."""
    parts = list(parts)
    return Compared(sum(part.cells for part in parts), tuple(difference for part in parts for difference in part.differences))


def _by_rate(scores: Iterable[UnitScore], window: str) -> Row:
    """What the city alone shows: its four rates side by side, and its day."""
    scores, found = list(scores), dict[str, Value]()
    for rate in RATES:
        total = _added(score.windows[window].rates[rate] for score in scores)
        share = _share(total.numerator, total.denominator)
        found |= _said_of(rate, {"numerator": total.numerator, "denominator": total.denominator, "value": share})
    return {**found, **{name: sum(getattr(score, name) for score in scores) for name in _CITY_COUNTS}}


def _rates_of(city: Row) -> Row:
    rates = city.get("rates", {})
    return {figure: value for rate in RATES for figure, value in _said_of(rate, rates.get(rate, {})).items()}


def _said_of(rate: str, figures: Row) -> Row:
    return {f"rates.{rate}.{name}": value for name, value in figures.items()}


def _summed(answer: Mapping[str, Any], of: tuple[str, str], names: Sequence[str]) -> Compared:
    """The city against the sum of the units of the same answer."""
    city, sums = _flat(answer["city"]), _sums(map(_flat, answer["units"]), names)
    shown, wanted = ({f"{name}, sum of units": found.get(name) for name in names} for found in (city, sums))
    return compare_row((CITY, *of), shown, wanted)


def _sums(rows: Iterable[Row], names: Sequence[str]) -> Row:
    rows = list(rows)
    return {name: sum([row.get(name, 0) for row in rows]) for name in names}


def _added(counts: Iterable[RateCounts]) -> RateCounts:
    counts = list(counts)
    return RateCounts(**{name: sum(getattr(one, name) for one in counts) for name in RateCounts.__struct_fields__})


def _share(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None


def _trend(rates: RateCounts) -> float | None:
    now, before = _share(rates.numerator, rates.denominator), _share(rates.before_numerator, rates.before_denominator)
    return None if now is None or before is None else round(now - before, 6)
