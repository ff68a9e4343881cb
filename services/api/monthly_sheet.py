"""A unit's month, by which its head is rated: chosen indicators beside those of the month before; pure (issue 7; decision 0027)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from dunghen.domain.days import date_of
from dunghen.domain.indicators import Indicator, IndicatorBook
from dunghen.domain.rates import Rate
from dunghen.domain.units import Unit
from dunghen.domain.windows import period
from services.api.indicator_rows import IndicatorRow
from services.api.indicator_view import view_of
from services.api.justifications import ShownJustification
from services.api.movements import Movement, Placed, movement
from services.api.reconciliations import UnitReconciliation
from services.api.rows import Row
from services.api.views import Scene, ViewKey


class SheetName(msgspec.Struct):
    """In both languages."""

    vi: str
    en: str


class MonthBefore(msgspec.Struct):
    """The same in the month before."""

    value: float | None
    numerator: int
    denominator: int
    points: float | None
    rank: int | None


class SheetLine(msgspec.Struct, kw_only=True):
    """One indicator of a unit; `rank` of `of` within its kind; `reason`: why there is a value, or none. `before`: null: it did not hold."""

    code: str
    name: SheetName
    value: float | None
    numerator: int
    denominator: int
    points: float | None
    maximum: int | None
    band: str
    few: bool
    reason: str
    rank: int | None
    of: int | None
    before: MonthBefore | None
    movement: Movement


class MonthlySheet(msgspec.Struct, kw_only=True):
    """The sheet. `complete`: the month is over; `before`: the month that it stands beside; `justification`: the newest of its month."""

    code: str
    name: str
    kind: str
    type: str
    month: str
    first: str
    last: str
    before: str
    complete: bool
    as_of: str
    version: int
    policy: int
    stale: bool
    reconciliation: UnitReconciliation
    lines: list[SheetLine]
    justification: ShownJustification | None = None


class Months(NamedTuple):
    """The month, and the one before."""

    month: str
    before: str


def months_of(month: str) -> Months:
    """Raises WindowError for what is no month."""
    earlier = date_of(period(month).first - 1)
    return Months(month, f"{earlier.year}-{earlier.month:02}")


class Figures(NamedTuple):
    """The chosen indicators as they hold at the month's end, and by month, indicator and unit their rows, ranked within each kind."""

    chosen: Sequence[Indicator]
    rows: Mapping[str, Mapping[str, Mapping[str, Row]]]


def figures_of(scene: Scene, months: Months) -> Figures:
    """Of all units. `scene`: their scores in both months."""
    book, days = scene.policy.indicators if scene.policy else IndicatorBook(), period(months.month)
    chosen = [one for code in book.monthly if (one := book.on(code, min(days.last, scene.meta.day))) is not None]
    return Figures(chosen, {month: {one.code: _rows(scene, one.code, month) for one in chosen} for month in months})


def _rows(scene: Scene, code: str, month: str) -> Mapping[str, Row]:
    view = view_of(ViewKey(window=month, indicator=code))
    view.show(scene)
    return view.rows


def sheet_of_unit(scene: Scene, unit: Unit, months: Months, stale: bool) -> MonthlySheet:
    """`scene`: all units in both months."""
    return sheet_by(figures_of(scene, months), scene, months, stale)(unit)


def sheets_of_all(scene: Scene, months: Months, stale: bool) -> list[MonthlySheet]:
    """The same of every unit of a scene, in its order: what is ranked is reckoned once."""
    return list(map(sheet_by(figures_of(scene, months), scene, months, stale), scene.units()))


def sheet_by(figures: Figures, scene: Scene, months: Months, stale: bool) -> Callable[[Unit], MonthlySheet]:
    """What makes a unit's sheet of these figures."""
    days, few = period(months.month), scene.looks.few

    def sheet(unit: Unit) -> MonthlySheet:
        now, then = ({code: _held(of.get(unit.code)) for code, of in figures.rows[month].items()} for month in months)
        lines = [_line(one, row, then[one.code], few) for one in figures.chosen if (row := now[one.code]) is not None]
        return MonthlySheet(
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            type=unit.type,
            month=months.month,
            first=date_of(days.first).isoformat(),
            last=date_of(min(days.last, scene.meta.day)).isoformat(),
            before=months.before,
            complete=days.last < scene.meta.day,
            as_of=date_of(scene.meta.day).isoformat(),
            version=scene.meta.version,
            policy=scene.meta.policy,
            stale=stale,
            reconciliation=UnitReconciliation("not_reconciled", None),
            lines=lines,
        )

    return sheet


def _held(row: Row | None) -> IndicatorRow | None:
    """None for what did not hold then."""
    return row if isinstance(row, IndicatorRow) and row.reason != "NOT_IN_FORCE" else None


def _line(one: Indicator, row: IndicatorRow, earlier: IndicatorRow | None, few: int) -> SheetLine:
    names = ("value", "numerator", "denominator", "points", "maximum", "band", "few", "reason", "rank", "of")
    return SheetLine(
        code=one.code,
        name=SheetName(*one.name),
        **{name: getattr(row, name) for name in names},
        before=None if earlier is None else MonthBefore(*(getattr(earlier, name) for name in MonthBefore.__struct_fields__)),
        movement=movement(_placed(row), None if earlier is None else _placed(earlier), few, one.of_dossiers),
    )


def _placed(row: IndicatorRow) -> Placed:
    return Placed(Rate(row.numerator, row.denominator), row.rank)


def table_of(sheet: MonthlySheet) -> tuple[list[str], list[list[str | int | float | bool | None]]]:
    """(columns, rows) for spreadsheets."""
    own = ("value", "numerator", "denominator", "points", "maximum", "band", "few", "reason", "rank", "of")
    head: Mapping[str, str | bool] = {name: getattr(sheet, name) for name in ("month", "first", "last", "complete", "as_of")}
    columns = ["unit", "unit_name", "code", "name_vi", "name_en", *own]
    columns += [f"before_{name}" for name in MonthBefore.__struct_fields__] + [f"movement_{name}" for name in Movement.__struct_fields__]
    rows = [
        [
            *(sheet.code, sheet.name, line.code, line.name.vi, line.name.en),
            *(getattr(line, name) for name in own),
            *(getattr(line.before, name, None) for name in MonthBefore.__struct_fields__),
            *msgspec.structs.astuple(line.movement),
            *head.values(),
            sheet.reconciliation.state,
        ]
        for line in sheet.lines
    ]
    return [*columns, *head, "reconciliation"], rows
