"""Why a dossier is due when it is, and why somebody was told of it or was not."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.days import Zone
from dunghen.domain.feeds import Patience
from dunghen.platform.store import Query as StoreQuery
from dunghen.platform.store import StoreAwayError
from services.api.dossier_events import Course, course_of, events_shown
from services.api.explanations import explanation_of, reason_now, versions_of
from services.api.items import item_of
from services.api.officials import Officials, Reading
from services.api.problems import ProblemError
from services.api.routes_officials import REFUSALS, dossier_for, found_in, private
from services.api.rows import instant_text

MOST_NOTICES = 200
WHY = ("clock", "stage", "state", "reason", "channel", "why")


def explanation_routes(officials: Officials) -> APIRouter:
    """One route: everything of one dossier that its page shows."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.get("/dossiers/{code}/explanation")
    async def get_explanation(request: Request, code: str) -> Response:
        """Each working interval counted, each pause and what it did, how the date was calculated and by which versions of the rules; the
        dossier's notices; and why nobody is told now.
        """
        reading, body = await dossier_for(request, officials, code)
        policy, now = officials.policy_now()
        notices, course = await _notices(officials, code), await _course(officials, code)
        return private(
            request,
            {
                "code": code,
                "unit": body["unit"],
                "at": instant_text(now, policy.zone),
                "item": item_of(code, body, policy, now),
                **explanation_of(body, policy, now, course),
                "events": events_shown(course, policy, _patience(officials)),
                "events_left_off": course.left_off,
                "rules": versions_of(officials.follower.mirror.records, policy.version),
                "why": [_why(notice, reading, policy.zone) for notice in notices],
                "now": reason_now(body, policy, now, notices),
            },
        )

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


def _why(notice: dict[str, Any], reading: Reading, zone: Zone) -> dict[str, object]:
    """A notice without its key, which names its recipient; `mine`: it went to who is asking, by the rule `why`."""
    instants = {name: instant_text(notice.get(name) or None, zone) for name in ("due_at", "decided_at", "sent_at")}
    return {**{name: notice.get(name) for name in WHY}, **instants, "mine": notice.get("recipient") == reading.who.id}
