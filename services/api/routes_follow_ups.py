"""Follow-ups of violations in the handling of dossiers: the list for officials of the unit and of the city, counts for everybody."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import Target, What, units_in_reach
from dunghen.domain.days import date_of
from dunghen.domain.follow_ups import FollowUpState
from services.api.answers import as_shown
from services.api.cursors import BadCursor, page_of
from services.api.follow_up_pages import FollowUpCountsAnswer, FollowUpsAnswer, follow_up_counts, follow_ups_listed
from services.api.follower import Follower
from services.api.freshness import aged
from services.api.officials import Officials
from services.api.problems import ProblemError
from services.api.routes_map import present, unit_of
from services.api.routes_officials import REFUSALS, After, Limit, paged
from services.api.schema import KNOWN, answers, struct_answers


def follow_up_routes(officials: Officials) -> APIRouter:
    """The list."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.get("/follow-ups", responses=struct_answers(FollowUpsAnswer, "A page of follow-ups"))
    async def get_follow_ups(  # noqa: PLR0913 - a route's parameters are its public interface
        request: Request,
        unit: Annotated[str, Query(max_length=60, description="public code of a unit; without it, all within reach")] = "",
        state: FollowUpState | Literal[""] = "",
        limit: Limit = 100,
        after: After = "",
    ) -> Response:
        """Follow-ups of violations at the units within reach: what waits for an explanation first, the oldest before the newer."""
        reading = await officials.admitted(request, What.FOLLOW_UPS, Target(unit or None))
        scene, reach = officials.scene(), units_in_reach(reading.who, What.FOLLOW_UPS)
        units = [unit_of(scene, unit).code] if unit else [one.code for one in scene.units() if reach is None or one.code in reach]
        try:
            page, following = page_of(follow_ups_listed(scene, units, state), limit, after)
        except BadCursor as fault:
            raise ProblemError("INVALID_PARAMETER", "not valid: after") from fault
        await officials.log(reading, unit)
        body = FollowUpsAnswer(as_of=date_of(scene.meta.day).isoformat(), follow_ups=page, after=following)
        return paged(request, msgspec.structs.asdict(body), following)

    return router


def follow_up_count_routes(follower: Follower) -> APIRouter:
    """The counts."""
    router = APIRouter(prefix="/api/v1", tags=["tasks"])

    @router.get(
        "/follow-ups/counts",
        responses=answers(FollowUpCountsAnswer, "Counts by unit") | {304: KNOWN},
    )
    async def get_follow_up_counts(request: Request) -> Response:
        """How many violations in the handling of dossiers are followed up, by unit and how far: in fives, below five not at all, and of
        days that are over only.
        """
        scene, age = present(follower), follower.stale_age()
        return as_shown(request, msgspec.json.encode(aged(follow_up_counts(scene), age)), age)

    return router
