"""Dates of the wire format to instants (`domain.md` §2): `yyyyMMddHHmmss`, `yyyy-MM-dd HH:mm:ss`, ISO 8601. No offset: the city's time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from dunghen.contracts.refusals import Refusal
from dunghen.domain.days import Zone, day_number
from services.ingest.wire.scalars import ItemRefused, Scalar, text

FIRST_YEAR, LAST_YEAR = 1970, 2105
_END = int(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class WireDates:
    """Reads the dates of one delivery. `latest` is the last instant that a thing of the past may have: the city's now and 10 minutes."""

    zone: Zone
    latest: int
    _days: dict[str, int] = field(default_factory=dict, repr=False)

    def past(self, value: Scalar, path: str) -> int:
        """The instant of something that has happened; 0 if not given. Raises ItemRefused: BAD_DATE, OUT_OF_RANGE, IN_THE_FUTURE."""
        at = self.any(value, path)
        if at > self.latest:
            raise ItemRefused(Refusal.IN_THE_FUTURE, path)
        return at

    def any(self, value: Scalar, path: str) -> int:
        """The instant of something that may lie ahead; 0 if not given. Raises ItemRefused: BAD_DATE, OUT_OF_RANGE."""
        given = text(value)
        if not given:
            return 0
        at = self._local(given) if given.isdigit() and given.isascii() else self._written(given)
        if at is None:
            raise ItemRefused(Refusal.BAD_DATE, path)
        if not 0 < at < _END:
            raise ItemRefused(Refusal.OUT_OF_RANGE, path)
        return at

    def _written(self, given: str) -> int | None:
        if len(given) == 19 and given[4] == given[7] == "-" and given[13] == given[16] == ":":
            digits = given[:4] + given[5:7] + given[8:10] + given[11:13] + given[14:16] + given[17:]
            if digits.isdigit() and digits.isascii():
                return self._local(digits)
        return self._iso(given)

    def _iso(self, given: str) -> int | None:
        try:
            at = datetime.fromisoformat(given)
        except ValueError:
            return None
        if at.tzinfo is not None:
            return int(at.timestamp())
        return self._at(day_number(at.date()), at.hour * 3600 + at.minute * 60 + at.second)

    def _local(self, digits: str) -> int | None:
        """`yyyyMMdd` and perhaps `HHmmss`, in the city's time."""
        if len(digits) not in (8, 14):
            return None
        day = self._days.get(digits[:8])
        if day is None:
            day = self._learn(digits[:8])
        if day is None or len(digits) == 8:
            return None if day is None else self._at(day, 0)
        hours, minutes, seconds = int(digits[8:10]), int(digits[10:12]), int(digits[12:])
        return self._at(day, hours * 3600 + minutes * 60 + seconds) if hours < 24 and minutes < 60 and seconds < 60 else None

    def _learn(self, digits: str) -> int | None:
        try:
            day = day_number(date(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
        except ValueError:
            return None
        self._days[digits] = day
        return day

    def _at(self, day: int, seconds: int) -> int:
        """The instant, or a negative number outside the years that can be meant."""
        return self.zone.at(day, seconds) if 0 <= day < _END // 86400 else -1
