"""When a time limit ends (`domain.md` §3; NĐ 118/2025/NĐ-CP, TT 03/2025/TT-VPCP), and how a pause moves it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import DAY_SECONDS, date_of, day_number

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


def extend(due: int, pause: tuple[int, int], unit: LimitUnit, calendar: WorkingCalendar) -> int:
    """The due instant after a pause (began, ended): later by its working time, or by its calendar days for terms in days and months.

    A pause begun after the due day changes nothing.
    """
    began, ended = pause
    day_of = calendar.zone.day_of
    due_day = day_of(due)
    if ended <= began or day_of(began) > due_day:
        return due
    if unit in ("hours", "working_days"):
        return calendar.add(due, calendar.between(began, ended))
    days = day_of(ended) - day_of(began)
    return _at_same_time(due, calendar.roll_forward(due_day + days), calendar) if days else due


def _at_same_time(at: int, day: int, calendar: WorkingCalendar) -> int:
    zone = calendar.zone
    return zone.at(day, (at + zone.offset_at(at)) % DAY_SECONDS)


def _months_later(day: int, months: int) -> int:
    start = date_of(day)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return day_number(date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])))
