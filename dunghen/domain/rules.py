"""What the fold core has to know of a city's rules: its time, its procedures' limits, and what a supplement does to the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone
from dunghen.domain.deadline import TimeLimit

SupplementRule = Literal["subtract", "restart", "first_only"]
SUPPLEMENT_RULES: tuple[SupplementRule, ...] = get_args(SupplementRule)


def _no_limit(procedure: str, day: int) -> TimeLimit | None:
    return None


def _subtract(day: int) -> SupplementRule:
    return "subtract"


@dataclass(frozen=True, slots=True)
class DossierRules:
    """`domain.md` §3: a dossier keeps the rule under which it was received, so both functions are asked with the day received.

    `limit_of(procedure, day)`: the procedure's time limit, None where nobody knows it.
    `supplement_rule_on(day)`: how supplement requests move a promise.
    """

    zone: Zone
    calendar: WorkingCalendar
    limit_of: Callable[[str, int], TimeLimit | None] = _no_limit
    supplement_rule_on: Callable[[int], SupplementRule] = _subtract
