"""Published rankings against the batch path: points as reviewed and as units give them themselves, totals, classes, ranks.

Not: what a unit was in the year before, which is compared as the ranking of that year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from dunghen.cli.recompute.indicator_points import Found
from dunghen.cli.recompute.indicators import CITY
from dunghen.cli.recompute.yearly import BatchSheet
from dunghen.cli.reconcile.compare import Cell, Compared, Difference, Value

Pair = tuple[str, str, Value, Value]  # code, figure, live, batch


def compare_yearly(answer: Mapping[str, Any], found: Mapping[str, BatchSheet]) -> Compared:
    """One answer of `/rankings/{set}` against what was recomputed."""
    rows = {row["code"]: row for group in answer["rankings"] for row in group["units"]}
    if answer["city"] is not None:
        rows[CITY] = answer["city"]
    cells, differences = 0, list[Difference]()
    for unit in sorted(rows.keys() | found.keys()):
        for code, figure, live, batch in _pairs(answer["set"], rows.get(unit), found.get(unit)):
            cells += 1
            if live != batch:
                differences.append(Difference(Cell(unit, answer["period"], code, figure), live, batch))
    return Compared(cells, tuple(differences))


def _pairs(code: str, row: Mapping[str, Any] | None, sheet: BatchSheet | None) -> Iterator[Pair]:
    yield code, "there", row is not None, sheet is not None
    if row is None or sheet is None:
        return
    total, gaps = sheet.total, [gap for pair in sheet.criteria.values() if (gap := _gap(*pair)) is not None]
    batch: dict[str, Value] = {
        "kind": sheet.kind,
        "points": _float(total.points),
        "maximum": total.maximum,
        "value": _float(Fraction(*total.whole) if total.maximum else None),
        "standing": sheet.standing,
        "reason": total.reason,
        "rank": sheet.rank,
        "of": sheet.of,
        "complete": sheet.complete,
        "self_points": _float(sheet.own.points if sheet.own.maximum else None),
        "gap": _float(sum(gaps, Fraction(0)) if gaps else None),
    }
    yield from ((code, figure, row.get(figure), value) for figure, value in batch.items())
    live = {one["code"]: one for one in row["criteria"]}
    for name in sorted(live.keys() | sheet.criteria.keys()):
        yield from _of_criterion(name, live.get(name), sheet.criteria.get(name))


def _of_criterion(name: str, one: Mapping[str, Any] | None, given: tuple[Found, Found] | None) -> Iterator[Pair]:
    yield name, "there", one is not None, given is not None
    if one is None or given is None:
        return
    reviewed, own = given
    batch = {"points": reviewed.points, "self_points": own.points, "gap": _gap(*given)}
    yield from ((name, figure, one.get(figure), _float(points)) for figure, points in batch.items())
    yield name, "reason", one.get("reason"), reviewed.reason


def _gap(reviewed: Found, own: Found) -> Fraction | None:
    """How many points more a unit gives itself."""
    return None if reviewed.points is None or own.points is None else own.points - reviewed.points


def _float(points: Fraction | None) -> float | None:
    return None if points is None else float(points)
