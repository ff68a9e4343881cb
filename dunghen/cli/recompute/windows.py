"""The windows of `domain.md` §4 as the batch path reads them. Days are local day numbers."""

from __future__ import annotations

from datetime import date, timedelta

_EPOCH = date(1970, 1, 1)


def standard_windows(today: int) -> tuple[tuple[str, int, int], ...]:
    """(name, first day, last day) of every window that has a fixed name; all end today."""
    on = _EPOCH + timedelta(today)
    begins = {
        "today": on,
        "7d": on - timedelta(6),
        "30d": on - timedelta(29),
        "90d": on - timedelta(89),
        "month": on.replace(day=1),
        "quarter": on.replace(month=on.month - (on.month - 1) % 3, day=1),
        "year": on.replace(month=1, day=1),
    }
    return tuple((name, (begin - _EPOCH).days, today) for name, begin in begins.items())


def with_calendar_ends(today: int) -> tuple[tuple[str, int, int, int], ...]:
    """The same, each with the last day of its calendar period: of a rolling window its own last."""
    return tuple((name, first, last, _calendar_end(name, first, last)) for name, first, last in standard_windows(today))


def _calendar_end(name: str, first: int, last: int) -> int:
    months = {"month": 1, "quarter": 3, "year": 12}.get(name)
    if months is None:
        return last
    begin = _EPOCH + timedelta(first)
    after = begin.month + months
    return (date(begin.year + (after > 12), after - 12 if after > 12 else after, 1) - _EPOCH).days - 1
