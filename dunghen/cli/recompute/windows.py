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
