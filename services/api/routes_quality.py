"""How good the notices of one's units are: for who leads them, and for operators. Counts only, no dossier."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import What, units_in_reach
from dunghen.domain.days import Zone, date_of
from dunghen.domain.quality import Quality
from dunghen.domain.windows import Window, WindowError, resolve
from dunghen.platform.store import StoreAwayError
from services.api.notice_quality import Counted, Qualities, TooMuchError
from services.api.officials import Officials
from services.api.problems import ProblemError
from services.api.routes_officials import REFUSALS, private
from services.api.rows import instant_text
from services.api.schema import struct_answers


class Share(msgspec.Struct, forbid_unknown_fields=True):
    """0–1 with its integers; null of nothing."""

    value: float | None
    numerator: int
    denominator: int


class Counts(msgspec.Struct, forbid_unknown_fields=True):
    """sent = late_data + after_due + acted + breached − acted_breached + open + lapsed (data dictionary, Alert quality)."""

    sent: int
    acted: int
    breached: int
    acted_breached: int
    late_data: int
    open: int
    lapsed: int
    after_due: int
    failed: int
    pending: int
    superseded: int
    suppressed: dict[str, int]
    acted_share: Share
    late_share: Share


class UnitQuality(msgspec.Struct):
    """Of one unit."""

    code: str
    name: str
    counts: Counts


class QualityAnswer(msgspec.Struct):
    """Of the notices decided on the days first..last, as of `at`."""

    at: str
    window: str
    first: str
    last: str
    total: Counts
    units: list[UnitQuality]


def quality_routes(officials: Officials) -> APIRouter:
    """One route."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)
    qualities = Qualities()

    @router.get("/notice-quality", responses=struct_answers(QualityAnswer, "Counts by unit and in all"))
    async def get_notice_quality(
        request: Request, window: Annotated[str, Query(max_length=10, description="of days, as for the map")] = "30d"
    ) -> Response:
        """What became of the notices decided in a window, of the units that one leads: sent, acted on before the breach, breached anyway,
        false because of late data, failed, suppressed by reason.
        """
        reading = await officials.admitted(request, What.NOTICE_QUALITY)
        policy, now = officials.policy_now()
        days = _days(window, policy.zone.day_of(now))
        counted = Counted(*_instants(days, policy.zone), units_in_reach(reading.who, What.NOTICE_QUALITY))
        found = await _found(qualities, officials, counted)
        total, names = Quality(), policy.catalogue
        for each in found.values():
            total.merge(each)
        units = [UnitQuality(code, unit.name if (unit := names.get(code)) else code, _counts(each)) for code, each in found.items()]
        first, last = (date_of(day).isoformat() for day in days)
        return private(request, QualityAnswer(instant_text(now, policy.zone) or "", window, first, last, _counts(total), units))

    return router


async def _found(qualities: Qualities, officials: Officials, counted: Counted) -> dict[str, Quality]:
    try:
        return await qualities.of(officials.store, counted, officials.policy_now()[1])
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault
    except TooMuchError as fault:
        raise ProblemError("INVALID_PARAMETER", "too many notices in this window: ask for a shorter one") from fault


def _days(window: str, today: int) -> Window:
    try:
        return resolve(window, today)
    except WindowError as fault:
        raise ProblemError("INVALID_PARAMETER", "not valid: window") from fault


def _instants(days: Window, zone: Zone) -> tuple[int, int]:
    return zone.start_of(days.first), zone.start_of(days.last + 1)


def _counts(quality: Quality) -> Counts:
    return msgspec.convert(quality.as_json(), Counts)
