"""What is one's own: the open dossiers of the official who is signed in."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import Reason, What, units_in_reach
from dunghen.platform.store import Between, Document, In
from dunghen.platform.store import Query as StoreQuery
from dunghen.platform.store.port import Scalar
from services.api.officials import Officials
from services.api.problems import ProblemError
from services.api.routes_officials import REFUSALS, After, Limit, found_in, listed, paged

DATED, UNDATED = "d", "n"  # what a cursor begins with: among which dossiers it stands


def own_routes(officials: Officials) -> APIRouter:
    """Only for people: a key has no dossiers. One that moved to a unit where one holds no post is that unit's, whoever is named in it."""
    router = APIRouter(prefix="/api/v1/session", tags=["officials"], responses=REFUSALS)

    @router.get("/dossiers")
    async def get_own_dossiers(request: Request, limit: Limit = 100, after: After = "") -> Response:
        """One's own open dossiers by due date, the earliest first; those without one (also the paused) after them."""
        reading = await officials.admitted(request, What.OWN_DOSSIERS)
        if after[:1] not in ("", DATED, UNDATED):
            raise ProblemError("INVALID_PARAMETER", "not valid: after")
        reach = units_in_reach(reading.who, What.DOSSIER)
        where: dict[str, Scalar | Between | In] = {} if reach is None else {"unit": In(tuple(sorted(reach)))}
        mine = StoreQuery("dossiers", {**where, "handler": reading.who.id, "open": True}, ("due_at",), limit=limit, after=after[1:])
        documents, following = await _own(officials, mine, undated=after.startswith(UNDATED))
        await officials.log(reading, dossiers=(d.id for d in documents), reason=Reason.OWN_DOSSIER.value)
        return paged(request, listed(officials, documents), following)

    return router


async def _own(officials: Officials, mine: StoreQuery, undated: bool) -> tuple[list[Document], str]:
    """A page, of the dated ones first, and its cursor."""
    documents: list[Document] = []
    if not undated:
        page = await found_in(officials, replace(mine, where={**mine.where, "due_at": Between(low=1)}))
        if page.after:
            return page.documents, DATED + page.after
        documents, mine = page.documents, replace(mine, limit=mine.limit - len(page.documents), after="")
        if not mine.limit:
            return documents, UNDATED
    page = await found_in(officials, replace(mine, where={**mine.where, "due_at": 0}))
    return documents + page.documents, UNDATED + page.after if page.after else ""
