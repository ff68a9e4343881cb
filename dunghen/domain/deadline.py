"""When a time limit ends (`domain.md` §3; NĐ 118/2025/NĐ-CP, TT 03/2025/TT-VPCP)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import date_of, day_number

LimitUnit = Literal["hours", "working_days", "days", "months"]
LIMIT_UNITS: tuple[LimitUnit, ...] = ("hours", "working_days", "days", "months")


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a procedure may take: working hours, working days of one full day's hours, calendar days, or months."""

    amount: int
    unit: LimitUnit

    @property
    def in_calendar_days(self) -> bool:
        """Whether every day counts, so that pauses do too in whole calendar days."""
        return self.unit in ("days", "months")


def due_at(received: int, limit: TimeLimit, calendar: WorkingCalendar) -> int:
    """The instant by which a dossier received at an instant has to be finished.

    Hours and working days run in working time (one working day = `calendar.day_seconds`). Days and months count from the day on which work
    can begin, roll forward off a day off, and end with that day's hours. What comes in after hours counts from the next morning.
    """
    match limit.unit:
        case "hours":
            return calendar.add(received, limit.amount * 3600)
        case "working_days":
            return calendar.add(received, limit.amount * calendar.day_seconds)
        case "days":
            day = calendar.start_day(received) + limit.amount
        case "months":
            day = _months_later(calendar.start_day(received), limit.amount)
    return calendar.end_of(calendar.roll_forward(day))


def _months_later(day: int, months: int) -> int:
    start = date_of(day)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return day_number(date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])))
