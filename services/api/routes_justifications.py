"""What officials write in explanation of their unit's points or month; each goes to the topic `justifications`."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from dunghen.contracts.justifications import Justification, justification_id
from dunghen.domain.access import Target, What
from dunghen.domain.indicators import IndicatorBook
from dunghen.domain.justifying import MONTHLY_SHEET, Reason, judge
from dunghen.domain.units import Unit
from dunghen.domain.windows import WindowError, period
from dunghen.platform.kafka_sender import NotStored
from dunghen.platform.store import StoreAwayError
from services.api.bodies import read_json
from services.api.justifications import ShownJustification, justifications_of
from services.api.officials import Officials
from services.api.ports import Said
from services.api.problems import ProblemError
from services.api.routes_map import unit_of
from services.api.routes_officials import REFUSALS, private
from services.api.routes_session import from_our_own_page
from services.api.rows import instant_text
from services.api.schema import body_of, struct_answers
from services.api.views import Scene

MOST_BYTES = 8000
About = Annotated[str, Query(max_length=61, description="the code of an indicator of a yearly set, or monthly-sheet")]
Period = Annotated[str, Query(max_length=7, description="a year, or of a monthly sheet the month")]


class JustificationBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is posted."""

    about: Annotated[str, Meta(max_length=61)]
    period: Annotated[str, Meta(max_length=7)]
    text: Annotated[str, Meta(min_length=1, max_length=1000)]
    links: Annotated[list[Annotated[str, Meta(max_length=300)]], Meta(max_length=5)] = msgspec.field(default_factory=list)


class JustificationsAnswer(msgspec.Struct):
    """The newest first: that one holds."""

    unit: str
    about: str
    period: str
    justifications: list[ShownJustification]


def justification_routes(officials: Officials, said: Said) -> APIRouter:
    """Read by who sees the unit's monthly sheet, written by its officials and who leads them."""
    router = APIRouter(prefix="/api/v1/units/{code}", tags=["officials"], responses=REFUSALS)

    @router.get("/justifications", responses=struct_answers(JustificationsAnswer, "What was written"))
    async def get_justifications(request: Request, code: str, about: About, period: Period) -> Response:
        """What was written of a unit's points by an indicator in a year, or of its monthly sheet; the newest first, which holds."""
        reading = await officials.admitted(request, What.MONTHLY_SHEET, Target(code))
        scene = officials.scene()
        _check(scene, unit_of(scene, code), about, period)
        await officials.log(reading, code)
        try:
            found = await justifications_of(officials.store, (code, about, period), scene.looks.zone)
        except StoreAwayError as fault:
            raise ProblemError("NOT_READY") from fault
        return private(request, JustificationsAnswer(code, about, period, found))

    @router.post("/justifications", status_code=202, openapi_extra=body_of(JustificationBody))
    async def post_justification(request: Request, code: str) -> Response:
        """`{about, period, text, links?}`: 202 once it is stored for good. At most 1000 letters and five https links; nothing that looks
        like a person's: no 9 digits in a row, no phone or identity number however divided, no mail address.
        """
        from_our_own_page(request)
        reading = await officials.admitted(request, What.JUSTIFY, Target(code))
        scene = officials.scene()
        unit = unit_of(scene, code)
        body = await read_json(request, JustificationBody, MOST_BYTES)
        _check(scene, unit, body.about, body.period)
        if (reason := judge(body.text, body.links)) is not Reason.FITS:
            raise ProblemError("INVALID_PARAMETER", f"not valid: {_where(body, reason)}: {reason}")
        one = _justification(unit.code, reading.who.id, body, officials.follower.clock.seconds())
        await officials.log(reading, code, reason="JUSTIFY")
        try:
            await said.justification(one)
        except NotStored:
            raise ProblemError("NOT_READY", "not stored: say it again") from None
        answer = private(request, {"id": one.id, "at": instant_text(one.at, scene.looks.zone)})
        answer.status_code = 202
        return answer

    return router


def _justification(unit: str, person: str, body: JustificationBody, at: int) -> Justification:
    plain = {"unit": unit, "about": body.about, "period": body.period, "text": body.text, "person": person}
    one = Justification(**plain, id="0" * 16, links=tuple(body.links), at=at)
    return msgspec.structs.replace(one, id=justification_id(one))


def _where(body: JustificationBody, reason: Reason) -> str:
    """The part that is not fit: `text`, `links`, or one of these, `links[0]`."""
    if judge(body.text, ()) is reason:
        return "text"
    return next((f"links[{n}]" for n, link in enumerate(body.links) if judge(body.text, (link,)) is reason), "links")


def _check(scene: Scene, unit: Unit, about: str, named: str) -> None:
    """Raises ProblemError for what there is nothing to say of."""
    try:
        begun = period(named).first <= scene.meta.day
    except WindowError:
        begun = False
    length, book = (7, None) if about == MONTHLY_SHEET else (4, scene.policy.indicators if scene.policy else IndicatorBook())
    if not begun or len(named) != length or "Q" in named:
        raise ProblemError("INVALID_PARAMETER", "not valid: period")
    if book is not None and not _is_scored(book, unit, about, period(named).last):
        raise ProblemError("UNKNOWN_INDICATOR")


def _is_scored(book: IndicatorBook, unit: Unit, code: str, day: int) -> bool:
    definition = book.on(code, day)
    return definition is not None and book.sets[definition.set].yearly and unit.kind in definition.kinds
