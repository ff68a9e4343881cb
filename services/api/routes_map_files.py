"""The map to take away: sheets and GeoJSON, of the same questions as the map."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.platform.sheets import CSV, XLSX
from services.api.answers import as_shown, geojson_of
from services.api.downloads import Form, download, map_table
from services.api.follower import Follower
from services.api.freshness import freshness
from services.api.past import Past
from services.api.past_map import Shown, When, refuse_behind
from services.api.routes_map import Asked, AskedWhen, Question, channel_of, present, shown_then
from services.api.schema import file_answers
from services.api.views import heading


def map_file_routes(follower: Follower, past: Past) -> APIRouter:
    """The picture in one window, rate and kind as a file."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/map.csv", response_class=Response, responses=file_answers(CSV))
    async def get_csv(request: Request, question: Asked, when: AskedWhen) -> Response:
        """The same as CSV for spreadsheets."""
        return await _download(request, await _table_of(follower, past, question, when), "csv")

    @router.get("/map.xlsx", response_class=Response, responses=file_answers(XLSX))
    async def get_xlsx(request: Request, question: Asked, when: AskedWhen) -> Response:
        """The same as an XLSX sheet: numbers and dates as such, no formula, the same bytes for the same figures."""
        return await _download(request, await _table_of(follower, past, question, when), "xlsx")

    @router.get("/map.geojson", response_class=Response, responses=file_answers("application/geo+json"))
    async def get_geojson(request: Request, question: Asked, when: AskedWhen) -> Response:
        """The same as GeoJSON over the areas of `/geometry`: those of a cartogram (`planar`), or imported boundaries."""
        then = await shown_then(follower, past, question, when) or _live(follower, question)
        body = geojson_of(then.view.rows.values(), _above(then), follower.geometries.current)
        return as_shown(request, body, then.age, "application/geo+json")

    return router


async def _table_of(follower: Follower, past: Past, question: Question, when: When) -> Shown:
    then = await shown_then(follower, past, question, when)
    if then is not None:
        refuse_behind(follower, then.age)
    return then or _live(follower, question)


async def _download(request: Request, then: Shown, form: Form) -> Response:
    return await download(request, map_table(then.view.rows.values(), _above(then)), form, then.age)


def _live(follower: Follower, question: Question) -> Shown:
    channel = channel_of(follower, question)
    return Shown(channel.view, heading(present(follower), channel.key), follower.stale_age())


def _above(then: Shown) -> dict[str, object]:
    return {**then.heading, **freshness(then.age)}
