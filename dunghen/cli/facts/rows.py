"""Rows of a table as statements for `POST /facts`. Faults name row and column, never what stands there.

Columns: `unit` (public or wire code, or the name), `code` (of the indicator's fact), `period` (`2026`, `2026-Q3`, `2026-10`,
`2026-10-03`), `numerator`, `denominator`, `kind` (`value`, `not_assessed`, `withdrawn`), `evidence` (a link). Numbers are whole, without
separators: by `1.234` one writer means a thousand times as much as another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dunghen.cli.sheets import Layout, Row
from dunghen.contracts.facts import FACT_KINDS, MOST, FactKind
from dunghen.domain.derived_facts import DERIVED_FACTS
from dunghen.domain.policy import Policy
from dunghen.domain.units import fold_text, normalise_wire_code
from dunghen.domain.windows import WindowError, period

LAYOUT = Layout(
    {
        "unit": ("đơn vị", "mã đơn vị"),
        "code": ("chỉ tiêu", "mã chỉ tiêu"),
        "period": ("kỳ",),
        "numerator": ("tử số",),
        "denominator": ("mẫu số",),
        "kind": ("loại",),
        "evidence": ("minh chứng",),
    },
    needed=("unit", "code", "period", "numerator"),
    beside=("unit_name", "source", "by", "stated_at"),
)
KIND_NAMES: dict[str, FactKind] = {"gia tri": "value", "khong danh gia": "not_assessed", "rut lai": "withdrawn"}
_WHOLE = re.compile(r"\d{1,16}", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}([.,'\s]\d{3})+([.,]\d+)?")
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """One row that can be told. `unit`: its public code, or the city's."""

    row: int
    unit: str
    code: str
    period: str
    kind: FactKind
    numerator: int
    denominator: int | None
    evidence: str

    @property
    def about(self) -> Key:
        return self.unit, self.code, self.period


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not told: its column and why."""

    row: int
    column: str
    why: str

    def line(self) -> str:
        return f"! row {self.row}, {self.column}: {self.why}"


class _Fault(Exception):
    def __init__(self, column: str, why: str) -> None:
        super().__init__(column, why)
        self.column, self.why = column, why


def statements(rows: Iterable[Row], policy: Policy, today: int) -> tuple[list[Statement], list[Refused]]:
    """What can be told and what cannot, in the order of rows. No period begins after the local day `today`.

    Of rows that say different things of the same unit, code and period none is told; that the same is said twice is harmless.
    """
    read = [_read(row, policy, today) for row in rows]
    told = [one for one in read if isinstance(one, Statement)]
    refused = [one for one in read if isinstance(one, Refused)]
    first: dict[Key, Statement] = {}
    contrary: set[Key] = set()
    for one in told:
        if _said(first.setdefault(one.about, one)) != _said(one):
            contrary.add(one.about)
    refused += [
        Refused(one.row, "the row", "another row says otherwise of the same unit, code and period") for one in told if one.about in contrary
    ]
    kept = [one for one in told if one.about not in contrary and first[one.about] is one]
    return kept, sorted(refused, key=lambda one: one.row)


def _said(one: Statement) -> tuple[object, ...]:
    return one.kind, one.numerator, one.denominator, one.evidence


def _read(row: Row, policy: Policy, today: int) -> Statement | Refused:
    try:
        return _statement(row, policy, today)
    except _Fault as fault:
        return Refused(row.number, f"column {fault.column}" if fault.column else "the row", fault.why)


def _statement(row: Row, policy: Policy, today: int) -> Statement:
    if row.extra:
        raise _Fault("", "has more cells than there are columns")
    kind = _kind(_text(row, "kind"))
    numerator, denominator = _amount(row, "numerator", needed=kind == "value"), _amount(row, "denominator", needed=False)
    if kind != "value" and (numerator is not None or denominator is not None):
        raise _Fault("numerator", f"must be empty where the kind is {kind}, and the denominator too")
    return Statement(
        row=row.number,
        unit=_unit(_needed(row, "unit"), policy),
        code=_code(_needed(row, "code"), policy),
        period=_period(_needed(row, "period"), today),
        kind=kind,
        numerator=numerator or 0,
        denominator=denominator,
        evidence=_text(row, "evidence"),
    )


def _text(row: Row, column: str) -> str:
    cell = row.cell(column)
    if cell.fault:
        raise _Fault(column, cell.fault)
    return cell.text


def _needed(row: Row, column: str) -> str:
    text = _text(row, column)
    if not text:
        raise _Fault(column, "is missing")
    return text


def _unit(given: str, policy: Policy) -> str:
    city = policy.city
    if normalise_wire_code(given) == city.code or fold_text(given) in _names_of_city(city.name):
        return city.code
    found = policy.catalogue.resolve(given, "", city.code)
    if found.unit is None:
        raise _Fault("unit", "several units have this name" if found.reason == "AMBIGUOUS_UNIT" else "is no unit of this city")
    return found.unit.code


def _names_of_city(name: str) -> Iterator[str]:
    return (fold_text(prefix + name) for prefix in ("", "thành phố ", "tỉnh "))


def _code(given: str, policy: Policy) -> str:
    if given not in policy.indicators.fact_codes - DERIVED_FACTS:
        raise _Fault("code", "no indicator in force is made of it, or nobody tells it")
    return given


def _period(given: str, today: int) -> str:
    try:
        first = period(given).first
    except WindowError:
        raise _Fault("period", "is none like 2026, 2026-Q3, 2026-10 or 2026-10-03") from None
    if first > today:
        raise _Fault("period", "has not begun")
    return given


def _kind(given: str) -> FactKind:
    found = next((kind for kind in FACT_KINDS if kind == given), None) or KIND_NAMES.get(fold_text(given)) if given else "value"
    if found is None:
        raise _Fault("kind", f"is none of {', '.join(FACT_KINDS)}")
    return found


def _amount(row: Row, column: str, *, needed: bool) -> int | None:
    given = _needed(row, column) if needed else _text(row, column)
    if not given:
        return None
    if _GROUPED.fullmatch(given):
        raise _Fault(column, "has separators: write 1234, not 1.234 or 1,234")
    if not _WHOLE.fullmatch(given) or int(given) > MOST:
        raise _Fault(column, f"is no whole number from 0 to {MOST}")
    return int(given)
