"""The windows of days over which rates are taken (`domain.md` §4). Days are local day numbers; both ends are inside."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from dunghen.domain.days import date_of, day_number

WINDOWS: tuple[str, ...] = ("today", "7d", "30d", "90d", "month", "quarter", "year")
_ROLLING = {"today": 1, "7d": 7, "30d": 30, "90d": 90}
_TO_DATE = {"month": 1, "quarter": 3, "year": 12}
_DAY = re.compile(r"(?:19[7-9]\d|20\d\d|210[0-5])-\d\d-\d\d", re.ASCII)
_NAMED = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)


class WindowError(ValueError):
    """There is no window of this name, or it has not begun."""


class Window(NamedTuple):
    """The days first..last."""

    first: int
    last: int


def resolve(name: str, today: int) -> Window:
    """The window of a name as seen on day `today`; it never reaches beyond today. Raises WindowError.

    `today 7d 30d 90d`: so many days including today; `month quarter year`: the calendar period to date; `2026-10 2026-Q3 2026`: that one.
    """
    if name in _ROLLING:
        return Window(today - _ROLLING[name] + 1, today)
    if name in _TO_DATE:
        now, months = date_of(today), _TO_DATE[name]
        return Window(day_number(date(now.year, (now.month - 1) // months * months + 1, 1)), today)
    first, last = _named(name)
    if first > today:
        raise WindowError("window has not begun yet")
    return Window(first, min(last, today))


def whole(name: str, today: int) -> Window:
    """The same without regard to how far it has come: to the end of the calendar period; a rolling window is whole. Raises WindowError."""
    window = resolve(name, today)
    if name in _ROLLING:
        return window
    if name in _TO_DATE:
        begin = date_of(window.first)
        return Window(window.first, _first_of(begin.year, begin.month + _TO_DATE[name]) - 1)
    return _named(name)


@lru_cache(maxsize=4096)
def period(name: str) -> Window:
    """The days of `2026`, `2026-Q3`, `2026-10` or `2026-10-03`: what a fact speaks of. Raises WindowError."""
    if not _DAY.fullmatch(name):
        return _named(name)
    try:
        day = day_number(date.fromisoformat(name))
    except ValueError:
        raise WindowError("there is no such day") from None
    return Window(day, day)


def before(window: Window) -> Window:
    """The equally long window just before."""
    return Window(2 * window.first - window.last - 1, window.first - 1)


def _named(name: str) -> Window:
    found = _NAMED.fullmatch(name)
    if not found or not 1970 <= int(found["year"]) <= 2105:
        raise WindowError("window is none of " + ", ".join(WINDOWS) + ", 2026-10, 2026-Q3, 2026")
    year = int(found["year"])
    months = 1 if found["month"] else 3 if found["quarter"] else 12
    month = int(found["month"] or (int(found["quarter"] or 1) - 1) * 3 + 1)
    return Window(_first_of(year, month), _first_of(year, month + months) - 1)


def _first_of(year: int, month: int) -> int:
    return day_number(date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1))
