"""Dates of the wire format to instants (`domain.md` §2): `yyyyMMddHHmmss`, `yyyy-MM-dd HH:mm:ss`, ISO 8601. No offset: the city's time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from dunghen.contracts.refusals import Refusal
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone, day_number
from services.ingest.wire.scalars import ItemRefused, Scalar, text

FIRST_YEAR, LAST_YEAR = 1970, 2105
_END = int(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp())
_LONGEST_DAY = len("2026-01-05")  # in ISO 8601 a date with a time is longer, a date alone is not


@dataclass(frozen=True, slots=True)
class WireDates:
    """Reads the dates of one delivery. `latest` is the last instant that a thing of the past may have: the city's now and 10 minutes.

    A date without a time is the first instant of that day where something has happened, and the end of its working hours where something is
    promised: who promises a day has until then (decision 0004).
    """

    calendar: WorkingCalendar
    latest: int
    _days: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def zone(self) -> Zone:
        """The city's time."""
        return self.calendar.zone

    def past(self, value: Scalar, path: str) -> int:
        """The instant of something that has happened; 0 if not given. Raises ItemRefused: BAD_DATE, OUT_OF_RANGE, IN_THE_FUTURE."""
        at = self._read(value, path, self.zone.start_of)
        if at > self.latest:
            raise ItemRefused(Refusal.IN_THE_FUTURE, path)
        return at

    def promised(self, value: Scalar, path: str) -> int:
        """The instant by which something is promised, which may lie ahead; 0 if not given. Raises ItemRefused: BAD_DATE, OUT_OF_RANGE."""
        return self._read(value, path, self._end_of)

    def _end_of(self, day: int) -> int:
        """The end of work, of a day off where the usual hours end; of hours that last until midnight the last second that is that day's."""
        return min(self.calendar.end_of(day), self.zone.start_of(day + 1) - 1)

    def _read(self, value: Scalar, path: str, of_day: Callable[[int], int]) -> int:
        """`of_day`: which instant a day alone means."""
        given = text(value)
        if not given:
            return 0
        at = self._local(given, of_day) if given.isdigit() and given.isascii() else self._written(given, of_day)
        if at is None:
            raise ItemRefused(Refusal.BAD_DATE, path)
        if not 0 < at < _END:
            raise ItemRefused(Refusal.OUT_OF_RANGE, path)
        return at

    def _written(self, given: str, of_day: Callable[[int], int]) -> int | None:
        if len(given) == 19 and given[4] == given[7] == "-" and given[13] == given[16] == ":":
            digits = given[:4] + given[5:7] + given[8:10] + given[11:13] + given[14:16] + given[17:]
            if digits.isdigit() and digits.isascii():
                return self._local(digits, of_day)
        return self._iso(given, of_day)

    def _iso(self, given: str, of_day: Callable[[int], int]) -> int | None:
        try:
            at = datetime.fromisoformat(given)
        except ValueError:
            return None
        if at.tzinfo is not None:
            return int(at.timestamp())
        if len(given) <= _LONGEST_DAY and not (at.hour or at.minute):
            return self._on(day_number(at.date()), of_day)
        return self._at(day_number(at.date()), at.hour * 3600 + at.minute * 60 + at.second)

    def _local(self, digits: str, of_day: Callable[[int], int]) -> int | None:
        """`yyyyMMdd` and perhaps `HHmmss`, in the city's time."""
        if len(digits) not in (8, 14):
            return None
        day = self._days.get(digits[:8])
        if day is None:
            day = self._learn(digits[:8])
        if day is None or len(digits) == 8:
            return None if day is None else self._on(day, of_day)
        hours, minutes, seconds = int(digits[8:10]), int(digits[10:12]), int(digits[12:])
        return self._at(day, hours * 3600 + minutes * 60 + seconds) if hours < 24 and minutes < 60 and seconds < 60 else None

    def _learn(self, digits: str) -> int | None:
        try:
            day = day_number(date(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
        except ValueError:
            return None
        self._days[digits] = day
        return day

    def _on(self, day: int, of_day: Callable[[int], int]) -> int:
        """As `_at`, of a day alone."""
        return of_day(day) if _can_be_meant(day) else -1

    def _at(self, day: int, seconds: int) -> int:
        """The instant, or a negative number outside the years that can be meant."""
        return self.zone.at(day, seconds) if _can_be_meant(day) else -1


def _can_be_meant(day: int) -> bool:
    return 0 <= day < _END // 86400
