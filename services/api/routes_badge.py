"""A unit's figure as a picture that any page may show."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.windows import WINDOWS
from services.api.answers import hashed
from services.api.badge import BadgeQuestion, Language, badge_of, badge_svg
from services.api.follower import Follower
from services.api.problems import ProblemError
from services.api.routes_map import LIVE_WINDOWS, RateName, present, unit_of
from services.api.schema import file_answers

HEADERS = {
    "Cache-Control": "public, max-age=60",  # a picture in a page of others: a minute old at most, its days and n stand in it
    "Content-Security-Policy": "default-src 'none'; frame-ancestors *",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


async def asked_badge(
    window: Annotated[str, Query(description=LIVE_WINDOWS)] = "month", rate: RateName = "official", lang: Language = "vi"
) -> BadgeQuestion:
    if window not in WINDOWS:
        raise ProblemError("INVALID_PARAMETER", f"window is none of {LIVE_WINDOWS}")
    return BadgeQuestion(window, rate, lang)


def badge_routes(follower: Follower) -> APIRouter:
    """The badges of the units."""
    router = APIRouter(prefix="/api/v1", tags=["units"])

    @router.get("/units/{code}/badge.svg", response_class=Response, responses=file_answers("image/svg+xml"))
    async def get_badge(request: Request, code: str, asked: Annotated[BadgeQuestion, Depends(asked_badge)]) -> Response:
        """One rate of a unit with n and its days as SVG; a silent feed is hatched and dated, nothing in the window has no colour."""
        scene = present(follower)
        badge = badge_of(scene, unit_of(scene, code), asked, follower.stale_age() is not None)
        answer = hashed(request, badge_svg(badge), "image/svg+xml")
        answer.headers.update(HEADERS)
        return answer

    return router
