"""Where wall displays report. An unauthenticated write would be anybody's: it takes the walls' token, or this computer alone."""

from __future__ import annotations

from hmac import compare_digest
from time import monotonic

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.platform.near import asked_here
from services.api import metrics
from services.api.bodies import read_bounded
from services.api.problems import ProblemError
from services.api.schema import body_of
from services.api.wall_reports import MOST_BYTES, WallReport, Walls, decode_report


def may_report(request: Request, token: str) -> bool:
    """With a token set only its bearer may, else only this computer."""
    if not token:
        return asked_here(request)
    return compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode())


def wall_routes(token: str) -> APIRouter:
    """`token`: what a wall has to show; empty: reports come from this computer alone."""
    router = APIRouter(prefix="/api/v1", tags=["walls"])
    walls = Walls()
    metrics.watch_walls(walls)

    @router.post(
        "/wall-reports",
        status_code=204,
        responses={code: {"description": why} for code, why in REFUSALS.items()},
        openapi_extra=body_of(WallReport),
    )
    async def report(request: Request) -> Response:
        """A wall's frame time, memory, age of its last event and version, once a minute; what is seen of it is in the metrics."""
        if not may_report(request, token):
            metrics.WALL_REPORTS.labels(result="refused").inc()
            raise ProblemError("UNAUTHENTICATED")
        result = walls.take(await _body_of(request), monotonic())
        metrics.WALL_REPORTS.labels(result=result).inc()
        if result == "limited":
            raise ProblemError("TOO_MANY_REQUESTS")
        return Response(status_code=204)

    return router


REFUSALS = {401: "Neither the token nor this computer", 422: "Not a report", 429: "Too soon after the last one"}


async def _body_of(request: Request) -> WallReport:
    body = await read_bounded(request, MOST_BYTES)
    try:
        if body is None or request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise msgspec.DecodeError
        return decode_report(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        metrics.WALL_REPORTS.labels(result="invalid").inc()
        raise ProblemError("INVALID_PARAMETER", "not a wall's report") from fault
