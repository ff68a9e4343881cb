"""The map to take away: sheets and GeoJSON, of the same questions as the map."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.platform.sheets import CSV, XLSX
from services.api.answers import geojson_of, hashed
from services.api.downloads import Table, download, map_table
from services.api.follower import Follower
from services.api.past import Past
from services.api.past_map import Shown, When, refuse_behind
from services.api.routes_map import Asked, AskedWhen, Question, channel_of, present, shown_then
from services.api.schema import file_answers
from services.api.views import freshness, heading


def map_file_routes(follower: Follower, past: Past) -> APIRouter:
    """The picture in one window, rate and kind as a file."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/map.csv", response_class=Response, responses=file_answers(CSV))
    async def get_csv(request: Request, question: Asked, when: AskedWhen) -> Response:
        """The same as CSV for spreadsheets."""
        return await download(request, await _table(follower, past, question, when), "csv")

    @router.get("/map.xlsx", response_class=Response, responses=file_answers(XLSX))
    async def get_xlsx(request: Request, question: Asked, when: AskedWhen) -> Response:
        """The same as an XLSX sheet: numbers and dates as such, no formula, the same bytes for the same figures."""
        return await download(request, await _table(follower, past, question, when), "xlsx")

    @router.get("/map.geojson", response_class=Response, responses=file_answers("application/geo+json"))
    async def get_geojson(request: Request, question: Asked, when: AskedWhen) -> Response:
        """The same as GeoJSON over the areas of `/geometry`: those of a cartogram (`planar`), or imported boundaries."""
        shown = await shown_then(follower, past, question, when) or _live(follower, question)
        above = {**shown.heading, **freshness(shown.age)}
        return hashed(request, geojson_of(shown.view.rows.values(), above, follower.geometries.current), "application/geo+json")

    return router


async def _table(follower: Follower, past: Past, question: Question, when: When) -> Table:
    then = await shown_then(follower, past, question, when)
    if then is not None:
        refuse_behind(follower, then.age)
    shown = then or _live(follower, question)
    return map_table(shown.view.rows.values(), shown.heading)


def _live(follower: Follower, question: Question) -> Shown:
    channel = channel_of(follower, question)
    return Shown(channel.view, heading(present(follower), channel.key), follower.stale_age())
