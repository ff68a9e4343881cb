"""Yearly sets: what a unit says of itself, what its reviewer gives, and the ranks of a year (issue 7; decision 0027). Pure, exact.

The points that count are the reviewer's. Ranks are dense, within one kind of unit, by points ÷ maxima of what was assessed; a unit of
which a criterion still lacks its points has no rank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from dunghen.domain.indicator_values import IndicatorValue, Inputs, Reason, Tally, Total, UnitFacts, evaluate, total_of
from dunghen.domain.indicators import Indicator, IndicatorBook, IndicatorSet, Term
from dunghen.domain.ranking import dense_ranks
from dunghen.domain.windows import period

SELF = "~self"  # behind the code of a fact: what the unit gives itself; no code of a definition has a tilde
LEFT_OUT = (Reason.NOT_ASSESSED, Reason.NOT_FOR_KIND, Reason.NOTHING_OCCURRED)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One indicator of a yearly set for one unit: `reviewed` counts; `own` is what the unit gives itself (of `manual` ones alone)."""

    definition: Indicator
    reviewed: IndicatorValue
    own: IndicatorValue

    @property
    def gap(self) -> Fraction | None:
        """Own points minus reviewed ones; None where either is missing."""
        if self.reviewed.points is None or self.own.points is None:
            return None
        return self.own.points - self.reviewed.points


@dataclass(frozen=True, slots=True)
class Sheet:
    """A unit's year. `complete`: no criterion that is for it lacks its reviewed points."""

    criteria: tuple[Criterion, ...]
    total: Total
    own: Total

    @property
    def complete(self) -> bool:
        return bool(self.total.maximum) and all(c.reviewed.points is not None or c.reviewed.reason in LEFT_OUT for c in self.criteria)


def own_version(definition: Indicator) -> Indicator:
    """The same definition made of what units give themselves."""

    def own(terms: Iterable[Term]) -> tuple[Term, ...]:
        return tuple(Term("fact", term.name + SELF) for term in terms)

    return replace(definition, numerator=own(definition.numerator), denominator=own(definition.denominator))


def own_value(versions: Iterable[Indicator], inputs: Inputs, kind: str = "") -> IndicatorValue:
    """What a unit gives itself by an indicator; only of `manual` ones can there be a value."""
    given = list(versions)
    if any(one.kind != "manual" for one in given):
        return IndicatorValue(0, 0, Reason.NO_INPUTS)
    return evaluate(map(own_version, given), inputs, kind)


def sheet_of(book: IndicatorBook, of: IndicatorSet, year: str, unit: tuple[UnitFacts, str]) -> Sheet:
    """The sheet of a unit, `unit` = (its facts, its kind; "": the city), by the facts of that year alone."""
    facts, kind = unit
    days = period(year)
    of_year = {code: {year: periods[year]} for code, periods in facts.items() if year in periods}
    inputs = Inputs(days, days, Tally({}, {}), facts=of_year)
    criteria = tuple(_criterion(book, one, inputs, kind) for one in book.of_set(of.code, days.last))
    return Sheet(criteria, total_of(of, (c.reviewed for c in criteria)), total_of(of, (c.own for c in criteria)))


def _criterion(book: IndicatorBook, one: Indicator, inputs: Inputs, kind: str) -> Criterion:
    versions = book.versions[one.code]
    return Criterion(one, evaluate(versions, inputs, kind), own_value(versions, inputs, kind))


def ranks_of(sheets: Mapping[str, Sheet]) -> dict[str, int]:
    """Dense ranks of the complete sheets, 1 the best: to be called once for each kind of unit."""
    return dense_ranks(((code, *sheet.total.share) for code, sheet in sheets.items() if sheet.complete), 1)
