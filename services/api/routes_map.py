"""The map in all its forms: JSON, CSV, GeoJSON and the live stream, one question for all of them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.windows import WINDOWS
from services.api.answers import csv_of, geojson_of, tagged, untagged
from services.api.channels import Channel
from services.api.event_stream import EventStream
from services.api.follower import Follower
from services.api.problems import Problem
from services.api.views import Scene, ViewKey, heading

RateName = Literal["official", "resolved", "due_cohort", "statutory"]
KindName = Literal["all", "locality", "department", "land_office"]
WINDOW_HELP = "today, 7d, 30d, 90d, month, quarter, year"


class Question:
    """window, rate and kind of a request, checked."""

    def __init__(
        self,
        window: Annotated[str, Query(description=WINDOW_HELP)] = "month",
        rate: RateName = "official",
        kind: KindName = "all",
    ) -> None:
        self.key = ViewKey(window, rate, kind)


Asked = Annotated[Question, Depends()]


def live_key(question: Question) -> ViewKey:
    """The view of a question about now; raises Problem for a window that is not counted live."""
    if question.key.window not in WINDOWS:
        raise Problem("INVALID_PARAMETER", f"window is none of {WINDOW_HELP}")
    return question.key


def present(follower: Follower) -> Scene:
    """What is shown now; raises Problem while nothing is."""
    scene = follower.mirror.scene()
    if scene is None:
        raise Problem("NOT_READY")
    return scene


def channel_of(follower: Follower, question: Question) -> Channel:
    """The view of a question, as of now."""
    return follower.channels.at(live_key(question), present(follower))


def map_routes(follower: Follower) -> APIRouter:
    """The picture in one window, rate and kind, as a whole."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/map")
    async def get_map(request: Request, question: Asked, include: Literal["covers"] | None = None) -> Response:
        """Every unit with its rate, counts, interval, band, rank and the age of its feed, and the city."""
        channel, age = channel_of(follower, question), follower.stale_age()
        if include == "covers":
            return untagged(_with_covers(channel, present(follower), age))
        return untagged(channel.body(age)) if age is not None else tagged(request, channel.body(), _tag(channel))

    @router.get("/map.csv")
    async def get_csv(request: Request, question: Asked) -> Response:
        """The same as CSV for spreadsheets."""
        channel = channel_of(follower, question)
        body = csv_of(channel.view.rows.values(), heading(present(follower), channel.key))
        return _attached(tagged(request, body, _tag(channel) + ".csv", "text/csv; charset=utf-8"), f"{'-'.join(channel.key)}.csv")

    @router.get("/map.geojson")
    async def get_geojson(request: Request, question: Asked) -> Response:
        """The same as GeoJSON over the cartogram (planar coordinates, equal areas: no boundaries)."""
        channel = channel_of(follower, question)
        body = geojson_of(channel.view.rows.values(), heading(present(follower), channel.key))
        return tagged(request, body, _tag(channel) + ".geojson", "application/geo+json")

    return router


def news_routes(follower: Follower) -> APIRouter:
    """The same, as it changes."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/changes")
    async def get_changes(question: Asked, since: Annotated[int, Query(ge=0)]) -> Response:
        """The rows that changed after a version, for those who cannot keep a stream open; 410 where that version is too old."""
        channel = channel_of(follower, question)
        codes = channel.changed_after(since)
        if codes is None:
            raise Problem("VERSION_GONE")
        units = [row for code, row in channel.view.rows.items() if code in codes]
        return untagged(msgspec.json.encode({**heading(present(follower), channel.key), "city": channel.view.city, "units": units}))

    @router.get("/stream")
    async def get_stream(
        question: Asked,
        last_event_id: Annotated[str | None, Header()] = None,
        last_event_id_query: Annotated[str | None, Query(alias="last_event_id")] = None,
        last_event_id_dashed: Annotated[str | None, Query(alias="Last-Event-ID")] = None,
    ) -> Response:
        """Server-sent events: `snapshot`, then `change` with the changed rows whole; `tick` every ten seconds. The id is the version."""
        key = live_key(question)
        if follower.streams_open >= follower.settings.max_streams:
            raise Problem("TOO_MANY_STREAMS")
        channel = follower.channels.at(key, follower.mirror.scene())
        return EventStream(follower, channel, last_event_id or last_event_id_query or last_event_id_dashed)

    return router


def _tag(channel: Channel) -> str:
    return ".".join((str(channel.version), *channel.key))


def _attached(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="dunghen-{name}"'
    return response


def _with_covers(channel: Channel, scene: Scene, age: float | None) -> bytes:
    """For `reconcile`: of which source offsets the picture is true, as a whole (`covers`) and for each unit."""
    whole = msgspec.json.decode(channel.body(age))
    whole["covers"] = scene.meta.covers
    for unit in whole["units"]:
        score = scene.scores.get(unit["code"])
        unit["covers"] = score.covers if score else {}
    return msgspec.json.encode(whole)
