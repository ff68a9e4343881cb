"""For which periods an indicator can have a value, by the periods that its facts are told by (decision 0023: a fact of `sum` counts where
its whole period lies within). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from dunghen.domain.indicators import Indicator

PeriodKind = Literal["day", "month", "quarter", "year"]
PERIOD_KINDS: tuple[PeriodKind, ...] = ("day", "month", "quarter", "year")


def kind_of(period: str) -> PeriodKind:
    """Of a fact's period (2026-10-03, 2026-10, 2026-Q3, 2026) or a window: a rolling one is of days."""
    if period in PERIOD_KINDS:
        return period
    if "Q" in period:
        return "quarter"
    dashes = period.count("-")
    return "day" if dashes == 2 or not period[:4].isdigit() else "month" if dashes else "year"


def periods_for(definitions: Iterable[Indicator], told: Mapping[str, Iterable[str]]) -> list[PeriodKind]:
    """The kinds of period in which any of these has a value by what was told: `told` by code, the periods of its facts.

    Of facts that are added up none shorter than the shortest that was told; what dossiers, tasks and standing facts feed has all. None: a
    fact that is needed was never told.
    """
    found = {kind for one in definitions for kind in _periods(one, told)}
    return [kind for kind in PERIOD_KINDS if kind in found]


def _periods(one: Indicator, told: Mapping[str, Iterable[str]]) -> tuple[PeriodKind, ...]:
    needed = {term.name for term in one.terms if term.of == "fact"}
    shortest = [min((PERIOD_KINDS.index(kind_of(period)) for period in told.get(code, ())), default=len(PERIOD_KINDS)) for code in needed]
    if one.facts_over == "latest":
        return PERIOD_KINDS if all(place < len(PERIOD_KINDS) for place in shortest) else ()
    return PERIOD_KINDS[max(shortest, default=0) :]
