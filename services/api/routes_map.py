"""The map in all its forms: JSON, CSV, GeoJSON and the live stream, one question for all of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.units import Unit
from dunghen.domain.windows import WINDOWS
from dunghen.platform.sheets import CSV, XLSX
from services.api.answers import geojson_of, hashed, tagged, untagged
from services.api.changes import changes_since
from services.api.channels import Channel
from services.api.downloads import download, map_table
from services.api.event_stream import EventStream
from services.api.follower import Follower
from services.api.indicator_view import known_indicator
from services.api.past import Past
from services.api.past_map import Shown, When, is_live, past_view
from services.api.problems import ProblemError
from services.api.schema import changes_answers, file_answers, map_answers, refusals
from services.api.views import Scene, ViewKey, heading, whole_of

RateName = Literal["official", "resolved", "due_cohort", "statutory"]
KindName = Literal["all", "locality", "department", "land_office", "health"]
LIVE_WINDOWS = ", ".join(WINDOWS)
STREAM = {**refusals(404), 200: {"description": "Frames until the reader leaves", "content": {"text/event-stream": {}}}}
INDICATOR_HELP = "instead of a rate: an indicator of /indicators (QD766.PROGRESS), or a set that has a total (QD766)"
WINDOW_HELP = f"{LIVE_WINDOWS}; or a named period: 2026-10, 2026-Q3, 2026"


class Question:
    """window, rate or indicator, and kind of a request, checked."""

    def __init__(
        self,
        window: Annotated[str, Query(description=WINDOW_HELP)] = "month",
        rate: RateName = "official",
        kind: KindName = "all",
        indicator: Annotated[str, Query(pattern=r"^[A-Z0-9_.]{0,61}$", description=INDICATOR_HELP)] = "",
    ) -> None:
        self.key = ViewKey(window, rate, kind, indicator)


Since = Annotated[
    str, Query(pattern=r"^(\d{1,18}|\d{4}-\d\d-\d\dT.{5,32})$", description="a version, or an instant: 2026-11-16T08:00:00+07:00")
]


def asked(request: Request, question: Annotated[Question, Depends()]) -> Question:
    """Raises ProblemError where both a rate and an indicator are named."""
    if question.key.indicator and "rate" in request.query_params:
        raise ProblemError("INVALID_PARAMETER", "rate and indicator are not for one answer")
    return question


Asked = Annotated[Question, Depends(asked)]


def live_key(question: Question) -> ViewKey:
    """The view of a question about now; raises ProblemError for a window that is not counted live."""
    if question.key.window not in WINDOWS:
        raise ProblemError("INVALID_PARAMETER", f"window is none of {LIVE_WINDOWS}")
    return question.key


def present(follower: Follower) -> Scene:
    """What is shown now; raises ProblemError while nothing is."""
    scene = follower.mirror.scene()
    if scene is None:
        raise ProblemError("NOT_READY")
    return scene


def unit_of(scene: Scene, code: str) -> Unit:
    """The unit of a public code; raises ProblemError for one that the shown day does not have."""
    unit = next((unit for unit in scene.units() if unit.code == code), None)
    if unit is None:
        raise ProblemError("UNKNOWN_UNIT")
    return unit


def instant_of(text: str) -> datetime:
    """An instant out of a question; raises ProblemError where it is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as fault:
        raise ProblemError("INVALID_PARAMETER", "since is no version and no instant") from fault


def channel_of(follower: Follower, question: Question) -> Channel:
    """The view of a question, as of now."""
    key, scene = live_key(question), present(follower)
    known_indicator(key, scene)
    return follower.channels.at(key, scene)


def asked_when(
    as_of: Annotated[date | None, Query(description="a local date: the end of that day as the dossiers tell it now")] = None,
    known_at: Annotated[datetime | None, Query(description="an instant: what was published then, to the minute")] = None,
) -> When:
    return When(as_of, known_at)


AskedWhen = Annotated[When, Depends(asked_when)]


def map_routes(follower: Follower, past: Past) -> APIRouter:
    """The picture in one window, rate and kind, as a whole: now, as of another day, or as it was known."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    async def shown(question: Question, when: When) -> Shown | None:
        """The view of a question that the live picture does not answer."""
        return None if is_live(question.key, when, present(follower)) else await past_view(past, follower, question.key, when)

    @router.get("/map", responses=map_answers())
    async def get_map(request: Request, question: Asked, when: AskedWhen, include: Literal["covers"] | None = None) -> Response:
        """Every unit with its rate, counts, interval, band, rank and the age of its feed, and the city."""
        then, age = await shown(question, when), follower.stale_age()
        if then is not None:
            return hashed(request, whole_of(then.view, then.heading, age))
        channel = channel_of(follower, question)
        if include == "covers":
            return untagged(request, _with_covers(channel, present(follower), age))
        return untagged(request, channel.body(age)) if age is not None else tagged(request, channel.body(), _tag(channel))

    @router.get("/map.csv", response_class=Response, responses=file_answers(CSV))
    async def get_csv(request: Request, question: Asked, when: AskedWhen) -> Response:
        """The same as CSV for spreadsheets."""
        then = await shown(question, when) or _live(follower, question)
        return await download(request, map_table(then.view.rows.values(), then.heading), "csv")

    @router.get("/map.xlsx", response_class=Response, responses=file_answers(XLSX))
    async def get_xlsx(request: Request, question: Asked, when: AskedWhen) -> Response:
        """The same as an XLSX sheet: numbers and dates as such, no formula, the same bytes for the same figures."""
        then = await shown(question, when) or _live(follower, question)
        return await download(request, map_table(then.view.rows.values(), then.heading), "xlsx")

    @router.get("/map.geojson", response_class=Response, responses=file_answers("application/geo+json"))
    async def get_geojson(request: Request, question: Asked, when: AskedWhen) -> Response:
        """The same as GeoJSON over the areas of `/geometry`: those of a cartogram (`planar`), or imported boundaries."""
        then = await shown(question, when) or _live(follower, question)
        return hashed(request, geojson_of(then.view.rows.values(), then.heading, follower.geometries.current), "application/geo+json")

    return router


def _live(follower: Follower, question: Question) -> Shown:
    channel = channel_of(follower, question)
    return Shown(channel.view, heading(present(follower), channel.key))


def news_routes(follower: Follower, past: Past) -> APIRouter:
    """The same, as it changes."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/changes", responses=changes_answers())
    async def get_changes(request: Request, question: Asked, since: Since) -> Response:
        """The rows that changed after a version, for those who cannot keep a stream open; 410 where that version is too old.

        After an instant: the same with `before`, what each of them was then, and when it changed (`changed_at`, `band_changed_at`).
        """
        channel = channel_of(follower, question)
        if not since.isdecimal():
            if channel.key.indicator:
                raise ProblemError("INVALID_PARAMETER", "since an instant is for rates; indicators are compared by version")
            return untagged(request, await changes_since(past, follower, channel, instant_of(since)))
        codes = channel.changed_after(int(since))
        if codes is None:
            raise ProblemError("VERSION_GONE")
        units = [row for code, row in channel.view.rows.items() if code in codes]
        body = {**heading(present(follower), channel.key), "city": channel.view.city, "units": units}
        return untagged(request, msgspec.json.encode(body))

    @router.get("/stream", response_class=Response, responses=STREAM)
    async def get_stream(
        question: Asked,
        last_event_id: Annotated[str | None, Header()] = None,
        last_event_id_query: Annotated[str | None, Query(alias="last_event_id")] = None,
        last_event_id_dashed: Annotated[str | None, Query(alias="Last-Event-ID")] = None,
    ) -> Response:
        """Server-sent events: `snapshot`, then `change` with the changed rows whole; `tick` every ten seconds. The id is the version."""
        key = live_key(question)
        if len(follower.streams.readers) >= follower.settings.max_streams:
            raise ProblemError("TOO_MANY_STREAMS")
        scene = follower.mirror.scene()
        if scene is not None:
            known_indicator(key, scene)
        channel = follower.channels.at(key, scene)
        return EventStream(follower.streams, channel, last_event_id or last_event_id_query or last_event_id_dashed)

    return router


def _tag(channel: Channel) -> str:
    return ".".join((str(channel.version), *filter(None, channel.key)))


def _with_covers(channel: Channel, scene: Scene, age: float | None) -> bytes:
    """For `reconcile`: of which source offsets the picture is true, as a whole (`covers`) and for each unit."""
    whole = msgspec.json.decode(channel.body(age))
    whole["covers"], whole["facts"], whole["desks"] = scene.meta.covers, scene.meta.facts, scene.meta.desks
    for unit in whole["units"]:
        score = scene.scores.get(unit["code"])
        unit["covers"] = score.covers if score else {}
    return msgspec.json.encode(whole)
