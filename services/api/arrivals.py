"""How late data comes: of each unit and day the steps that arrived, and how many of them had happened on an earlier day.

Rates compare dates (`domain.md` §4): a step that arrives on the day on which it happened changes no day that is over; one that arrives
later does, and until then the map told something else. So that is where late begins, whatever the calendar. Syncs are not counted: they
state a dossier at the moment they are made. A step that comes again is counted once.

One document a unit and source partition. Its version says up to which record it counts, so a record that is read again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.days import Zone
from dunghen.platform.store import Collection, Document, In, Put, Query, Store

ARRIVALS = Collection("arrivals", (("unit",),))
MOST_DOCUMENTS = 1000  # of a unit: as many as there are source partitions


class Came(NamedTuple):
    """A step that was not known before, and the place of its record."""

    partition: int
    offset: int
    event: DossierEvent


class LateData(msgspec.Struct):
    """Steps that arrived on the days of the window; `late`: those that happened on an earlier day. `since`: counted from this day on."""

    steps: int
    late: int
    value: float | None
    since: str | None


@dataclass(slots=True)
class Counted:
    """One document: every record before `next` is in. Local day of arrival -> [steps, late ones]."""

    next: int = 0
    days: dict[int, list[int]] = field(default_factory=dict)

    def add(self, came: Came, zone: Zone) -> None:
        """Counts a step, unless its record was before `next`."""
        if came.offset < self.next:
            return
        self.next = came.offset + 1
        arrived = zone.day_of(came.event.arrived_at // 1_000_000)
        counts = self.days.setdefault(arrived, [0, 0])
        counts[0] += 1
        counts[1] += zone.day_of(came.event.occurred_at) < arrived


def is_step(event: DossierEvent) -> bool:
    """Whether an event is counted: a step whose time was given."""
    return event.kind == "progressed" and event.occurred_at > 0


async def puts_of(store: Store, came: Iterable[Came], zone: Zone) -> list[Put]:
    """The documents as they are with these steps; what is in them already stays. Raises StoreAwayError."""
    by_id: dict[tuple[str, int], list[Came]] = {}
    for each in came:
        by_id.setdefault((each.event.unit, each.partition), []).append(each)
    if not by_id:
        return []
    ids = tuple(f"{unit}|{partition}" for unit, partition in by_id)
    stored = {d.id: d for d in (await store.find(Query(ARRIVALS.name, {"id": In(ids)}, limit=len(ids)))).documents}
    puts = []
    for (unit, partition), steps in sorted(by_id.items()):
        name = f"{unit}|{partition}"
        counted = _counted(stored.get(name))
        for step in sorted(steps, key=lambda each: each.offset):
            counted.add(step, zone)
        body = {"unit": unit, "partition": partition, "days": {str(day): counts for day, counts in sorted(counted.days.items())}}
        puts.append(Put(ARRIVALS.name, name, counted.next, body))
    return puts


def _counted(document: Document | None) -> Counted:
    return Counted(document.version, _days(document.body)) if document else Counted()


def _days(body: dict[str, Any]) -> dict[int, list[int]]:
    return {int(day): list(counts) for day, counts in body["days"].items()}


class Arrived(NamedTuple):
    """Steps and late ones of some days, and the first day of which anything is counted."""

    steps: int
    late: int
    since: int | None


async def arrived(store: Store, unit: str, days: tuple[int, int]) -> Arrived:
    """Of a unit over the local days first..last. Raises StoreAwayError."""
    page = await store.find(Query(ARRIVALS.name, {"unit": unit}, limit=MOST_DOCUMENTS))
    whole, since = Counter[int](), list[int]()
    for document in page.documents:
        of = _days(document.body)
        since += list(of)[:1]
        for day, counts in of.items():
            if days[0] <= day <= days[1]:
                whole.update({0: counts[0], 1: counts[1]})
    return Arrived(whole[0], whole[1], min(since, default=None))
