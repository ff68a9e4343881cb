"""The map by indicators against the batch path, pure: every indicator, every set's total, every unit, and the city; to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dunghen.cli.recompute.indicator_points import Figures, Found
from dunghen.cli.recompute.indicators import CITY
from dunghen.cli.reconcile.compare import Cell, Compared, Difference


def compare_indicator(answer: Mapping[str, Any], names: Mapping[str, str], found: Figures) -> Compared:
    """One answer of `/map?indicator=` against what was recomputed for its units; `names`: of their cuts."""
    window, code = str(answer["window"]), str(answer["indicator"])
    cells, differences = 0, list[Difference]()
    rows = {row["code"]: row for row in answer["units"]}
    for unit, row in [*rows.items(), (CITY, answer["city"])]:
        wanted = found.get((names.get(unit, unit), window, code), Found(0, 0, "NOT_IN_FORCE", None, 0))
        for figure, batch in wanted.shown().items():
            cells += 1
            if row.get(figure) != batch:
                differences.append(Difference(Cell(unit, window, code, figure), row.get(figure), batch))
    return Compared(cells, tuple(differences))
