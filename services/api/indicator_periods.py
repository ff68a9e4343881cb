"""For which periods units can be ranked by an indicator, and why none of them is in this one; pure (issue 7, rankings)."""

from __future__ import annotations

from collections.abc import Iterable

from dunghen.domain.indicator_values import Reason
from dunghen.domain.told_periods import PeriodKind, periods_for
from services.api.indicator_rows import IndicatorRow, Measure
from services.api.rows import Row
from services.api.views import Scene

NOT_FOR_PERIOD = "NOT_FOR_PERIOD"
MEANING = ("Số liệu được báo cáo theo kỳ dài hơn: không có cho kỳ này", "It is told by longer periods than this one")
_SAID_FIRST = (Reason.VALUE, Reason.NOTHING_OCCURRED, Reason.NOT_ASSESSED, Reason.NO_INPUTS, Reason.NOT_FOR_KIND)


def periods_of(scene: Scene, measure: Measure) -> list[PeriodKind]:
    """The kinds of period for which what the units of a scene were told is enough, for one of them at least."""
    facts = {term.name for one in measure.definitions for term in one.terms if term.of == "fact"}
    told: dict[str, set[str]] = {name: set() for name in facts}
    for unit in scene.units():
        own = scene.facts.unit(unit.code)
        for name in facts & own.keys():
            told[name].update(own[name])
    return periods_for(measure.definitions, told)


def reason_of(rows: Iterable[Row], asked: PeriodKind, periods: list[PeriodKind]) -> str:
    """VALUE where any unit has one, else why none has: NOT_FOR_PERIOD where what they were told is of longer periods than this."""
    given = {row.reason for row in rows if isinstance(row, IndicatorRow)}
    found = next((reason for reason in _SAID_FIRST if reason.value in given), Reason.NO_INPUTS)
    return NOT_FOR_PERIOD if found is Reason.NO_INPUTS and periods and asked not in periods else found.value
