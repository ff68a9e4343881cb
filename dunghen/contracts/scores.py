"""From a unit's day counters to the message that says them: the one place where `domain.rates` becomes a `UnitScore`.

Beside the windows that people ask for, a score has one of the days since each change of an indicator's definition (`since 20780`): a window
that spans the change is counted by both as a difference of two (decision 0023).
"""

from __future__ import annotations

from collections.abc import Mapping

from dunghen.contracts.messages import RateCounts, UnitScore, WindowScore
from dunghen.domain.indicator_values import Inputs, Tally, UnitFacts
from dunghen.domain.indicators import IndicatorBook
from dunghen.domain.marks import DUE, DUE_MET, EARLY, LATE, ON_DAY, RECEIVED
from dunghen.domain.rates import DaySeries
from dunghen.domain.windows import WINDOWS, Window, before, resolve, whole

_SINCE = "since "


def live_windows(book: IndicatorBook, today: int) -> dict[str, Window]:
    """The windows of a score on local day `today`: those of `domain.md` §4, and the days since each change of definition in them."""
    windows = {name: resolve(name, today) for name in WINDOWS}
    return windows | since_windows(book, Window(min(window.first for window in windows.values()), today))


def since_windows(book: IndicatorBook, window: Window) -> dict[str, Window]:
    """For each change of definition inside a window the days from it to the window's end."""
    return {f"{_SINCE}{day}": Window(day, window.last) for day in book.edges(window)}


def asked_windows(score: UnitScore) -> list[str]:
    """The windows of a score that people ask for, in its order."""
    return [name for name in score.windows if not name.startswith(_SINCE)]


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


def inputs_of(score: UnitScore, name: str, facts: UnitFacts) -> Inputs:
    """What the indicators of a unit are made of in one window of its score. Raises KeyError for a window that the score lacks."""
    of = score.windows[name]
    window = Window(of.first, of.last)
    since = {int(other.removeprefix(_SINCE)): _tally(counts) for other, counts in score.windows.items() if other.startswith(_SINCE)}
    return Inputs(window, whole(name, score.day), _tally(of), {day: tally for day, tally in since.items() if day > window.first}, facts)


def _tally(window: WindowScore) -> Tally:
    return Tally(window.counts, {name: (rate.numerator, rate.denominator) for name, rate in window.rates.items()})
