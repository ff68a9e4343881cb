"""From day counters to rates: sums over days, windows, the state at the end of any day (`domain.md` §4). Days are arguments: no clock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import NamedTuple

from dunghen.domain.marks import (
    COUNTERS,
    DUE,
    DUE_MET,
    EARLY,
    FIRST_DUE,
    FIRST_MET,
    IN_A_WINDOW,
    LATE,
    ON_DAY,
    OVERDUE,
    PAUSED,
    PENDING,
    RECEIVED,
)

RATES = ("official", "resolved", "due_cohort", "statutory")
_ZERO = (0,) * len(COUNTERS)


class Rate(NamedTuple):
    """A share of whole dossiers. Compare by cross-multiplication (`domain.bands`, `domain.ranking`), never by `value`."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """0 to 1; None where nothing occurred ("không phát sinh"), which is not 0."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """What a unit did from one local day to another, both included.

    `counts` has every name of `marks.IN_A_WINDOW`: `on_day` holds `undated`; `otherwise` is a part of early, on_day and late.
    """

    counts: dict[str, int]
    rates: dict[str, Rate]


class Violation(NamedTuple):
    """The first day on which the counters of a unit contradict each other, and how."""

    day: int
    reason: str  # UNBALANCED, NEGATIVE, PAUSED_BEYOND_PENDING
    detail: str


class DaySeries:
    """The day counters of one unit, in the order of `marks.COUNTERS`, with prefix sums: any window is a subtraction of two rows.

    Changing a day costs the rows from that day on, at the next question.
    """

    __slots__ = ("_clean", "_counters", "_days", "_sums")

    def __init__(self, days: Mapping[int, Sequence[int]] | None = None) -> None:
        self._counters = {day: list(counters) for day, counters in (days or {}).items() if any(counters)}
        self._days = sorted(self._counters)
        self._sums: list[Sequence[int]] = [_ZERO]  # row i: the sums of the first i days
        self._clean = 0  # so many days are summed up

    @property
    def days(self) -> Sequence[int]:
        """The local days that have any counter, in order."""
        return self._days

    def put(self, day: int, counters: Sequence[int]) -> None:
        """Sets the counters of one day; all zero removes it."""
        self._set(day, list(counters))

    def add(self, day: int, differences: Iterable[int]) -> None:
        """Adds to the counters of one day."""
        self._set(day, list(map(add, self._counters.get(day, _ZERO), differences)))

    def _set(self, day: int, counters: list[int]) -> None:
        place = bisect_left(self._days, day)
        known = day in self._counters
        if any(counters):
            self._counters[day] = counters
            if not known:
                self._days.insert(place, day)
        elif known:
            del self._counters[day]
            del self._days[place]
        if place < self._clean:
            self._clean = place

    def on(self, day: int, counter: int) -> int:
        """One counter of one day."""
        return self._counters.get(day, _ZERO)[counter]

    def total(self, first: int, last: int, counter: int) -> int:
        """The sum of one counter over the days first..last."""
        return self._before(last + 1)[counter] - self._before(first)[counter] if first <= last else 0

    def at(self, day: int) -> tuple[int, int, int]:
        """(pending, overdue, paused) at the end of a day; paused is a part of pending."""
        sums = self._before(day + 1)
        return sums[PENDING], sums[OVERDUE], sums[PAUSED]

    def window(self, first: int, last: int, over: int) -> WindowCounts:
        """Counts and rates of the days first..last, as they stand at the end of day `last`.

        `over` is the last day that is over (live: yesterday): a due day enters the two cohorts only then.
        """
        begin, until = self._before(first), self._before(last + 1)
        closed = until if over >= last else self._before(max(over + 1, first))
        early, on_day, late = (until[c] - begin[c] for c in (EARLY, ON_DAY, LATE))
        good, pending = early + on_day, until[PENDING]
        rates = {
            "official": Rate(good + pending, good + late + pending + until[OVERDUE]),
            "resolved": Rate(good, good + late),
            "due_cohort": Rate(closed[DUE_MET] - begin[DUE_MET], closed[DUE] - begin[DUE]),
            "statutory": Rate(closed[FIRST_MET] - begin[FIRST_MET], closed[FIRST_DUE] - begin[FIRST_DUE]),
        }
        return WindowCounts({name: until[c] - begin[c] for name, c in IN_A_WINDOW.items()}, rates)

    def first_violation(self, since: int | None = None) -> Violation | None:
        """The first day (from `since` on) on which Σ received ≠ Σ finished + pending + overdue, or a sum is below zero."""
        self._sum_up()
        start = 0 if since is None else bisect_left(self._days, since)
        for day, sums in zip(self._days[start:], self._sums[start + 1 :], strict=True):
            if (found := _violation(day, sums)) is not None:
                return found
        return None

    def _before(self, day: int) -> Sequence[int]:
        """The sums of all days before one."""
        if self._clean < len(self._days):
            self._sum_up()
        return self._sums[bisect_left(self._days, day)]

    def _sum_up(self) -> None:
        sums, counters = self._sums, self._counters
        del sums[self._clean + 1 :]
        row = sums[-1]
        for day in self._days[self._clean :]:
            row = list(map(add, row, counters[day]))
            sums.append(row)
        self._clean = len(self._days)


def _violation(day: int, sums: Sequence[int]) -> Violation | None:
    if min(sums) < 0:
        return Violation(day, "NEGATIVE", f"{COUNTERS[sums.index(min(sums))]} {min(sums)}")
    finished, open_now = sums[EARLY] + sums[ON_DAY] + sums[LATE], sums[PENDING] + sums[OVERDUE]
    if sums[RECEIVED] != finished + open_now:
        return Violation(day, "UNBALANCED", f"received {sums[RECEIVED]}, finished {finished}, open {open_now}")
    if sums[PAUSED] > sums[PENDING]:
        return Violation(day, "PAUSED_BEYOND_PENDING", f"paused {sums[PAUSED]}, pending {sums[PENDING]}")
    return None
