"""What falls due within the next working days and how much of it will be late: for everybody, and exactly for the unit's officials."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import Target, What
from dunghen.platform.store import StoreAwayError
from services.api.ahead import Asked, LookAhead
from services.api.answers import as_shown
from services.api.follower import Follower
from services.api.freshness import aged
from services.api.look_ahead_answer import LookAheadAnswer, Subject, look_ahead_answer
from services.api.officials import Officials
from services.api.problems import ProblemError
from services.api.routes_map import present, unit_of
from services.api.routes_officials import REFUSALS, private
from services.api.schema import KNOWN, answers, struct_answers

MINUTE = 60  # an answer is as of the minute that began last, so that it keeps its tag for a while


def look_ahead_routes(follower: Follower, look: LookAhead) -> APIRouter:
    """For everybody: counts that isolate nobody."""
    router = APIRouter(prefix="/api/v1", tags=["units"])

    @router.get("/units/{code}/look-ahead", responses={**answers(LookAheadAnswer, "What falls due", 404), 304: KNOWN})
    async def get_look_ahead(request: Request, code: str) -> Response:
        """Open dossiers of a unit, or of the whole city by its code, that fall due within 1, 3 and 5 working days, and how many of them
        will breach at the present pace, with an interval. Counts are multiples of five, estimates whole numbers of as many dossiers; of
        fewer nothing is said.
        """
        found, age = await _found(follower, look, code, public=True), follower.stored_age()
        return as_shown(request, msgspec.json.encode(aged(found, age)), age)

    return router


def exact_look_ahead_routes(officials: Officials, look: LookAhead) -> APIRouter:
    """For those who may read the unit's dossiers."""
    router = APIRouter(prefix="/api/v1/officials", tags=["officials"], responses=REFUSALS)

    @router.get("/units/{code}/look-ahead", responses=struct_answers(LookAheadAnswer, "What falls due, exactly"))
    async def get_exact_look_ahead(request: Request, code: str) -> Response:
        """The same with every count as it is, and the estimates to a tenth."""
        reading = await officials.admitted(request, What.UNIT_DOSSIERS, Target(code))
        unit_of(officials.scene(), code)
        found = await _found(officials.follower, look, code, public=False)
        await officials.log(reading, code)
        return private(request, aged(found, officials.follower.stored_age()))

    return router


async def _found(follower: Follower, look: LookAhead, code: str, public: bool) -> LookAheadAnswer:
    scene, now = present(follower), follower.clock.seconds() // MINUTE * MINUTE
    if scene.policy is None:
        raise ProblemError("NOT_READY")
    every = tuple(unit.code for unit in scene.units())
    if code == scene.city[0]:
        units, subject = every, Subject(*scene.city, "city", now, scene.policy.zone)
    else:
        unit = unit_of(scene, code)
        units, subject = (code,), Subject(unit.code, unit.name, unit.kind, now, scene.policy.zone)
    try:
        ahead = await look.ahead(Asked(units, scene.policy, now), every)
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault
    return look_ahead_answer(subject, ahead, public)
