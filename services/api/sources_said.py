"""Which of a dossier's sources is heard, and why (decision 0029): the same rule as the fold, over the events that are kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dunghen.domain.days import Zone
from services.api.dossier_events import KINDS, Course, Kept
from services.api.rows import instant_text

SourceReason = Literal["HOLDS", "LOWER_PRECEDENCE", "OLDER", "STEPS_ONLY"]
SOURCE_REASONS: Mapping[SourceReason, tuple[str, str]] = {
    "HOLDS": ("Bản ghi của nguồn này đang được dùng", "What this source states holds"),
    "LOWER_PRECEDENCE": (
        "Một nguồn khác được ưu tiên hơn: chỉ tính các bước xử lý",
        "A source of higher precedence is heard: only its steps count",
    ),
    "OLDER": ("Một nguồn cùng mức ưu tiên đã báo sau", "A source of the same precedence stated it later"),
    "STEPS_ONLY": ("Chỉ gửi các bước xử lý", "It sent steps alone"),
}


def sources_said(course: Course, zone: Zone) -> list[dict[str, object]]:
    """One for each source, the one that holds first, then by precedence and time; `precedence` as of its last statement."""
    statements = [event for event in course.events if KINDS[event.kind] != "progressed"]
    best: dict[str, Kept] = {}
    for event in sorted(statements, key=_order):
        best[event.source] = event
    top = max(best.values(), key=_order, default=None)
    names = sorted({event.source for event in course.events})
    found = [_said(name, course, (best.get(name), top), zone) for name in names]
    return sorted(found, key=lambda one: (one["reason"] != "HOLDS", -int(str(one["precedence"])), str(one["source"])))


def _order(event: Kept) -> tuple[int, int, int, bytes]:
    return event.precedence, event.occurred_at, event.arrived_at, event.id


def _said(name: str, course: Course, stated: tuple[Kept | None, Kept | None], zone: Zone) -> dict[str, object]:
    own, top = stated
    of = [event for event in course.events if event.source == name]
    return {
        "source": name,
        "precedence": own.precedence if own else 0,
        "status": (own.status or None) if own else None,
        "statements": sum(KINDS[event.kind] != "progressed" for event in of),
        "steps": sum(KINDS[event.kind] == "progressed" for event in of),
        "stated_at": instant_text(own.occurred_at or None, zone) if own else None,
        "last_arrived_at": instant_text(max(event.arrived_at for event in of) // 1_000_000, zone),
        "reason": _reason(own, top),
    }


def _reason(own: Kept | None, top: Kept | None) -> SourceReason:
    if own is None or top is None:
        return "STEPS_ONLY"
    if own is top:
        return "HOLDS"
    return "LOWER_PRECEDENCE" if own.precedence < top.precedence else "OLDER"
