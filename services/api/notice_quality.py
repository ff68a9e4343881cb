"""How good notices are, counted from the read model: the ledger as alerts said it, raw events, answers (`domain.quality`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple

from dunghen.domain.quality import Life, Quality, Row, Statement, moves_of
from dunghen.platform.store import Between, Document, In, Query, Store
from dunghen.platform.store.port import Scalar
from services.api.acknowledgements import answers_of
from services.api.dossier_events import KINDS, Course, course_of

AT_ONCE = 400
MOST_ROWS = 200_000  # of one question: some seconds of reading, in turns with all else; `dunghen notices quality` has no such bound
KEPT_SECONDS = 10.0
SYNCED, RETRACTED = KINDS.index("synced"), KINDS.index("retracted")


class TooMuchError(Exception):
    """More notices than are counted for one question."""


class Counted(NamedTuple):
    """What is counted: rows decided from one instant to before another, of these units (None: all)."""

    since: int
    until: int
    units: frozenset[str] | None


@dataclass
class Qualities:
    """Counts by unit; one question at a time, and its answer again for some seconds: everybody of a unit looks at the same."""

    _kept: dict[Counted, tuple[float, dict[str, Quality]]] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, store: Store, counted: Counted, now: int) -> dict[str, Quality]:
        """By unit, in the order of their codes. Raises StoreAwayError, TooMuchError."""
        async with self._turn:
            self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > monotonic()}
            if counted not in self._kept:
                self._kept[counted] = (monotonic() + KEPT_SECONDS, await _count(store, counted, now))
            return self._kept[counted][1]


async def _count(store: Store, counted: Counted, now: int) -> dict[str, Quality]:
    found, rows, after = dict[str, Quality](), 0, ""
    units = {} if counted.units is None else {"unit": In(tuple(sorted(counted.units)))}
    where: dict[str, Scalar | Between | In] = {**units, "decided_at": Between(counted.since, counted.until - 1)}
    while True:
        page = await store.find(Query("notices", where, ("decided_at",), limit=AT_ONCE, after=after))
        bodies = [document.body for document in page.documents if document.body.get("clock") != "feed"]
        rows, after = rows + len(bodies), page.after
        if rows > MOST_ROWS:
            raise TooMuchError
        lives = await _lives(store, {body["dossier"] for body in bodies})
        for body in bodies:
            found.setdefault(body["unit"], Quality()).add(_row(body), lives[body["dossier"]], now)
        if not after:
            return {unit: found[unit] for unit in sorted(found)}


async def _lives(store: Store, dossiers: Iterable[str]) -> Mapping[str, Life]:
    """What the rows of these dossiers are held against; of one whose events are not kept (yet) there are its rows and answers."""
    codes = sorted(dossiers)
    events = {d.id: course_of(d.body) for d in await _all(store, "events", "id", codes)}
    ended = {d.id: int(d.body.get("ended_at", 0)) for d in await _all(store, "dossiers", "id", codes)}
    rows = dict[str, list[Row]]()
    for document in await _all(store, "notices", "dossier", codes):
        rows.setdefault(document.body["dossier"], []).append(_row(document.body))
    answers = await answers_of(store, codes)
    return {
        code: Life(
            moves_of(_statements(events.get(code, Course())), ended.get(code, 0)),
            ended.get(code, 0),
            answers.get(code, ()),
            rows.get(code, ()),
        )
        for code in codes
    }


async def _all(store: Store, collection: str, member: str, values: list[str]) -> list[Document]:
    found, after = list[Document](), ""
    while values:
        page = await store.find(Query(collection, {member: In(tuple(values))}, limit=AT_ONCE, after=after))
        found, after = found + page.documents, page.after
        if not after:
            break
    return found


def _statements(course: Course) -> Iterable[Statement]:
    for event in course.events:
        arrived_at = event.arrived_at // 1_000_000
        status = 0 if event.kind == RETRACTED else event.status
        yield Statement(event.occurred_at or arrived_at, arrived_at, status, event.kind == SYNCED, event.steps)


def _row(body: Mapping[str, Any]) -> Row:
    of_what = (body["unit"], body.get("clock", "dossier"), body["stage"], body["due_at"])
    return Row(*of_what, body["state"], body["reason"], body["decided_at"], body.get("sent_at", 0))
