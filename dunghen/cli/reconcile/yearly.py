"""Published rankings against the batch path: points as reviewed and as units give them themselves, totals, ranks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

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
    batch = {"points": _float(sheet.total.points), "maximum": sheet.total.maximum, "rank": sheet.rank, "complete": sheet.complete}
    yield from ((code, figure, row[figure], value) for figure, value in batch.items())
    live = {one["code"]: one for one in row["criteria"]}
    for name, (reviewed, own) in sheet.criteria.items():
        one = live.get(name, {})
        yield name, "points", one.get("points"), _float(reviewed.points)
        yield name, "self_points", one.get("self_points"), _float(own.points)
        yield name, "reason", one.get("reason"), reviewed.reason


def _float(points: Fraction | None) -> float | None:
    return None if points is None else float(points)
