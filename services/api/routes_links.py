"""The link of a message: which notice it was. It opens nothing by itself, and nothing is changed by opening it."""

from __future__ import annotations

import re

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import What, units_in_reach
from dunghen.platform.store import Between, In
from dunghen.platform.store import Query as StoreQuery
from dunghen.platform.store.port import Scalar
from services.api.answers import untagged
from services.api.officials import NOT_FOUND, Officials
from services.api.problems import ProblemError
from services.api.routes_officials import REFUSALS, found_in

HOLDS_SECONDS = 72 * 3600  # of the city's time, from when the message went out (issue 6)
MOST = 500  # notices of one digest
_TOKEN = re.compile(r"[0-9a-f]{20}")


def link_routes(officials: Officials) -> APIRouter:
    """One route, for the people who are told."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses={**REFUSALS, 410: {"description": "The link has expired"}})

    @router.get("/notice-links/{token}")
    async def get_notice_link(request: Request, token: str) -> Response:
        """Of which dossier, clock and stage a message told, for whom it went to: a person, or the people of a unit with a shared address.
        Of a digest the one that is due first, and all their number as `dossiers`. 404 for everybody else, 410 after 72 hours.
        """
        reading = await officials.admitted(request, What.NOTICE_LINK)
        reach = units_in_reach(reading.who, What.DOSSIER)
        mine = In((reading.who.id, *sorted(reach or ())))
        where: dict[str, Scalar | Between | In] = {"message_id": Between(f"{token}@", f"{token}@~"), "recipient": mine}
        found = await found_in(officials, StoreQuery("notices", where, limit=MOST))
        told = [document.body for document in found.documents] if _TOKEN.fullmatch(token) else []
        if not told:
            await officials.log(reading, reason=NOT_FOUND)
            raise ProblemError("UNKNOWN_LINK")
        if officials.policy_now()[1] - max(max(n["sent_at"], n["decided_at"]) for n in told) >= HOLDS_SECONDS:
            raise ProblemError("LINK_EXPIRED")
        first = min(told, key=lambda n: (n["due_at"], n["dossier"]))
        await officials.log(reading, first["unit"], (first["dossier"],))
        answer = {name: first[name] for name in ("dossier", "clock", "stage")}
        return untagged(request, msgspec.json.encode({**answer, "dossiers": len({n["dossier"] for n in told})}))

    return router
