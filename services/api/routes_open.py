"""What else is open to everybody: the units, the feeds, and what all words and codes mean."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.days import Zone
from services.api.answers import as_shown, hashed, tagged
from services.api.board_messages import FeedView
from services.api.definitions import definitions
from services.api.follower import Follower
from services.api.freshness import aged, freshness
from services.api.past import Past
from services.api.past_map import OneUnit, is_live, refuse_behind, unit_then_or_now
from services.api.procedures import ProceduresAnswer, procedures_answer
from services.api.routes_map import WINDOW_HELP, AskedWhen, present, unit_of
from services.api.rows import instant_text
from services.api.schema import KNOWN, answers, feeds_answers, unit_answers, units_answers
from services.api.unit_page import unit_page, units_list
from services.api.views import ViewKey


def open_routes(follower: Follower, past: Past) -> APIRouter:
    """Public reading that does not depend on a window and rate."""
    router = APIRouter(prefix="/api/v1", tags=["units"])

    @router.get("/units", responses=units_answers())
    async def get_units(request: Request) -> Response:
        """All units of the city as of the shown day: code, name, kind, type, age of the feed."""
        scene = present(follower)
        age = follower.stale_age()
        return as_shown(request, msgspec.json.encode({**units_list(scene), **freshness(age)}), age)

    @router.get("/units/{code}", responses=unit_answers())
    async def get_unit(
        request: Request, code: str, when: AskedWhen, window: Annotated[str, Query(description=WINDOW_HELP)] = "month"
    ) -> Response:
        """One unit in all live windows and the one asked for, in all rates: as of now or as of another day, and how it came there. It is
        stale where its feed is silent, and where the picture is old (`age_seconds`).
        """
        scene = present(follower)
        unit, live = unit_of(scene, code), is_live(ViewKey(window), when, scene)
        told = await unit_then_or_now(past, follower, OneUnit(code, window), when)
        refuse_behind(follower, told.age)
        age = follower.stale_age() if live else told.age
        return as_shown(request, msgspec.json.encode(aged(unit_page(told, unit), age)), age)

    @router.get("/feeds", responses=feeds_answers())
    async def get_feeds(request: Request) -> Response:
        """All sending systems: last contact, last record, counts, records said to be sent and not counted, stale or not. All of them are
        where the picture is old: nobody can say then which of them still speak.
        """
        scene, age = present(follower), follower.stale_age()
        feeds = [_feed(feed, scene.looks.zone, age) for _, feed in sorted(follower.mirror.feeds.items())]
        return as_shown(request, msgspec.json.encode({"version": scene.meta.version, **freshness(age), "feeds": feeds}), age)

    @router.get("/procedures", responses=answers(ProceduresAnswer, "All procedures") | {304: KNOWN})
    async def get_procedures(request: Request) -> Response:
        """Procedures with their time limits, level of online service, national portal, online payment: as of the shown day."""
        scene = present(follower)
        body = msgspec.json.encode(procedures_answer(scene))
        return tagged(request, body, f"procedures.{scene.meta.policy}.{scene.meta.day}")

    @router.get("/definitions", responses={304: KNOWN})
    async def get_definitions(request: Request) -> Response:
        """Every enumeration, error code, rate, band and window with its meaning in Vietnamese and English; and the licence of the data."""
        scene = follower.mirror.scene()
        licence = {"name": follower.settings.licence, "url": follower.settings.licence_url}
        return hashed(request, msgspec.json.encode({**definitions(scene), "licence": licence}))

    return router


def _feed(feed: FeedView, zone: Zone, age: float | None) -> dict[str, Any]:
    """As it is listed; `age`: of the picture, where that is old."""
    instants = {"seen_at": instant_text(feed.seen_at, zone), "record_at": instant_text(feed.record_at or None, zone)}
    return {**msgspec.structs.asdict(feed), **instants, "stale": feed.stale or age is not None}
