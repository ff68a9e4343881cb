"""Follow-up of violations in the handling of dossiers (Chỉ thị 07/CT-UBND of 21 July 2015; issue 7): opened → explained → closed. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

Violation = Literal[
    "late_result", "papers_beyond_rules", "wrongly_refused", "repeated_supplement", "no_apology", "due_date_moved", "conduct", "other"
]
VIOLATIONS: tuple[Violation, ...] = (
    "late_result",
    "papers_beyond_rules",
    "wrongly_refused",
    "repeated_supplement",
    "no_apology",
    "due_date_moved",
    "conduct",
    "other",
)


class FollowUpState(StrEnum):
    """How far a follow-up has come."""

    OPENED = "opened"
    EXPLAINED = "explained"
    CLOSED = "closed"


class FollowUpDays(NamedTuple):
    """Local days; None: not yet."""

    opened_on: int
    explained_on: int | None
    closed_on: int | None


def state_of(days: FollowUpDays, day: int) -> FollowUpState | None:
    """At the end of `day`; None: it was opened later. What was closed without an explanation is closed."""
    if days.opened_on > day:
        return None
    if days.closed_on is not None and days.closed_on <= day:
        return FollowUpState.CLOSED
    if days.explained_on is not None and days.explained_on <= day:
        return FollowUpState.EXPLAINED
    return FollowUpState.OPENED
