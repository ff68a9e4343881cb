"""Sheets and ranks of yearly sets by the batch path, from the policy's bodies and the facts of the year (issue 7; decision 0027)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dunghen.cli.recompute.fact_table import OWN, FactRow, day_of, days_of
from dunghen.cli.recompute.indicator_points import Figures, Found
from dunghen.cli.recompute.indicators import CITY, KINDS, Asked, Definitions

NOTHING = Found(0, 0, "NO_INPUTS", None, 0)
_LACKING = ("NO_INPUTS", "NOT_IN_FORCE")


@dataclass(frozen=True)
class BatchSheet:
    """One unit: by criterion the reviewed and the own value; the total; its rank in its kind, None for none."""

    kind: str
    criteria: Mapping[str, tuple[Found, Found]]
    total: Found
    rank: int | None = None

    @property
    def complete(self) -> bool:
        return self.total.maximum > 0 and not any(reviewed.reason in _LACKING for reviewed, _ in self.criteria.values())


def yearly_sheets(bodies: Mapping[str, Any], facts: Iterable[FactRow], of: tuple[str, str]) -> dict[str, BatchSheet]:
    """{unit, or `city`: sheet} of a set and year, `of`; the city's only where the set is of the city alone."""
    code, year = of
    body = next(one for one in bodies["indicators"]["sets"] if one["code"] == code)
    first, last = days_of(year)
    told = [fact for fact in facts if fact[2:4] == (first, last)]
    kinds = {kind for one in body["indicators"] for kind in one.get("kinds", KINDS)}
    units = {
        unit["code"]: (unit["code"], unit["kind"]) for unit in bodies["units"]["units"] if _is_there(unit, last) and unit["kind"] in kinds
    }
    asked, window = Asked(units, {}, bodies["city"]["code"]), (year, first, last, last)
    reviewed = _figures({"sets": [body]}, window, asked, [fact for fact in told if not fact[1].endswith(OWN)])
    manual = {**body, "indicators": [one for one in body["indicators"] if one["kind"] == "manual"]}
    own = _figures(
        {"sets": [manual]}, window, asked, [(fact[0], fact[1].removesuffix(OWN), *fact[2:]) for fact in told if fact[1].endswith(OWN)]
    )
    named = {**{unit: kind for unit, (_, kind) in units.items()}, **({CITY: CITY} if kinds == {CITY} else {})}
    codes = list(dict.fromkeys(one["code"] for one in body["indicators"]))
    sheets = {unit: _sheet(unit, kind, (year, code, codes), (reviewed, own)) for unit, kind in named.items()}
    return {unit: _ranked(sheet, sheets.values()) for unit, sheet in sheets.items()}


def _figures(body: Mapping[str, Any], window: tuple[str, int, int, int], asked: Asked, facts: list[FactRow]) -> Figures:
    definitions = Definitions(body, [window])
    try:
        return definitions.figures(asked, (facts, ()))
    finally:
        definitions.close()


def _sheet(unit: str, kind: str, of: tuple[str, str, list[str]], found: tuple[Figures, Figures]) -> BatchSheet:
    year, code, codes = of
    reviewed, own = ({name: figures.get((unit, year, name), NOTHING) for name in (*codes, code)} for figures in found)
    return BatchSheet(kind, {name: (reviewed[name], own[name]) for name in codes}, reviewed[code])


def _ranked(sheet: BatchSheet, sheets: Iterable[BatchSheet]) -> BatchSheet:
    """1 + how many better values there are among the complete sheets of its kind."""
    if not sheet.complete or sheet.kind == CITY:
        return sheet
    better = {_share(one) for one in sheets if one.kind == sheet.kind and one.complete and _share(one) > _share(sheet)}
    return BatchSheet(sheet.kind, sheet.criteria, sheet.total, 1 + len(better))


def _share(sheet: BatchSheet) -> Fraction:
    return (sheet.total.points or Fraction(0)) / sheet.total.maximum


def _is_there(unit: Mapping[str, Any], day: int) -> bool:
    begin, end = unit.get("valid_from"), unit.get("valid_to")
    return (begin is None or day_of(begin) <= day) and (end is None or day <= day_of(end))
