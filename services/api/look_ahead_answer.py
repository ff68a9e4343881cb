"""The look-ahead as it is told, pure: to everybody so that nobody is singled out, to officials of the unit as it is (decision 0036)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from dunghen.domain.days import Zone, date_of
from dunghen.domain.fives import Coarse, coarse
from dunghen.domain.fives import Reason as Given
from dunghen.domain.fives import exact as exactly
from dunghen.domain.look_ahead import LEVEL, Reason, as_of_so_many, nearest
from services.api.ahead import Ahead, Horizon
from services.api.rows import instant_text

METHOD = "PRODUCT_LIMIT"
REASONS = {
    Reason.OWN_PACE: ("Theo nhịp hiện nay của chính đơn vị", "By the unit's own present pace"),
    Reason.CITY_PACE: ("Đơn vị có quá ít hồ sơ: chủ yếu theo nhịp của thành phố", "Too few of its own: mostly by the city's pace"),
    Reason.NOTHING_DUE: ("Không có hồ sơ đến hạn", "Nothing falls due"),
    Reason.TOO_LITTLE_DATA: ("Chưa đủ dữ liệu để dự báo", "Too little data to expect anything"),
    Given.SUPPRESSED: ("Dưới 5 hồ sơ: không công bố", "Fewer than 5 dossiers: not published"),
}


class DueSoon(msgspec.Struct, kw_only=True):
    """Open dossiers due from today up to the local date `last`, the last of so many working days; and how many of `due` will breach.

    `due` None and `due_reason` SUPPRESSED: fewer than five; AT_LEAST: rounded down to a multiple of five; EXACT: for who may see it.
    `expected` None: `reason` says why.
    """

    working_days: int
    last: str
    due: int | None
    due_reason: str
    expected: float | None
    low: int | None
    high: int | None
    reason: str


class LookAheadAnswer(msgspec.Struct, kw_only=True):
    """What falls due. `level`: of the intervals; the record begins on the local date `record_first` and ends with yesterday.

    `paused`, `undated`: open dossiers without a due date (clock stopped, none given), in no horizon; None: fewer than five.
    """

    code: str
    name: str
    kind: str
    as_of: str
    at: str
    method: str
    level: float
    record_first: str
    record_last: str
    horizons: list[DueSoon]
    paused: int | None
    undated: int | None
    stale: bool = False
    age_seconds: int | None = None


class Subject(NamedTuple):
    """Whose look-ahead it is, and the instant at which it was reckoned."""

    code: str
    name: str
    kind: str
    at: int
    zone: Zone


def look_ahead_answer(subject: Subject, ahead: Ahead, public: bool) -> LookAheadAnswer:
    """`public`: for everybody."""

    def told(count: int) -> Coarse:
        return coarse(count, ahead.open) if public else exactly(count)

    today = subject.zone.day_of(subject.at)
    return LookAheadAnswer(
        code=subject.code,
        name=subject.name,
        kind=subject.kind,
        as_of=date_of(today).isoformat(),
        at=instant_text(subject.at, subject.zone) or "",
        method=METHOD,
        level=LEVEL,
        record_first=date_of(ahead.record_first).isoformat(),
        record_last=date_of(today - 1).isoformat(),
        horizons=[_due_soon(horizon, told) for horizon in ahead.horizons],
        paused=told(ahead.stopped).dossiers,
        undated=told(ahead.undated).dossiers,
    )


def _due_soon(horizon: Horizon, told: Callable[[int], Coarse]) -> DueSoon:
    given = told(horizon.expected.due)
    hidden, whole = given.reason is Given.SUPPRESSED, given.reason is not Given.EXACT
    found = as_of_so_many(horizon.expected, given.dossiers or 0) if whole else horizon.expected
    mean = None if hidden or found.mean is None else float(nearest(found.mean)) if whole else round(found.mean, 1)
    return DueSoon(
        working_days=horizon.working_days,
        last=date_of(horizon.last).isoformat(),
        due=given.dossiers,
        due_reason=given.reason.value,
        expected=mean,
        low=None if hidden else found.low,
        high=None if hidden else found.high,
        reason=(Given.SUPPRESSED if hidden else found.reason).value,
    )
