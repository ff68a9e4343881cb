"""The raw events of a dossier as officials see them: kept packed in one document, whatever order and how often they come. Pure.

Of an event stays what explains a date: kind, status, unit, source and its precedence, both times and the supplements of a sync. No
official, no channel.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.days import Zone
from dunghen.domain.feeds import Patience
from dunghen.domain.policy import Policy
from services.api.rows import instant_text

MOST_EVENTS = 400  # of a dossier, the newest by arrival: a sender that repeats itself cannot make a document grow for ever
KINDS = ("synced", "progressed", "retracted")


class Kept(msgspec.Struct, array_like=True, gc=False, frozen=True, order=True):
    """One event. `arrived_at` in microseconds; `steps` as (status, instant)."""

    arrived_at: int
    id: bytes
    kind: int
    status: int
    occurred_at: int
    unit: str
    source: str
    steps: tuple[tuple[int, int], ...] = ()
    precedence: int = 0


class Course(msgspec.Struct, array_like=True, gc=False):
    """All that is kept of a dossier. `places`: of each source partition the next record to read; `left_off`: events that no longer are."""

    places: dict[int, int] = {}
    left_off: int = 0
    events: list[Kept] = []


_decode = msgspec.msgpack.Decoder(Course).decode
_encode = msgspec.msgpack.Encoder().encode


def course_of(body: Mapping[str, Any] | None) -> Course:
    """What a document holds; nothing where there is none."""
    return _decode(base64.b64decode(body["events"])) if body is not None else Course()


def body_of(course: Course) -> dict[str, object]:
    """The document of a course."""
    return {"events": base64.b64encode(_encode(course)).decode()}


def joined(course: Course, records: Iterable[tuple[int, int, DossierEvent]]) -> Course | None:
    """With what came; None where it is all in already. A record that was copied to another partition is the same event."""
    places, known = dict(course.places), set(course.events)
    new = set[Kept]()
    for partition, offset, event in records:
        if offset >= places.get(partition, 0):
            places[partition] = offset + 1
            new.add(_kept(event))
    if places == course.places:
        return None
    events = sorted(known | new)
    left = max(0, len(events) - MOST_EVENTS)
    return Course(places, course.left_off + left, events[left:])


def _kept(event: DossierEvent) -> Kept:
    kind, steps = KINDS.index(event.kind), tuple(event.steps)
    return Kept(
        event.arrived_at, bytes.fromhex(event.id), kind, event.status, event.occurred_at, event.unit, event.source, steps, event.precedence
    )


def events_shown(course: Course, policy: Policy, patience: Patience) -> list[dict[str, object]]:
    """In the order of arrival. `late`: it arrived after so long that its feed would count as silent in between."""
    return [_shown(event, policy, patience) for event in course.events]


def _shown(event: Kept, policy: Policy, patience: Patience) -> dict[str, object]:
    arrived, zone = event.arrived_at // 1_000_000, policy.zone
    return {
        "kind": KINDS[event.kind],
        "status": event.status or None,
        "unit": event.unit,
        "occurred_at": instant_text(event.occurred_at or None, zone),
        "arrived_at": instant_text(arrived, zone),
        "late": bool(event.occurred_at) and patience.is_stale(event.occurred_at, arrived, policy.calendar),
        "source": event.source,
        "steps": [{"status": status, "at": instant_text(at, zone)} for status, at in event.steps],
    }


def setter_of(course: Course, began: int, status: int, zone: Zone) -> dict[str, object]:
    """Who said first that a dossier stands still from an instant on: the source, and when it said so; nothing where no event is kept."""
    for event in course.events:
        own = KINDS[event.kind] == "progressed" and (event.occurred_at, event.status) == (began, status)
        if own or (status, began) in event.steps:
            return {"source": event.source, "arrived_at": instant_text(event.arrived_at // 1_000_000, zone)}
    return {"source": None, "arrived_at": None}
