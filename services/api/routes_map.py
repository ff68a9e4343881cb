"""The map as JSON and as the live stream, one question for all its forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.units import Unit
from dunghen.domain.windows import WINDOWS
from services.api.answers import as_shown, tagged, untagged
from services.api.changes import changes_since
from services.api.channels import Channel
from services.api.event_stream import EventStream
from services.api.follower import Follower
from services.api.freshness import freshness
from services.api.indicator_view import known_indicator
from services.api.past import Past
from services.api.past_map import Shown, When, is_live, past_view
from services.api.problems import ProblemError
from services.api.questions import on_the_loop
from services.api.schema import changes_answers, map_answers, refusals
from services.api.views import Scene, ViewKey, heading, whole_of

RateName = Literal["official", "resolved", "due_cohort", "statutory"]
KindName = Literal["all", "locality", "department", "land_office", "health"]
LIVE_WINDOWS = ", ".join(WINDOWS)
STREAM = {**refusals(404), 200: {"description": "Frames until the reader leaves", "content": {"text/event-stream": {}}}}
INDICATOR_HELP = "instead of a rate, of /indicators: an indicator (QD766.PROGRESS), a set with a total (QD766), a group (QD766.OPENNESS)"
WINDOW_HELP = f"{LIVE_WINDOWS}; or a named period: 2026-10, 2026-Q3, 2026"


IndicatorCode = Annotated[str, Query(pattern=r"^[A-Z0-9_.]{0,61}$", description=INDICATOR_HELP)]


class Question:
    """window, rate or indicator, and kind of a request, checked."""

    def __init__(
        self,
        window: Annotated[str, Query(description=WINDOW_HELP)] = "month",
        rate: RateName = "official",
        kind: KindName = "all",
        indicator: IndicatorCode = "",
    ) -> None:
        self.key = ViewKey(window, rate, kind, indicator)


Since = Annotated[
    str, Query(pattern=r"^(\d{1,18}|\d{4}-\d\d-\d\dT.{5,32})$", description="a version, or an instant: 2026-11-16T08:00:00+07:00")
]


async def asked(request: Request, question: Annotated[Question, Depends(on_the_loop(Question))]) -> Question:
    """Raises ProblemError where both a rate and an indicator are named."""
    one_measure(request, question.key.indicator)
    return question


def one_measure(request: Request, indicator: str) -> None:
    """Raises ProblemError where both a rate and an indicator are named."""
    if indicator and "rate" in request.query_params:
        raise ProblemError("INVALID_PARAMETER", "rate and indicator are not for one answer")


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


async def asked_when(
    as_of: Annotated[date | None, Query(description="a local date: the end of that day as the dossiers tell it now")] = None,
    known_at: Annotated[datetime | None, Query(description="an instant: what was published then, to the minute")] = None,
) -> When:
    return When(as_of, known_at)


AskedWhen = Annotated[When, Depends(asked_when)]


class Extent(NamedTuple):
    """How much of the picture: with what it is true of, or only what is other than at a version."""

    include: Literal["covers"] | None
    updated_since: int | None


async def asked_extent(
    include: Literal["covers"] | None = None,
    updated_since: Annotated[
        int | None, Query(ge=0, le=10**18, description="a version: only what changed after it, and the codes of units that left")
    ] = None,
) -> Extent:
    return Extent(include, updated_since)


AskedExtent = Annotated[Extent, Depends(asked_extent)]


async def shown_then(follower: Follower, past: Past, question: Question, when: When) -> Shown | None:
    """The view of a question that the live picture does not answer."""
    return None if is_live(question.key, when, present(follower)) else await past_view(past, follower, question.key, when)


def map_routes(follower: Follower, past: Past) -> APIRouter:
    """The picture in one window, rate and kind, as a whole: now, as of another day, or as it was known."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/map", responses=map_answers())
    async def get_map(request: Request, question: Asked, when: AskedWhen, extent: AskedExtent) -> Response:
        """Every unit with its rate, counts, interval, band, rank and the age of its feed, and the city.

        After a version (`updated_since`, of now alone): the units that are other since, and in `gone` the codes of those that left;
        410 where nobody has looked at this view since then: read it whole.
        """
        if extent.updated_since is not None:
            if when != When():
                raise ProblemError("INVALID_PARAMETER", "what changed is of now: without as_of and known_at")
            return _updated(request, follower, question, extent.updated_since)
        then = await shown_then(follower, past, question, when)
        if then is not None:
            return as_shown(request, whole_of(then.view, then.heading, then.age), then.age)
        channel, age = channel_of(follower, question), follower.stale_age()
        if extent.include == "covers":
            return untagged(request, _with_covers(channel, present(follower), age))
        return tagged(request, channel.body(), _tag(channel)) if age is None else untagged(request, channel.body(age))

    return router


def news_routes(follower: Follower, past: Past) -> APIRouter:
    """The same, as it changes."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/changes", responses=changes_answers())
    async def get_changes(request: Request, question: Asked, since: Since) -> Response:
        """What `/map?updated_since=` says, for those who cannot keep a stream open.

        After an instant: the same with `before`, what each of them was then, and when it changed (`changed_at`, `band_changed_at`).
        """
        if since.isdecimal():
            return _updated(request, follower, question, int(since))
        channel = channel_of(follower, question)
        if channel.key.indicator:
            raise ProblemError("INVALID_PARAMETER", "since an instant is for rates; indicators are compared by version")
        return as_shown(request, *await changes_since(past, follower, channel, instant_of(since)))

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


def _updated(request: Request, follower: Follower, question: Question, version: int) -> Response:
    """What is other than at a version. Raises ProblemError."""
    channel, age = channel_of(follower, question), follower.stale_age()
    changes = channel.since(version)
    if changes is None:
        raise ProblemError("VERSION_GONE")
    units = [row for code, row in channel.view.rows.items() if code in changes.units]
    above = {**heading(present(follower), channel.key), **freshness(age), "city": channel.view.city}
    return as_shown(request, msgspec.json.encode({**above, "units": units, "gone": sorted(changes.gone)}), age)


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
