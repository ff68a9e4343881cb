"""When a dossier crosses the stages at which somebody is told (`product.md`, Alerts; instants, not days: `domain.md` §4). Pure.

Time left is working time. A long term is measured in per cent of itself without its pauses, a short one in working hours that remain; what
ends, stands still or has no due date crosses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dunghen.domain.policy import Policy
from dunghen.domain.policy_parts import Stage
from dunghen.domain.reckoning import reckon


class Crossing(NamedTuple):
    """The instant from which on a stage holds; `place` is the stage's place in the policy."""

    at: int
    place: int
    stage: Stage


class Facts(NamedTuple):
    """What may be told of an open dossier. Instants in seconds since 1970 UTC; `due_at` 0: no due date, or the clock is stopped."""

    unit: str
    procedure: str
    received_at: int
    due_at: int
    paused: tuple[tuple[int, int], ...] = ()


def facts_of(record: bytes, policy: Policy) -> tuple[Facts | None, str]:
    """The facts, and why nothing is to be told now: PAUSED, UNDATED; where the dossier is not open no facts: OUTSIDE, ENDED.

    Raises ValueError for a record that cannot be read.
    """
    found = reckon(record, policy.rules)
    if found is None:
        return None, "OUTSIDE"
    if found.end.at:
        return None, "ENDED"
    paused = tuple((pause.began, pause.ended) for pause in found.pauses if pause.ended)
    facts = Facts(found.head.unit, found.head.procedure, found.received_at, found.due_at, paused)
    if found.due_at:
        return facts, ""
    return facts, "PAUSED" if found.stopped else "UNDATED"


def crossings(facts: Facts, policy: Policy) -> list[Crossing]:
    """Every stage that applies to the dossier's term with its instant, the earliest first; stages of one instant in the policy's order.

    A stage of so many hours left does not apply to a term that is no longer than that, except the end itself.
    """
    if not facts.due_at:
        return []
    calendar = policy.calendar
    term = max(0, calendar.between(facts.received_at, facts.due_at) - sum(calendar.between(a, b) for a, b in facts.paused))
    kind = "short" if term <= policy.short_term_seconds else "long"
    found = []
    for place, stage in enumerate(policy.stages):
        left = _left(stage, term)
        if stage.terms == kind and (left < term or left <= 0):
            found.append(Crossing(calendar.add(facts.due_at, -left), place, stage))
    return sorted(found)


def _left(stage: Stage, term: int) -> int:
    """Working seconds before the due instant; negative behind it."""
    if stage.percent is None:
        return stage.remaining_seconds or 0
    return term * (100 - stage.percent) // 100


def is_breach(stage: Stage) -> bool:
    """Whether the stage lies at or behind the due instant."""
    return (stage.percent or 0) >= 100 or stage.remaining_seconds == 0


def next_crossing(ahead: Sequence[Crossing], after: int) -> int:
    """The first instant later than `after` at which a stage is crossed; 0: none."""
    return next((c.at for c in ahead if c.at > after), 0)
