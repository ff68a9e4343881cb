"""Ends that were said of a dossier and hold no more, for the source opened it again: from its raw events, not the record. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dunghen.domain.statuses import FINAL, OPEN, SOFT
from services.api.dossier_events import KINDS, Course

SYNCED = KINDS.index("synced")
RETRACTED = KINDS.index("retracted")


class TakenBack(NamedTuple):
    """`status` (3, 7, 8, 9 or 10) was said as of `at`; `by` said otherwise as of `taken_back_at`. Instants are seconds since 1970 UTC."""

    status: int
    at: int
    taken_back_at: int
    by: str


class _Said(NamedTuple):
    at: int
    arrived_at: int
    synced: bool
    status: int
    source: str


def taken_back(course: Course, ended_at: int) -> list[TakenBack]:
    """In the order in which they were taken back (`domain.md` §4, `architecture.md` §4): a sync that says open voids every end up to it; a
    stop, withdrawal or late refusal also falls with the next step that goes on. What the end that holds (0: none) stands on is not named.
    """
    standing, found = dict[int, _Said](), list[TakenBack]()
    for said in sorted(_said(course)):
        if said.status in SOFT | FINAL:
            standing.setdefault(said.status, said)
        elif said.status in OPEN:
            gone = [status for status in standing if said.synced or status in SOFT]
            found += [TakenBack(status, standing.pop(status).at, said.at, said.source) for status in gone]
    return [each for each in found if each.at != ended_at]


def _said(course: Course) -> Iterator[_Said]:
    """What each event says of the status, as of its own time; a sync without one was made when it arrived."""
    for event in course.events:
        if event.kind != RETRACTED and event.status:
            arrived_at = event.arrived_at // 1_000_000
            yield _Said(event.occurred_at or arrived_at, arrived_at, event.kind == SYNCED, event.status, event.source)
