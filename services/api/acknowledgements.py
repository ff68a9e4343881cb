"""What people answered to notices, as the read model keeps it, and which answer a notice had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dunghen.contracts.people import NoticeAction
from dunghen.domain.days import Zone
from dunghen.domain.manners import ANSWERS, Action, Asked, answer_to
from dunghen.platform.store import Collection, In, Put, Query, Store
from services.api.rows import instant_text
from services.api.storing import documents

COLLECTION = Collection("answers", (("dossier",),))
AT_ONCE = 500


def answer_put(said: NoticeAction) -> Put | None:
    """The document of an answer (None: it is none, nobody who snoozes has answered). The same answer said again is the same document."""
    if said.kind not in ANSWERS:
        return None
    body = {"dossier": said.dossier, "kind": said.kind, "person": said.person, "clock": said.clock, "stage": said.stage, "at": said.at}
    return Put(COLLECTION.name, ":".join(map(str, body.values())), 0, body)


async def answers_of(store: Store, dossiers: Iterable[str]) -> dict[str, list[Action]]:
    """Every answer to notices of these dossiers. Raises StoreAwayError."""
    found, wanted = dict[str, list[Action]](), sorted(set(dossiers))
    for first in range(0, len(wanted), AT_ONCE):
        query = Query(COLLECTION.name, {"dossier": In(tuple(wanted[first : first + AT_ONCE]))}, limit=AT_ONCE)
        async for document in documents(store, query):
            body = document.body
            action = Action(body["kind"], body["person"], body["clock"], body["stage"], body["at"])
            found.setdefault(body["dossier"], []).append(action)
    return found


def acknowledged(notice: Mapping[str, Any], answers: Sequence[Action], asking: str, zone: Zone) -> dict[str, object] | None:
    """The first answer to a notice: by whom (an internal id), whether that is who asks, how and when; None while there is none."""
    asked = Asked(notice.get("clock", "dossier"), notice["stage"], notice.get("recipient", ""), notice["unit"], notice["decided_at"])
    answer = answer_to(asked, answers)
    if answer is None:
        return None
    return {"by": answer.person, "by_you": answer.person == asking, "kind": answer.kind, "at": instant_text(answer.at, zone)}
