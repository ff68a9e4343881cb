"""Routes for officials: dossiers and notices of their units. Every answer that names a dossier is in the audit log before it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import Target, What, units_in_reach
from dunghen.domain.days import Zone
from dunghen.domain.manners import Action
from dunghen.platform.store import CursorError, Document, In, Page, StoreAwayError
from dunghen.platform.store import Query as StoreQuery
from dunghen.platform.store.port import Between, Scalar
from services.api.acknowledgements import acknowledged, answers_of
from services.api.answers import untagged, with_next
from services.api.items import item_of
from services.api.officials import NOT_FOUND, Officials, Reading
from services.api.problems import ProblemError
from services.api.routes_map import unit_of
from services.api.rows import instant_text

Limit = Annotated[int, Query(ge=1, le=500, description="entries of a page")]
After = Annotated[str, Query(max_length=600, description="where the page before ended; the header Link names the next")]
REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Nobody is signed in, and no valid key is given"},
    403: {"description": "Not for this role or unit"},
    404: {"description": "There is no such thing, or it is not to be known"},
    503: {"description": "Who may read is not known yet, or the audit log cannot be written"},
}
NOTICE_WORDS = ("dossier", "unit", "procedure", "clock", "stage", "state", "reason", "channel", "attempts")
NOTICE_INSTANTS = ("due_at", "decided_at", "sent_at")
LONGEST_CODE = 60


def officials_routes(officials: Officials) -> APIRouter:
    """Dossiers of a unit, and one dossier."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.get("/units/{code}/dossiers")
    async def get_unit_dossiers(  # noqa: PLR0913 - a route's parameters are its public interface
        request: Request,
        code: str,
        status: Annotated[int | None, Query(ge=1, le=10, description="TrangThaiHoSo")] = None,
        open: bool | None = None,  # noqa: A002 - the word of the field
        limit: Limit = 100,
        after: After = "",
    ) -> Response:
        """The dossiers of a unit by due date, the earliest first; those without one before them."""
        reading = await officials.admitted(request, What.UNIT_DOSSIERS, Target(code))
        unit_of(officials.scene(), code)
        where: dict[str, Scalar | Between | In] = {
            "unit": code,
            **({} if open is None else {"open": open}),
            **({} if status is None else {"status": status}),
        }
        page = await found_in(officials, StoreQuery("dossiers", where, ("due_at",), limit=limit, after=after))
        await officials.log(reading, code, (d.id for d in page.documents))
        return paged(request, {"unit": code, **listed(officials, page.documents)}, page.after)

    @router.get("/dossiers/{code}")
    async def get_dossier(request: Request, code: str) -> Response:
        """One dossier. Of another unit's nobody learns whether there is one: 404 either way."""
        _, found = await dossier_for(request, officials, code)
        policy, now = officials.policy_now()
        return private(request, item_of(code, found, policy, now))

    return router


def notice_routes(officials: Officials) -> APIRouter:
    """What was told, and why not."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.get("/notices")
    async def get_notices(request: Request, mine: bool = False, limit: Limit = 100, after: After = "") -> Response:
        """Notices of the units within reach, the newest first: what was decided, why, what became of it, and the first answer to it
        (`acknowledged`: by internal id, null while nobody answered); `mine`: those to who asks.
        """
        reading = await officials.admitted(request, What.NOTICES)
        units = units_in_reach(reading.who, What.NOTICES)
        where: dict[str, Scalar | Between | In] = {} if units is None else {"unit": In(tuple(sorted(units)))}
        where = {**where, "recipient": reading.who.id} if mine else where
        page = await found_in(officials, StoreQuery("notices", where, ("decided_at",), descending=True, limit=limit, after=after))
        answers = await answered(officials, (d.body["dossier"] for d in page.documents))
        await officials.log(reading, dossiers=(d.body["dossier"] for d in page.documents))
        zone, me = officials.scene().looks.zone, reading.who.id
        return paged(request, {"notices": [_notice(d.body, answers, me, zone) for d in page.documents]}, page.after)

    return router


async def dossier_for(request: Request, officials: Officials, code: str, what: What = What.DOSSIER) -> tuple[Reading, dict[str, Any]]:
    """The document of a dossier that is within reach, in the audit log by now. Raises ProblemError."""
    await officials.admitted(request, what)
    found = await _one(officials, code)
    target = Target(found["unit"], found.get("handler", "")) if found else Target("")
    reading = await officials.decided(request, what, target)
    if found is None or not reading.access.allowed:
        await officials.log(reading, reason="" if found else NOT_FOUND)
        raise ProblemError("UNKNOWN_DOSSIER")
    await officials.log(reading, found["unit"], (code,))
    return reading, found


async def found_in(officials: Officials, query: StoreQuery) -> Page:
    """A page of the read model. Raises ProblemError."""
    try:
        return await officials.store.find(query)
    except CursorError as fault:
        raise ProblemError("INVALID_PARAMETER", "not valid: after") from fault
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault


async def _one(officials: Officials, code: str) -> dict[str, Any] | None:
    """The dossier's document; the same work for a code that there is not."""
    try:
        found = await officials.store.get("dossiers", code[:LONGEST_CODE])
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault
    return found.body if found is not None and found.id == code else None


def listed(officials: Officials, documents: Iterable[Document]) -> dict[str, object]:
    """Dossiers as a list, and the instant at which they stand so."""
    policy, now = officials.policy_now()
    return {"at": instant_text(now, policy.zone), "dossiers": [item_of(d.id, d.body, policy, now) for d in documents]}


async def answered(officials: Officials, dossiers: Iterable[str]) -> Mapping[str, Sequence[Action]]:
    """What people answered to notices of these dossiers. Raises ProblemError."""
    try:
        return await answers_of(officials.store, dossiers)
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault


def _notice(body: Mapping[str, Any], answers: Mapping[str, Sequence[Action]], asking: str, zone: Zone) -> dict[str, object]:
    """A notice without its key, which names its recipient: only whether that is who asks is said."""
    words = {name: body.get(name) for name in NOTICE_WORDS}
    return {**words, **seen_by(body, answers.get(body["dossier"], ()), asking, zone)}


def seen_by(body: Mapping[str, Any], answers: Sequence[Action], asking: str, zone: Zone) -> dict[str, object]:
    """The members of a notice that depend on who asks, and its instants as texts."""
    instants = {name: instant_text(body.get(name) or None, zone) for name in NOTICE_INSTANTS}
    return {**instants, "mine": body.get("recipient") == asking, "acknowledged": acknowledged(body, answers, asking, zone)}


def private(request: Request, body: Mapping[str, object] | msgspec.Struct) -> Response:
    """An answer for one reader: kept by nobody, used by no other site."""
    answer = untagged(request, msgspec.json.encode(body))
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def paged(request: Request, body: Mapping[str, object], after: str) -> Response:
    """A page of a list; `after` "": the last one."""
    return with_next(request, private(request, {**body, "after": after}), after)
