"""The map by indicators against the batch path, pure: every indicator, every set's total, every unit, and the city."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dunghen.cli.recompute.indicators import CITY, Figures, Found
from dunghen.cli.reconcile.compare import Cell, Compared, Difference, Value

_CLOSE = 1e-9  # for points, which the batch path has as floats
_FIGURES = ("numerator", "denominator", "value", "points", "maximum", "reason")


def compare_indicator(answer: Mapping[str, Any], names: Mapping[str, str], found: Figures) -> Compared:
    """One answer of `/map?indicator=` against what was recomputed for its units; `names`: of their cuts."""
    window, code = str(answer["window"]), str(answer["indicator"])
    cells, differences = 0, list[Difference]()
    rows = {row["code"]: row for row in answer["units"]}
    for unit, row in [*rows.items(), (CITY, answer["city"])]:
        wanted = found.get((names.get(unit, unit), window, code), Found(0, 0, "NOT_IN_FORCE", None, 0))
        for figure, (live, batch) in _pairs(row, wanted).items():
            cells += 1
            if not _same(live, batch):
                differences.append(Difference(Cell(unit, window, code, figure), live, batch))
    return Compared(cells, tuple(differences))


def _pairs(row: Mapping[str, Any], wanted: Found) -> dict[str, tuple[Value, Value]]:
    """A total has no integers in the batch path: its value is its points out of its maximum."""
    total = wanted.points is not None and not wanted.denominator
    batch: dict[str, Any] = {
        "numerator": wanted.numerator,
        "denominator": wanted.denominator,
        "value": wanted.numerator / wanted.denominator if wanted.denominator else None,
        "points": wanted.points,
        "maximum": wanted.maximum or None,
        "reason": wanted.reason,
    }
    if total and wanted.points is not None:
        batch["value"] = wanted.points / wanted.maximum
    return {figure: (row.get(figure), batch[figure]) for figure in _FIGURES if not (total and figure in ("numerator", "denominator"))}


def _same(live: object, batch: object) -> bool:
    if isinstance(live, float) and isinstance(batch, float):
        return abs(live - batch) <= _CLOSE * max(1.0, abs(batch))
    return live == batch
