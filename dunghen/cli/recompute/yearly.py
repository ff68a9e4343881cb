"""Sheets and ranks of yearly sets by the batch path, from the policy's bodies and the facts of the year (issue 7; decision 0027)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dunghen.cli.recompute.fact_table import OWN, FactRow, days_of, holds_on
from dunghen.cli.recompute.indicator_points import Figures, Found
from dunghen.cli.recompute.indicators import CITY, KINDS, Asked, Definitions
from dunghen.cli.recompute.looks import Look, looks_of

NOTHING = Found(0, 0, "NO_INPUTS", None, 0)
_LACKING = ("NO_INPUTS", "NOT_IN_FORCE")


@dataclass(frozen=True)
class BatchSheet:
    """One unit: by criterion the reviewed and the own value; the totals of both; its class, and its rank of so many in its kind."""

    kind: str
    criteria: Mapping[str, tuple[Found, Found]]
    total: Found
    own: Found
    standing: str
    rank: int | None = None
    of: int = 0

    @property
    def complete(self) -> bool:
        return self.total.maximum > 0 and not any(reviewed.reason in _LACKING for reviewed, _ in self.criteria.values())

    @property
    def ranked_by(self) -> tuple[int, int]:
        """Numerator and denominator of its value; (0, 0) of what has no rank."""
        return self.total.whole if self.complete and self.kind != CITY else (0, 0)


def yearly_sheets(bodies: Mapping[str, Any], facts: Iterable[FactRow], of: tuple[str, str]) -> dict[str, BatchSheet]:
    """{unit, or `city`: sheet} of a set and year, `of`; the city's only where the set is of the city alone."""
    code, year = of
    body = next(one for one in bodies["indicators"]["sets"] if one["code"] == code)
    first, last = days_of(year)
    told = [fact for fact in facts if fact[2:4] == (first, last)]
    criteria = [one for one in body["indicators"] if holds_on(one, last)]
    kinds = {kind for one in criteria for kind in one.get("kinds", KINDS)}
    units = {
        unit["code"]: (unit["code"], unit["kind"]) for unit in bodies["units"]["units"] if holds_on(unit, last) and unit["kind"] in kinds
    }
    asked, window = Asked(units, {}, bodies["city"]["code"]), (year, first, last, last)
    reviewed = _figures({"sets": [body]}, window, asked, [fact for fact in told if not fact[1].endswith(OWN)])
    manual = {**body, "indicators": [one for one in body["indicators"] if one["kind"] == "manual"]}
    own = _figures(
        {"sets": [manual]}, window, asked, [(fact[0], fact[1].removesuffix(OWN), *fact[2:]) for fact in told if fact[1].endswith(OWN)]
    )
    named = {**{unit: kind for unit, (_, kind) in units.items()}, **({CITY: CITY} if kinds == {CITY} else {})}
    look = looks_of(bodies, last).measures[code]
    names = year, code, [one["code"] for one in criteria]
    sheets = {unit: _sheet(unit, (kind, look), names, (reviewed, own)) for unit, kind in named.items()}
    places = look.places({unit: (sheet.kind, *sheet.ranked_by) for unit, sheet in sheets.items()})
    return {unit: replace(sheet, rank=places[unit][0], of=places[unit][1]) for unit, sheet in sheets.items()}


def _figures(body: Mapping[str, Any], window: tuple[str, int, int, int], asked: Asked, facts: list[FactRow]) -> Figures:
    definitions = Definitions(body, [window])
    try:
        return definitions.figures(asked, (facts, ()))
    finally:
        definitions.close()


def _sheet(unit: str, of: tuple[str, Look], names: tuple[str, str, list[str]], found: tuple[Figures, Figures]) -> BatchSheet:
    """`of`: its kind, and how the set's total looks; `names`: the year, the set, its criteria."""
    (kind, look), (year, code, codes) = of, names
    reviewed, own = ({name: figures.get((unit, year, name), NOTHING) for name in (*codes, code)} for figures in found)
    criteria = {name: (reviewed[name], own[name]) for name in codes}
    return BatchSheet(kind, criteria, reviewed[code], own[code], look.standing(*reviewed[code].whole))
