"""Why a dossier is due when it is, and why somebody was told of it or was not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.days import Zone
from dunghen.domain.feeds import Patience
from dunghen.domain.manners import Action
from dunghen.platform.store import Query as StoreQuery
from dunghen.platform.store import StoreAwayError
from services.api.dossier_events import Course, course_of, events_shown
from services.api.explanation_answer import ExplanationAnswer
from services.api.explanations import explanation_of, reason_now, versions_of
from services.api.items import item_of
from services.api.officials import Officials, Reading
from services.api.problems import ProblemError
from services.api.routes_officials import REFUSALS, answered, dossier_for, found_in, private, seen_by
from services.api.rows import instant_text
from services.api.schema import struct_answers
from services.api.sources_said import sources_said

MOST_NOTICES = 200
WHY = ("clock", "stage", "state", "reason", "channel", "why")


def explanation_routes(officials: Officials) -> APIRouter:
    """One route: everything of one dossier that its page shows."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.get("/dossiers/{code}/explanation", responses=struct_answers(ExplanationAnswer, "The account of the dossier"))
    async def get_explanation(request: Request, code: str) -> Response:
        """Each working interval counted, each pause and what it did, how the date was calculated and by which versions of the rules; the
        dossier's notices; and why nobody is told now.
        """
        reading, body = await dossier_for(request, officials, code)
        policy, now = officials.policy_now()
        notices, course = await _notices(officials, code), await _course(officials, code)
        answers = (await answered(officials, [code])).get(code, ())
        found = {
            "code": code,
            "unit": body["unit"],
            "at": instant_text(now, policy.zone),
            "item": item_of(code, body, policy, now),
            **explanation_of(body, policy, now, course),
            "events": events_shown(course, policy, _patience(officials)),
            "events_left_off": course.left_off,
            "sources": sources_said(course, policy.zone),
            "rules": versions_of(officials.follower.mirror.records, policy.version),
            "why": [_why(notice, answers, reading, policy.zone) for notice in notices],
            "now": reason_now(body, policy, now, notices),
        }
        return private(request, msgspec.convert(found, ExplanationAnswer))

    return router


async def _notices(officials: Officials, code: str) -> list[dict[str, Any]]:
    """The newest first."""
    query = StoreQuery("notices", {"dossier": code}, ("decided_at",), descending=True, limit=MOST_NOTICES)
    return [document.body for document in (await found_in(officials, query)).documents]


async def _course(officials: Officials, code: str) -> Course:
    try:
        found = await officials.store.get("events", code)
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault
    return course_of(found.body if found else None)


def _patience(officials: Officials) -> Patience:
    settings = officials.follower.settings
    return Patience(settings.feed_stale_seconds, settings.feed_stale_outside_seconds)


def _why(notice: dict[str, Any], answers: Sequence[Action], reading: Reading, zone: Zone) -> dict[str, object]:
    """A notice without its key, which names its recipient; `mine`: it went to who is asking, by the rule `why`."""
    return {**{name: notice.get(name) for name in WHY}, **seen_by(notice, answers, reading.who.id, zone)}
