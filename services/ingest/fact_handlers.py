"""What happens to told facts and to desk events: read every one → stamp → publish.

No feed is marked: who tells facts once a month is not silent between.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

from msgspec import Raw

from dunghen.contracts.facts import Fact
from dunghen.contracts.statements import FollowUp, Task
from services.ingest.handlers import Result, dates_of, measure
from services.ingest.ports import Desk, Ports
from services.ingest.wire.facts import FactReading, fact_of
from services.ingest.wire.scalars import ItemRefused
from services.ingest.wire.statements import FACTS, FOLLOW_UPS, TASKS, Told, follow_up_of, task_of


def reading_of(desk: Desk, now: int, by: str) -> FactReading:
    """How facts are read at an instant. `by`: the id of the key that they come with, "" for none."""
    today, reviews = desk.zone.day_of(now), desk.allowed is None or desk.city in desk.allowed
    return FactReading(
        dates_of(desk, now),
        desk.find_fact_unit,
        desk.allowed,
        today,
        codes=desk.fact_codes,
        by=by,
        reviews=reviews,
        find_own_unit=desk.find_own_unit,
    )


async def on_lists(told: Told, reading: FactReading, ports: Ports, *, dry_run: bool = False) -> list[Result]:
    """One result an item, in their order, list by list; each says its list. Raises Unavailable if not all that was accepted is stored."""
    results: list[Result] = []
    for name, items in told.items.items():
        kind, read = _READERS[name]
        of = reading if name == FACTS else replace(reading, find_unit=reading.find_own_unit)
        way = Way(kind, partial(_read, (read, told.source, of)), ports.facts.publish)
        results += [replace(result, of=name) for result in await on_told(items, way, ports, dry_run=dry_run)] if items else []
    return results


Reader = Callable[[Raw, str, FactReading, int], Fact | Task | FollowUp]
_READERS: Mapping[str, tuple[str, Reader]] = {
    FACTS: ("fact", fact_of),
    TASKS: ("task", task_of),
    FOLLOW_UPS: ("follow_up", follow_up_of),
}


def _read(by: tuple[Reader, str, FactReading], raw: Raw, arrived_at: int) -> Fact | Task | FollowUp:
    read, source, reading = by
    return read(raw, source, reading, arrived_at)


Message = TypeVar("Message")


@dataclass(frozen=True, slots=True)
class Way(Generic[Message]):
    """Of one kind of items: how one is read (with its arrival in µs; raises ItemRefused), and where it goes."""

    kind: str  # as in the metrics
    read: Callable[[Raw, int], Message]
    publish: Callable[[Sequence[Message]], Awaitable[None]]


async def on_told(items: Sequence[Raw], way: Way[Message], ports: Ports, *, dry_run: bool) -> list[Result]:
    """One result an item, in their order. Raises Unavailable if not all that was accepted is stored; then nothing is counted."""
    messages, results = list[Message](), list[Result]()
    for raw in items:
        try:
            messages.append(way.read(raw, ports.arrivals.next()))
            results.append(Result(""))
        except ItemRefused as refused:
            results.append(Result("", refused))
    if not dry_run:
        if messages:
            with ports.metrics.acknowledging.time():
                await way.publish(messages)
        measure(results, ports)
        ports.metrics.accepted.labels(way.kind).inc(len(messages))
    return results
