"""What comparisons of the live map with the batch path found, for everybody."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.api.answers import hashed
from services.api.follower import Follower
from services.api.reconciliations import ReconciliationsAnswer, reconciliations_answer
from services.api.routes_map import present
from services.api.schema import KNOWN, answers

Days = Annotated[int, Query(ge=1, le=366, description="of so many local days, today the last of them")]


def reconciliation_routes(follower: Follower) -> APIRouter:
    """Public reading."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/reconciliations", responses={**answers(ReconciliationsAnswer, "What was found"), 304: KNOWN})
    async def get_reconciliations(request: Request, days: Days = 31) -> Response:
        """Every figure of the map against a recomputation from the raw events at one exact cut: when, of how many, and what differed."""
        scene = present(follower)
        zone = scene.looks.zone
        since = zone.day_of(follower.clock.seconds()) - days + 1
        return hashed(request, msgspec.json.encode(reconciliations_answer(follower.reconciled, zone, since)))

    return router
