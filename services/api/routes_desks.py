"""One-stop desks of a unit: open to everybody."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.feeds import Patience
from dunghen.domain.windows import WindowError, resolve
from services.api.answers import as_shown
from services.api.desk_page import DeskAnswer, desk_page
from services.api.follower import Follower
from services.api.freshness import aged
from services.api.problems import ProblemError
from services.api.routes_map import WINDOW_HELP, present, unit_of
from services.api.schema import KNOWN, answers


def desk_routes(follower: Follower) -> APIRouter:
    """Tickets, appointments and answers, as numbers."""
    router = APIRouter(prefix="/api/v1", tags=["desks"])

    @router.get("/units/{code}/desks", responses={**answers(DeskAnswer, "The desks", 404), 304: KNOWN})
    async def get_desks(request: Request, code: str, window: Annotated[str, Query(description=WINDOW_HELP)] = "month") -> Response:
        """A unit's one-stop desks: tickets with waiting and serving times, appointments, answers; single desks of days that are over; which
        desks are connected, by when each was heard of last."""
        scene = present(follower)
        unit = unit_of(scene, code)
        try:
            days = resolve(window, scene.meta.day)
        except WindowError as fault:
            raise ProblemError("INVALID_PARAMETER", str(fault)) from fault
        patience = Patience(follower.settings.feed_stale_seconds, follower.settings.feed_stale_outside_seconds)
        now, calendar = follower.clock.seconds(), scene.policy.calendar if scene.policy else None
        age = follower.stale_age()
        page = desk_page(unit, scene, (window, days), lambda at: age is not None or patience.is_stale(at, now, calendar))
        return as_shown(request, msgspec.json.encode(aged(page, age)), age)

    return router
