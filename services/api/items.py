"""One dossier as officials see it in a list: what its record says under the rules of the map, at an instant of the city's clock."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from dunghen.domain.policy import Policy
from dunghen.domain.policy_parts import Procedure
from dunghen.domain.reckoning import Reckoning, last_word, reckon
from dunghen.domain.statuses import NEW
from dunghen.domain.warnings import step_of
from dunghen.domain.work_list import place_of, whole_minutes
from services.api.rows import instant_text

NO_PLACE = {"left_minutes": None, "on_time_today": False, "moved": False}


def record_of(body: Mapping[str, Any]) -> bytes:
    """The record in a document of the read model."""
    return base64.b64decode(body["record"])


def item_of(code: str, body: Mapping[str, Any], policy: Policy, now: int) -> dict[str, object]:
    """The members of an ITEM; instants as texts. Nothing personal is in a record, and no bytes of it leave."""
    found = reckon(record_of(body), policy.rules)
    known = {"code": code, "unit": body["unit"], "procedure": body["procedure"], **_procedure(body["procedure"], policy)}
    if found is None:
        return {**known, **_uncounted(body)}
    zone = policy.zone
    instants = {"received_at": found.received_at, "ended_at": found.end.at, "due_at": found.due_at, "first_due_at": found.first_due_at}
    return {
        **known,
        "status": last_word(found.head, found.instants, found.statuses),
        "open": not found.end.at,
        "counted": True,
        "step": _step(found, policy),
        **{name: instant_text(at or None, zone) for name, at in instants.items()},
        **_place(found, policy, now),
    }


def _procedure(code: str, policy: Policy) -> dict[str, object]:
    return {"procedure_name": names_of(policy.procedures.get(code))}


def names_of(procedure: Procedure | None) -> dict[str, str | None] | None:
    """The official name; `en` is null where the catalogue has none, and then the Vietnamese one is shown and marked as such."""
    return {"vi": procedure.name, "en": procedure.name_en or None} if procedure else None


def _uncounted(body: Mapping[str, Any]) -> dict[str, object]:
    """Of a dossier outside every rate nothing is known but its last word."""
    instants = dict.fromkeys(("received_at", "ended_at", "due_at", "first_due_at"))
    group = "later" if body["status"] == NEW else "ended"
    return {"status": body["status"], "open": False, "counted": False, "step": None, **instants, **NO_PLACE, "group": group}


def _step(found: Reckoning, policy: Policy) -> dict[str, object] | None:
    """The newest step's own end (NgayKetThucTheoQuyDinh), while it is the newest."""
    step = step_of(found) if not found.end.at else None
    return {"due_at": instant_text(step.due_at, policy.zone)} if step else None


def _place(found: Reckoning, policy: Policy, now: int) -> dict[str, object]:
    place = place_of(found, policy.calendar, now)
    left = None if place.left_seconds is None else whole_minutes(place.left_seconds)
    return {"left_minutes": left, "group": place.group, "on_time_today": place.on_time_today, "moved": place.moved}
