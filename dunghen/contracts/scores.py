"""From a unit's day counters to the message that says them: the one place where `domain.rates` becomes a `UnitScore`."""

from __future__ import annotations

from collections.abc import Mapping

from dunghen.contracts.messages import RateCounts, UnitScore, WindowScore
from dunghen.domain.marks import DUE, DUE_MET, EARLY, LATE, ON_DAY, RECEIVED
from dunghen.domain.rates import DaySeries
from dunghen.domain.windows import Window, before


def unit_score(unit: str, series: DaySeries, days: tuple[int, int], windows: Mapping[str, Window]) -> UnitScore:
    """A unit at the end of a local day, in these windows and the equally long ones before them (`domain.md` §4).

    `days` = (day, the last day that is over). Policy and covers are the caller's to set.
    """
    day, over = days
    pending, overdue, paused = series.at(day)
    return UnitScore(
        unit=unit,
        day=day,
        policy=0,
        covers={},
        pending=pending,
        overdue=overdue,
        paused=paused,
        due_today=series.on(day, DUE),
        due_today_left=series.on(day, DUE) - series.on(day, DUE_MET),
        received_today=series.on(day, RECEIVED),
        finished_today=sum(series.on(day, counter) for counter in (EARLY, ON_DAY, LATE)),
        windows={name: _window_score(series, window, over) for name, window in windows.items()},
    )


def _window_score(series: DaySeries, window: Window, over: int) -> WindowScore:
    earlier = before(window)
    now, then = series.window(window.first, window.last, over), series.window(earlier.first, earlier.last, over)
    return WindowScore(
        first=window.first,
        last=window.last,
        counts=now.counts,
        rates={rate: RateCounts(*counts, *then.rates[rate]) for rate, counts in now.rates.items()},
    )
