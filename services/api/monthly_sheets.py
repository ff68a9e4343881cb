"""The months of all units side by side, for the city's report (CV 2078): a row a unit, made of the units' own sheets; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from dunghen.domain.days import Zone
from dunghen.platform.sheets import Cell
from services.api.monthly_sheet import MonthlySheet, SheetLine, SheetName
from services.api.reconciliations import UnitReconciliation
from services.api.rows import instant_text

JUSTIFIED = {
    "written": ("Đã giải trình", "The unit has explained itself"),
    "not_written": ("Chưa có giải trình", "Nothing was written"),
}
FIGURES = ("value", "numerator", "denominator", "points", "maximum", "band", "rank", "of", "reason")  # of each indicator, in a spreadsheet


class JustificationState(msgspec.Struct):
    """Whether a unit has explained its month (`written`, `not_written`), and when it did so last. What it wrote is in its own sheet."""

    state: str
    at: str | None


class UnitMonth(msgspec.Struct, kw_only=True):
    """One unit: the lines of its monthly sheet, whether it explained its month, whether its month was compared with the raw events."""

    code: str
    name: str
    kind: str
    type: str
    lines: list[SheetLine]
    justification: JustificationState
    reconciliation: UnitReconciliation


class MonthlySheets(msgspec.Struct, kw_only=True):
    """All units in a month, in the catalogue's order. `complete`: the month is over; `before`: the month that it stands beside."""

    month: str
    first: str
    last: str
    before: str
    complete: bool
    as_of: str
    version: int
    policy: int
    stale: bool
    units: list[UnitMonth]


def together(sheets: Sequence[MonthlySheet], written: Mapping[str, int], zone: Zone) -> MonthlySheets | None:
    """The sheets of one month and version as one. `written`: by unit when it explained itself last, in seconds. None without a unit."""
    if not sheets:
        return None
    names = ("month", "first", "last", "before", "complete", "as_of", "version", "policy", "stale")
    units = [
        UnitMonth(
            code=sheet.code,
            name=sheet.name,
            kind=sheet.kind,
            type=sheet.type,
            lines=sheet.lines,
            justification=JustificationState(
                "written" if sheet.code in written else "not_written", instant_text(written.get(sheet.code), zone)
            ),
            reconciliation=sheet.reconciliation,
        )
        for sheet in sheets
    ]
    return MonthlySheets(**{name: getattr(sheets[0], name) for name in names}, units=units)


def table_of_all(sheets: MonthlySheets) -> tuple[list[str], list[list[Cell]]]:
    """(columns, rows) for spreadsheets: one row a unit, for each indicator its figures in columns of their own (`QD766.PROGRESS value`)."""
    chosen: dict[str, SheetName] = {line.code: line.name for unit in sheets.units for line in unit.lines}
    columns = ["unit", "unit_name", "kind", "type"]
    columns += [f"{code} {figure}" for code in chosen for figure in (*FIGURES, "before_value", "movement_difference", "movement_reason")]
    columns += ["justification", "justification_at", "reconciliation", "reconciliation_at"]
    above = ("month", "first", "last", "before", "complete", "as_of")
    return [*columns, *above], [[*_cells(unit, list(chosen)), *(getattr(sheets, name) for name in above)] for unit in sheets.units]


def _cells(unit: UnitMonth, chosen: Sequence[str]) -> list[Cell]:
    lines = {line.code: line for line in unit.lines}
    figures = [cell for code in chosen for cell in _figures(lines.get(code))]
    said = (unit.justification.state, unit.justification.at, unit.reconciliation.state, unit.reconciliation.at)
    return [unit.code, unit.name, unit.kind, unit.type, *figures, *said]


def _figures(line: SheetLine | None) -> list[Cell]:
    if line is None:
        return [None] * (len(FIGURES) + 3)
    before = line.before.value if line.before else None
    return [*(getattr(line, name) for name in FIGURES), before, line.movement.difference, line.movement.reason]
