"""What there is to measure by, and a unit's score card: open to everybody."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.windows import Window, resolve
from services.api.answers import as_shown
from services.api.follower import Follower
from services.api.freshness import freshness
from services.api.indicator_pages import city_card, indicators_list, score_card
from services.api.indicator_view import book_of
from services.api.past import Past
from services.api.past_map import OneUnit, is_live, past_unit, refuse_behind
from services.api.routes_map import WINDOW_HELP, AskedWhen, present, unit_of
from services.api.schema import KNOWN, refusals
from services.api.views import NO_SCORE, Scene, ViewKey


class CityCards:
    """The city's card of each window, made once for a version: it is a sum over all units."""

    def __init__(self) -> None:
        self.made: dict[str, tuple[int, dict[str, Any]]] = {}

    def card(self, scene: Scene, asked: tuple[str, Window]) -> dict[str, Any]:
        """Not to be changed."""
        version, card = self.made.get(asked[0], (-1, {}))
        if version != scene.meta.version:
            version, card = scene.meta.version, city_card(scene, asked)
            self.made[asked[0]] = version, card
        return card


def indicator_routes(follower: Follower, past: Past) -> APIRouter:
    """Sets with their definitions, and what a unit makes of them."""
    router = APIRouter(prefix="/api/v1", tags=["indicators"])
    cities = CityCards()

    def answered(request: Request, said: dict[str, Any], age: float | None) -> Response:
        return as_shown(request, msgspec.json.encode({**said, **freshness(age)}), age)

    @router.get("/indicators", responses={304: KNOWN})
    async def get_indicators(request: Request) -> Response:
        """All sets: groups, classes, and the definitions that hold today with the days of all their versions; the city's places."""
        scene = present(follower)
        return answered(request, indicators_list(scene, book_of(scene)), follower.stale_age())

    @router.get("/units/{code}/indicators", responses={**refusals(404), 304: KNOWN})
    async def get_score_card(
        request: Request, code: str, when: AskedWhen, window: Annotated[str, Query(description=WINDOW_HELP)] = "month"
    ) -> Response:
        """A unit's score card: sets with groups, total and class, indicators with points, reason and inputs. By the city's own code the
        city's: each indicator Σ/Σ over its units, without inputs, as of now.
        """
        scene = present(follower)
        if code == scene.city[0] and is_live(ViewKey(window), when, scene):
            return answered(request, cities.card(scene, (window, resolve(window, scene.meta.day))), follower.stale_age())
        unit = unit_of(scene, code)
        if is_live(ViewKey(window), when, scene):
            score, told, age = scene.scores.get(code, NO_SCORE), scene, follower.stale_age()
        else:
            found = await past_unit(past, follower, OneUnit(code, window, told=True), when)
            refuse_behind(follower, found.age)
            score, told, age = found.score, found.scene, found.age
        return answered(request, score_card(unit, score, told, (window, resolve(window, told.meta.day))), age)

    return router
