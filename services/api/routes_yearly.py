"""Rankings by yearly sets: what is published for everybody, drafts for officials."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import What
from dunghen.domain.days import date_of
from dunghen.domain.indicators import IndicatorSet
from dunghen.domain.policy import Policy
from dunghen.domain.windows import period
from services.api.answers import as_shown, untagged
from services.api.follower import Follower
from services.api.officials import Officials
from services.api.problems import ProblemError
from services.api.routes_map import present
from services.api.routes_officials import REFUSALS, private
from services.api.schema import KNOWN, answers, struct_answers
from services.api.views import Scene
from services.api.yearly_rankings import Wanted, YearlyAnswer, yearly_answer

Year = Annotated[str, Query(pattern=r"^((19[7-9]|20\d|210)\d)?$", description="a calendar year; without: the newest")]


def yearly_routes(follower: Follower) -> APIRouter:
    """What everybody sees."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/rankings/{code}", responses={**answers(YearlyAnswer, "The ranking", 404, 422), 304: KNOWN})
    async def get_yearly_ranking(request: Request, code: str, period: Year = "", include: Literal["covers"] | None = None) -> Response:
        """Units by a yearly set of /indicators (PAR_AGENCIES): points as reviewed beside those that each gives itself, dense ranks by kind
        of unit, the years that are published. A year that is not is no answer (NOT_PUBLISHED).
        """
        scene = present(follower)
        policy, of = _set_of(scene, code)
        years = policy.publications.of(of.code)
        if not years or (period or years[0]) not in years:
            raise ProblemError("NOT_PUBLISHED")
        age = follower.stale_age()
        found = yearly_answer(scene, policy, Wanted(of, period or years[0], "published"), age)
        if include == "covers":
            found.facts = dict(scene.meta.facts)
            return untagged(request, msgspec.json.encode(found))
        return as_shown(request, msgspec.json.encode(found), age)

    return router


def draft_routes(officials: Officials) -> APIRouter:
    """What officials see before."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.get("/officials/rankings/{code}", responses=struct_answers(YearlyAnswer, "The ranking as it stands"))
    async def get_draft_ranking(request: Request, code: str, year: Annotated[Year, Query(alias="period")] = "") -> Response:
        """The same as it stands, published or not; without a period this year."""
        reading = await officials.admitted(request, What.DRAFTS)
        scene = officials.scene()
        policy, of = _set_of(scene, code)
        wanted = year or str(date_of(scene.meta.day).year)
        if period(wanted).first > scene.meta.day:
            raise ProblemError("INVALID_PARAMETER", "period has not begun yet")
        await officials.log(reading)
        return private(request, yearly_answer(scene, policy, Wanted(of, wanted, "draft"), officials.follower.stale_age()))

    return router


def _set_of(scene: Scene, code: str) -> tuple[Policy, IndicatorSet]:
    """Raises ProblemError where there is no such yearly set."""
    of = scene.policy.indicators.sets.get(code) if scene.policy else None
    if scene.policy is None or of is None or not of.yearly:
        raise ProblemError("UNKNOWN_INDICATOR")
    return scene.policy, of
