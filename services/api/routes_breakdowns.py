"""Break-downs of a unit's finished dossiers, open to everybody: of months that are over, and of nothing that is too few."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.breakdowns import By
from dunghen.domain.windows import WindowError, resolve
from dunghen.platform.store import StoreAwayError
from services.api.answers import as_shown
from services.api.breakdown_projector import published
from services.api.breakdowns import Asked, BreakdownAnswer, breakdown
from services.api.follower import Follower
from services.api.freshness import aged
from services.api.past import Past
from services.api.problems import ProblemError
from services.api.routes_map import WINDOW_HELP, present, unit_of
from services.api.schema import answers


def breakdown_routes(follower: Follower, past: Past) -> APIRouter:
    """One list for each unit, window and way of telling apart."""
    router = APIRouter(prefix="/api/v1", tags=["units"])

    @router.get("/units/{code}/breakdowns", responses=answers(BreakdownAnswer, "The break-down", 404, 422))
    async def get_breakdown(
        request: Request, code: str, by: By = By.PROCEDURE, window: Annotated[str, Query(description=WINDOW_HELP)] = "year"
    ) -> Response:
        """A unit's finished dossiers by procedure, field, channel, hour or weekday (and channel) of receipt: of the months that lie wholly
        within the window, are over and published. No cell has fewer than five dossiers, nor has what is left out of a month.
        """
        scene, age = present(follower), follower.stored_age()
        unit = unit_of(scene, code)
        if scene.policy is None:
            raise ProblemError("NOT_READY")
        try:
            asked = Asked(by, window, resolve(window, scene.meta.day))
            documents = await published(past.store, code, asked.days)
        except WindowError as fault:
            raise ProblemError("INVALID_PARAMETER", str(fault)) from fault
        except StoreAwayError as fault:
            raise ProblemError("NOT_READY") from fault
        found = breakdown(unit, asked, documents, (scene.policy, scene.looks))
        return as_shown(request, msgspec.json.encode(aged(found, age)), age)

    return router
