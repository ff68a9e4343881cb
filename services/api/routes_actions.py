"""What officials say of a dossier's notices: seen, being worked on, later, or wrong data. Each goes to the topic `notice-actions`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from dunghen.contracts.messages import Code
from dunghen.contracts.people import NoticeAction
from dunghen.domain.access import What
from dunghen.domain.answering import may_snooze, reason_fits
from dunghen.domain.manners import ActionKind
from dunghen.domain.matrix import ESCALATED, Clock
from dunghen.platform.kafka_sender import NotStored
from dunghen.platform.store import Query as StoreQuery
from services.api.answers import untagged
from services.api.bodies import read_json
from services.api.officials import Officials
from services.api.ports import Said
from services.api.problems import ProblemError
from services.api.routes_officials import REFUSALS, dossier_for, found_in
from services.api.routes_session import from_our_own_page
from services.api.rows import instant_text
from services.api.schema import body_of


class ActionBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is posted. `stage` of `clock`: what is answered, "" for the newest that was told; `until`: with an offset, for `snooze`."""

    kind: ActionKind
    clock: Clock = "dossier"
    stage: Code = ""
    until: Annotated[datetime, Meta(tz=True)] | None = None
    reason: Code = ""


def action_routes(officials: Officials, said: Said) -> APIRouter:
    """One route; it changes something, so it takes posts from our own pages only."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.post("/dossiers/{code}/actions", status_code=202, openapi_extra=body_of(ActionBody))
    async def post_action(request: Request, code: str) -> Response:
        """`{kind: acknowledge|working|snooze|dispute, clock?, stage?, until?, reason?}`: 202 once it is stored for good.

        `snooze` needs `until`, at most five working days ahead and before the dossier is due; it and `dispute` need a reason of their list.
        """
        from_our_own_page(request)
        reading, dossier = await dossier_for(request, officials, code, What.ACT)
        body = await read_json(request, ActionBody)
        action = await _action(officials, (code, reading.who.id, dossier), body)
        await officials.log(reading, dossier["unit"], (code,), reason=body.kind.upper())
        try:
            await said.action(action)
        except NotStored:
            raise ProblemError("NOT_READY", "not stored: say it again") from None
        zone = officials.policy_now()[0].zone
        answer = {"kind": action.kind, "at": instant_text(action.at, zone), "until": instant_text(action.until or None, zone)}
        made = untagged(request, msgspec.json.encode(answer))
        made.status_code = 202
        return made

    return router


async def _action(officials: Officials, whose: tuple[str, str, dict[str, Any]], body: ActionBody) -> NoticeAction:
    """What goes to the topic. Raises ProblemError for what the rules do not let be said."""
    (code, person, dossier), (policy, now) = whose, officials.policy_now()
    until = int(body.until.timestamp()) if body.until is not None else 0
    if not reason_fits(body.kind, body.reason):
        raise ProblemError("INVALID_PARAMETER", "not valid: reason")
    if (body.kind == "snooze") != bool(until) or (until and not may_snooze(until, now, dossier["due_at"], policy.calendar)):
        raise ProblemError("INVALID_PARAMETER", "not valid: until")
    clock, stage = (body.clock, body.stage) if body.stage or body.kind == "snooze" else await _newest(officials, code)
    if not stage and body.kind in ("acknowledge", "working"):
        raise ProblemError("INVALID_PARAMETER", "not valid: stage")
    return NoticeAction(
        dossier=code,
        kind=body.kind,
        person=person,
        at=now,
        clock=clock,
        stage=stage.removesuffix(ESCALATED),
        until=until,
        reason=body.reason,
    )


async def _newest(officials: Officials, code: str) -> tuple[Clock, str]:
    """The stage that was told last; "" where nothing was."""
    found = await found_in(officials, StoreQuery("notices", {"dossier": code}, ("decided_at",), descending=True, limit=1))
    told = next((document.body for document in found.documents), None)
    return (told.get("clock", "dossier"), told["stage"]) if told else ("dossier", "")
