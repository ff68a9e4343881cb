"""The board of one desk, for its own key and nobody else; every reading is in the audit log before it is answered."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import Target, What
from dunghen.domain.desks import placed
from dunghen.domain.statuses import DONE
from dunghen.platform.store import Document
from dunghen.platform.store import Query as StoreQuery
from dunghen.platform.store.port import Between, Where
from services.api.desk_board import AT_MOST, BoardAnswer, board_dossiers, queue_of
from services.api.freshness import aged
from services.api.officials import Officials
from services.api.routes_map import unit_of
from services.api.routes_officials import REFUSALS, found_in, private
from services.api.rows import instant_text
from services.api.schema import struct_answers


def desk_board_routes(officials: Officials) -> APIRouter:
    """What a screen at the desk shows."""
    router = APIRouter(prefix="/api/v1", tags=["desk board"], responses=REFUSALS)

    @router.get("/desks/{desk}/board", responses=struct_answers(BoardAnswer, "The board"))
    async def get_board(request: Request, desk: str) -> Response:
        """A desk's board (`desk`: 20242.Q01): tickets called; the unit's dossiers in hand or ready, by the last digits of their codes."""
        reading = await officials.admitted(request, What.DESK_BOARD, Target(desk))
        scene, (policy, now) = officials.scene(), officials.policy_now()
        code, at_desk = placed(desk)
        name = unit_of(scene, code).name
        documents = [one for where, newest_first in _groups(code) for one in await _some(officials, where, newest_first)]
        shown = board_dossiers(documents, policy, policy.zone.day_of(now))
        await officials.log(reading, code, shown)
        queue = queue_of(scene.desks.unit(code).get(scene.meta.day, {}).get(at_desk))
        at = instant_text(now, policy.zone) or ""
        board = BoardAnswer(at=at, unit=code, name=name, desk=at_desk, dossiers=[*shown.values()], **queue)
        return private(request, aged(board, officials.follower.stale_age()))

    return router


def _groups(unit: str) -> tuple[tuple[Where, bool], ...]:
    """(what, whether the latest due date first): to be fetched, in hand by due date, in hand without one."""
    return (
        ({"unit": unit, "status": DONE}, True),
        ({"unit": unit, "open": True, "due_at": Between(1)}, False),
        ({"unit": unit, "open": True, "due_at": 0}, False),
    )


async def _some(officials: Officials, where: Where, newest_first: bool) -> Sequence[Document]:
    query = StoreQuery("dossiers", where, ("due_at",), descending=newest_first, limit=AT_MOST)
    return (await found_in(officials, query)).documents
