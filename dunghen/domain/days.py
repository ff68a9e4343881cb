"""Local days of a city: instants (seconds since 1970 UTC) to day numbers (local days since 1970-01-01) and back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY_SECONDS = 86400
LAST_INSTANT = (1 << 32) - 1  # 2106-02-07: contracts.messages.Instant ends there
_EPOCH = date(1970, 1, 1).toordinal()
_PROBE_SECONDS = 14 * DAY_SECONDS  # no zone keeps an offset for less (the shortest since 1970: Morocco's Ramadan, four weeks)


def day_number(day: date) -> int:
    """The number of days from 1970-01-01 to this date."""
    return day.toordinal() - _EPOCH


def date_of(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(day + _EPOCH)


def weekday_of(day: int) -> int:
    """0 is Monday, 6 is Sunday."""
    return (day + 3) % 7


class _Table(NamedTuple):
    instants: tuple[int, ...]  # when each offset begins; the first begins before everything
    wall: tuple[int, ...]  # the same on the wall clock, the earlier reading of a time that comes twice
    offsets: tuple[int, ...]  # seconds east of UTC


class Zone:
    """The local time of a city between 1970 and 2106.

    Raises `zoneinfo.ZoneInfoNotFoundError` for an unknown name. Fixed offsets (Vietnam since 1975) cost one comparison, others a bisect.
    """

    __slots__ = ("_last_instant", "_last_offset", "_last_wall", "_table", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._table = _transitions(name)
        self._last_instant, self._last_wall, self._last_offset = self._table.instants[-1], self._table.wall[-1], self._table.offsets[-1]

    def __repr__(self) -> str:
        return f"Zone({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Zone) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def offset_at(self, at: int) -> int:
        """Seconds east of UTC at an instant."""
        if at >= self._last_instant:
            return self._last_offset
        return self._table.offsets[max(bisect_right(self._table.instants, at) - 1, 0)]

    def day_of(self, at: int) -> int:
        """The local day of an instant."""
        if at >= self._last_instant:
            return (at + self._last_offset) // DAY_SECONDS
        return (at + self.offset_at(at)) // DAY_SECONDS

    def start_of(self, day: int) -> int:
        """The instant of local midnight at the beginning of a day."""
        return self.at(day, 0)

    def at(self, day: int, seconds_of_day: int) -> int:
        """The instant at which the wall clock shows this time on this day: the first of two; a skipped time as if not yet moved."""
        wall = day * DAY_SECONDS + seconds_of_day
        if wall >= self._last_wall:
            return wall - self._last_offset
        return wall - self._table.offsets[max(bisect_right(self._table.wall, wall) - 1, 0)]

    def shifts(self) -> frozenset[int]:
        """The days on which the clock is moved, so that they are not 24 hours long."""
        return frozenset((wall - 1) // DAY_SECONDS for wall in self._table.wall[1:])


@lru_cache(maxsize=64)
def _transitions(name: str) -> _Table:
    zone = ZoneInfo(name)

    def offset(at: int) -> int:
        shift = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
        return int((shift or timedelta()).total_seconds())

    instants, offsets = [0], [offset(0)]
    for probe in range(_PROBE_SECONDS, LAST_INSTANT + _PROBE_SECONDS, _PROBE_SECONDS):
        if offset(probe) != offsets[-1]:
            instants.append(_first_other(offset, probe - _PROBE_SECONDS, probe))
            offsets.append(offset(probe))
    wall = [0, *(at + max(before, after) for at, before, after in zip(instants[1:], offsets, offsets[1:], strict=False))]
    return _Table((-(1 << 40), *instants[1:]), (-(1 << 40), *wall[1:]), tuple(offsets))


def _first_other(offset: Callable[[int], int], low: int, high: int) -> int:
    old = offset(low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == old else (low, middle)
    return high
