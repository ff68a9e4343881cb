"""Working time of a city (`domain.md` §3): weekly hours, and a table of single days that are off or have hours of their own.

Prefix sums over days make `between` a subtraction and `add` a bisect, however far the instants lie apart.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from itertools import accumulate

from dunghen.domain.days import DAY_SECONDS, LAST_INSTANT, Zone, weekday_of

Hours = tuple[tuple[int, int], ...]  # (from, until) in seconds of the local day, in order, not overlapping

VIETNAM_HOURS: Hours = ((25200, 41400), (48600, 61200))  # 07:00–11:30, 13:30–17:00
_FIRST_DAY = -1  # instant 0 lies there west of Greenwich
_DAYS = LAST_INSTANT // DAY_SECONDS + 3


class WorkingCalendar:
    """When a city works. Instants are seconds since 1970 UTC, days local day numbers.

    `overrides` maps a day to the hours of that day alone, `()` for a day off. Results are held within 1970–2106. Immutable.
    """

    def __init__(
        self, zone: Zone, hours: Hours = VIETNAM_HOURS, weekend: tuple[int, ...] = (5, 6), overrides: Mapping[int, Hours] | None = None
    ) -> None:
        self.zone, self.hours, self.weekend, self.overrides = zone, hours, weekend, dict(overrides or {})
        self.day_seconds = sum(until - begin for begin, until in hours)
        self._week = tuple(() if weekday in weekend else hours for weekday in range(7))
        self._before = self._prefix_sums()
        self._spans: dict[int, Hours] = {}

    def hours_on(self, day: int) -> Hours:
        """The working hours of one day; empty when it is off."""
        own = self.overrides.get(day)
        return self._week[weekday_of(day)] if own is None else own

    def is_working(self, day: int) -> bool:
        """Whether anybody works on that day."""
        return bool(self.hours_on(day))

    def open_at(self, at: int) -> bool:
        """Whether an instant lies in working hours; their first second does, their end does not."""
        day = self.zone.day_of(at)
        return any(self.zone.at(day, begin) <= at < self.zone.at(day, until) for begin, until in self.hours_on(day))

    def between(self, a: int, b: int) -> int:
        """Working seconds from instant a to instant b; negative if b is earlier."""
        return self._position(b) - self._position(a)

    def add(self, at: int, seconds: int) -> int:
        """The first instant by which so many working seconds have passed since `at`; for negative ones the last that leaves so many.

        So 17:00 plus one second is the next morning's first, and a time after hours counts from the next morning.
        """
        if seconds == 0:
            return at
        target = self._position(at) + seconds
        if target < 0:
            return 0
        if target > self._before[-1]:
            return LAST_INSTANT
        return self._first_at(target) if seconds > 0 else self._last_at(target)

    def roll_forward(self, day: int) -> int:
        """The day itself if it is a working day, else the next that is."""
        return self.next_working_day(day - 1)

    def next_working_day(self, day: int) -> int:
        """The first working day after a day."""
        index = _index(day + 1)
        return min(bisect_right(self._before, self._before[index]), len(self._before) - 1) - 1 + _FIRST_DAY

    def start_day(self, at: int) -> int:
        """The day from which a term counts that begins at an instant: after hours or on a day off, the next working day."""
        return self.zone.day_of(self.add(at, 1))

    def end_of(self, day: int) -> int:
        """The instant at which work ends on a day; of a day off, where the ordinary hours would end."""
        hours = self.hours_on(day) or self.hours
        return self.zone.at(day, hours[-1][1] if hours else DAY_SECONDS - 1)

    def _prefix_sums(self) -> list[int]:
        week = [self._length(self._week[weekday_of(_FIRST_DAY + i)]) for i in range(7)]
        lengths = (week * (_DAYS // 7 + 1))[:_DAYS]
        for day, hours in self.overrides.items():
            if 0 <= day - _FIRST_DAY < _DAYS:
                lengths[day - _FIRST_DAY] = self._length(hours)
        for day in self.zone.shifts():
            lengths[day - _FIRST_DAY] = sum(self.zone.at(day, until) - self.zone.at(day, begin) for begin, until in self.hours_on(day))
        return [0, *accumulate(lengths)]

    @staticmethod
    def _length(hours: Hours) -> int:
        return sum(until - begin for begin, until in hours)

    def _position(self, at: int) -> int:
        """Working seconds from the beginning of time to an instant."""
        day = self.zone.day_of(at)
        worked = self._before[_index(day)]
        for start, end in self._spans.get(day) or self._spans_of(day):
            if at <= start:
                break
            worked += (at if at < end else end) - start
        return worked

    def _spans_of(self, day: int) -> Hours:
        """The working hours of a day as instants; kept, since the days on which clocks stop and go on are few."""
        at = self.zone.at
        spans = self._spans[day] = tuple((at(day, begin), at(day, until)) for begin, until in self.hours_on(day))
        return spans

    def _first_at(self, position: int) -> int:
        index = bisect_left(self._before, position) - 1
        day, left = index + _FIRST_DAY, position - self._before[index]
        for start, end in self._spans.get(day) or self._spans_of(day):
            if left <= end - start:
                return start + left
            left -= end - start
        raise AssertionError("prefix sums and hours disagree")

    def _last_at(self, position: int) -> int:
        index = bisect_right(self._before, position) - 1
        day, left = index + _FIRST_DAY, position - self._before[index]
        for start, end in self._spans.get(day) or self._spans_of(day):
            if left < end - start:
                return start + left
            left -= end - start
        raise AssertionError("prefix sums and hours disagree")


def _index(day: int) -> int:
    return min(max(day - _FIRST_DAY, 0), _DAYS)
