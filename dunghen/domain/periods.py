"""Periods of a ranking (issue 7): a day, month, quarter or year by name, or a live window; and the equal one before. Pure.

A period is a live window as seen on some local day, so that one rule (`windows.resolve`) says what its days are.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from dunghen.domain.days import date_of, day_number
from dunghen.domain.windows import WINDOWS, Window, WindowError, resolve

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ROLLING = frozenset(("today", "7d", "30d", "90d"))


class Period(NamedTuple):
    """A live window's name and the local day on which it is taken; `complete`: all of its calendar period is in it."""

    name: str
    window: str
    day: int

    @property
    def days(self) -> Window:
        """The days of it, both ends inside."""
        return resolve(self.window, self.day)


def period_of(name: str, today: int) -> Period:
    """The period of a name as seen on day `today`: 2026-11-16, 2026-11, 2026-Q4, 2026 or a name of WINDOWS. Raises WindowError."""
    if name in WINDOWS:
        return Period(name, name, today)
    if _DAY.fullmatch(name):
        return Period(name, "today", _day(name, today))
    return Period(name, "quarter" if "Q" in name else "month" if "-" in name else "year", resolve(name, today).last)


def previous(period: Period) -> Period:
    """The equal period before: so many days earlier for a rolling one; of a calendar period the one before, whole if this one is whole,
    else its first days, as many as have passed of this one (all, where it is shorter).
    """
    first, last = period.days
    if period.window in _ROLLING:
        return period._replace(day=period.day - (last - first + 1))
    end = first - 1
    begin = resolve(period.window, end).first
    whole = resolve(period.window, last + 1).first > first
    return period._replace(day=end if whole else min(begin + last - first, end))


def _day(name: str, today: int) -> int:
    try:
        day = day_number(date.fromisoformat(name))
    except ValueError:
        raise WindowError("period is no date") from None
    if day > today or date_of(day).year < 1970:
        raise WindowError("period has not begun yet" if day > today else "period lies before 1970")
    return day
