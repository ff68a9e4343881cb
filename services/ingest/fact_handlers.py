"""What happens to told facts and to desk events: read every one → stamp → publish.

No feed is marked: who tells facts once a month is not silent between.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from msgspec import Raw

from services.ingest.handlers import Result, dates_of, measure
from services.ingest.ports import Desk, Ports
from services.ingest.wire.facts import FactReading, fact_of
from services.ingest.wire.scalars import ItemRefused


def reading_of(desk: Desk, now: int, by: str) -> FactReading:
    """How facts are read at an instant. `by`: the id of the key that they come with, "" for none."""
    return FactReading(dates_of(desk, now), desk.find_fact_unit, desk.fact_codes, desk.allowed, desk.zone.day_of(now), by)


async def on_facts(told: tuple[str, Sequence[Raw]], reading: FactReading, ports: Ports, *, dry_run: bool = False) -> list[Result]:
    """One result a fact, in their order; `told` = (source, items). Raises Unavailable if not all that was accepted is stored."""
    source, items = told
    way = Way("fact", lambda raw, at: fact_of(raw, source, reading, at), ports.facts.publish)
    return await on_told(items, way, ports, dry_run=dry_run)


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
