"""What happens to told facts: read every one → stamp → publish. No feed is marked: who tells facts once a month is not silent between."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw

from dunghen.contracts.facts import Fact
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
    facts, results = list[Fact](), list[Result]()
    for raw in items:
        try:
            facts.append(fact_of(raw, source, reading, ports.arrivals.next()))
            results.append(Result(""))
        except ItemRefused as refused:
            results.append(Result("", refused))
    if not dry_run:
        if facts:
            with ports.metrics.acknowledging.time():
                await ports.facts.publish(facts)
        measure(results, ports)
        ports.metrics.accepted.labels("fact").inc(len(facts))
    return results
