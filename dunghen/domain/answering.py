"""What people may say of a dossier's notices, and how far they may put them off. Pure. Instants are seconds since 1970 UTC."""

from __future__ import annotations

from typing import Literal, get_args

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.manners import ActionKind

SnoozeReason = Literal["WAITING_OTHER_UNIT", "ON_SITE", "CITIZEN_ASKED", "OTHER"]
DisputeReason = Literal["WRONG_STATUS", "WRONG_DATE", "WRONG_UNIT", "ALREADY_FINISHED", "OTHER"]
REASONS: dict[ActionKind, tuple[str, ...]] = {"snooze": get_args(SnoozeReason), "dispute": get_args(DisputeReason)}
LONGEST_SNOOZE = 5 * 8 * 3600  # working seconds: five days of 8 hours (NĐ 118/2025)
LONGEST_KEPT = 31 * 86400  # of the city's time: longer than five working days with Tết in between
CLOCK_SLACK = 2 * 86400  # a clock may be put back by a day, and what was said before holds all the same


def reason_fits(kind: ActionKind, reason: str) -> bool:
    """Snoozing and disputing say why, by a code of their own list (a text could name somebody); the others may not."""
    return reason in REASONS.get(kind, ("",))


def may_snooze(until: int, now: int, due_at: int, calendar: WorkingCalendar) -> bool:
    """Whether notices may wait till then: later than now, at most five working days ahead, before the dossier is due (0: it is not)."""
    return now < until <= calendar.add(now, LONGEST_SNOOZE) and (not due_at or until < due_at)


def bounded(at: int, until: int, now: int) -> tuple[int, int]:
    """When something was said and till when it holds, as far as whoever wrote it may be believed: what lay ahead of every clock, or held
    for ever, would silence a dossier for good.
    """
    at = at if at <= now + CLOCK_SLACK else now
    return at, min(until, at + LONGEST_KEPT)
