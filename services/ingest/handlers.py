"""What happens to a delivery: read every item → stamp → publish → count. Only what is stored is counted and answered as accepted."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from dunghen.contracts.event_ids import event_id
from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.refusals import Refusal
from dunghen.platform import traces
from services.ingest.feeds import Counts
from services.ingest.ports import Arrivals, Desk, Ports, Unavailable
from services.ingest.wire import scalars
from services.ingest.wire.allow_list import NamedItem, decode_item
from services.ingest.wire.dates import WireDates
from services.ingest.wire.deliveries import Delivery
from services.ingest.wire.drafts import Item, Reading, draft_of
from services.ingest.wire.heartbeats import Heartbeat
from services.ingest.wire.scalars import ItemRefused

FUTURE_SECONDS = 600  # a thing of the past may lie this far ahead of the city's clock (architecture.md §4)
ITEMS_AT_ONCE = 500  # then other requests get their turn


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item. `dossier` only where it has the shape of a dossier code, `event` only where it was accepted.

    `of`: the list of the body that it stands in, where a body may have several.
    """

    dossier: str
    refused: ItemRefused | None = None
    event: DossierEvent | None = None
    of: str = ""


def dates_of(desk: Desk, now: int) -> WireDates:
    """The reader of dates for deliveries that arrive now (seconds)."""
    return WireDates(desk.calendar, now + FUTURE_SECONDS, desk.days)


async def on_delivery(delivery: Delivery, desk: Desk, ports: Ports, *, dry_run: bool = False) -> list[Result]:
    """One result an item, in their order. Raises Unavailable if not all that was accepted is stored; then nothing is counted."""
    now = ports.clock.seconds()
    reading = Reading(dates_of(desk, now), desk.find_unit, desk.allowed, ports.finder(desk.zone), desk.precedence, desk.forms)
    results = await _read(delivery, reading, ports.arrivals)
    events = [result.event for result in results if result.event is not None]
    if not dry_run:
        if events:
            _note(events, desk)
            with ports.metrics.acknowledging.time():
                await ports.events.publish(events)
        await _count(delivery, results, ports, now)
    return results


def _note(events: Sequence[DossierEvent], desk: Desk) -> None:
    """For whoever looks for late ones: of which units they are, and how they were read."""
    if traces.on():
        traces.note("dunghen.units", sorted({event.unit for event in events if event.unit}))
        traces.note("dunghen.policy.version", desk.version)


async def on_heartbeat(beat: Heartbeat, ports: Ports) -> None:
    """Stores what a source says of itself. Raises Unavailable."""
    ports.feeds.on_heartbeat(beat, ports.clock.seconds())
    await ports.feed_store.store()


def stamped(draft: DossierEvent, arrived_at: int) -> DossierEvent:
    """The draft with its arrival and its id. Where the sender gave no time, it says what it says at the moment it arrives."""
    draft.id = event_id(draft, draft.occurred_at)
    draft.arrived_at = arrived_at
    draft.occurred_at = draft.occurred_at or arrived_at // 1_000_000
    return draft


async def _read(delivery: Delivery, reading: Reading, arrivals: Arrivals) -> list[Result]:
    results = []
    for i, item in enumerate(delivery.items):
        if i and i % ITEMS_AT_ONCE == 0:
            await asyncio.sleep(0)
        results.append(_result(item, reading, arrivals))
    return results


def _result(item: Item | ItemRefused, reading: Reading, arrivals: Arrivals) -> Result:
    if isinstance(item, ItemRefused):
        return Result("", item)
    try:
        event = stamped(draft_of(item, reading), arrivals.next())
    except ItemRefused as refused:
        return Result(_named(item), refused)
    return Result(event.dossier if scalars.is_known_shape(event.dossier) else "", None, event)


def _named(item: Item) -> str:
    """The code of a dossier that was refused, if it is a code beyond doubt: nothing else that was received may be repeated."""
    try:
        code = scalars.text(decode_item(item.raw, NamedItem).MaHoSo)
    except ItemRefused:
        return ""
    return code if scalars.is_known_shape(code) else ""


async def _count(delivery: Delivery, results: Sequence[Result], ports: Ports, now: int) -> None:
    """Raises Unavailable where a count that is compared with the sender's own is not certain to be stored; then it is taken back."""
    counted = _count_now(delivery, results, ports, now)
    if any(ports.feeds.is_compared(source) for source in counted):
        try:
            await ports.feed_store.store_soon()
        except Unavailable:
            for source, counts in counted.items():
                ports.feeds.take_back(source, counts)
            raise
    measure(results, ports)


def _count_now(delivery: Delivery, results: Sequence[Result], ports: Ports, now: int) -> dict[str, Counts]:
    """By source what was counted of it."""
    per_source: dict[str, list[Result]] = defaultdict(list)
    if delivery.source:
        per_source[delivery.source] = list(results)
    else:
        for item, result in zip(delivery.items, results, strict=True):
            if isinstance(item, Item):
                per_source[item.source].append(result)
    counted = {}
    for source, of_source in per_source.items():
        units = [result.event.unit for result in of_source if result.event is not None]
        counted[source] = Counts(len(units), len(of_source) - len(units), _odd(of_source))
        ports.feeds.on_delivery(source, now, units, counted[source])
    return counted


def _odd(results: Sequence[Result]) -> int:
    return sum(result.event is not None and not result.dossier for result in results)


def measure(results: Sequence[Result], ports: Ports) -> None:
    """Counts what was accepted and refused."""
    kinds: dict[str, int] = defaultdict(int)
    codes: dict[Refusal, int] = defaultdict(int)
    for result in results:
        if result.event is not None:
            kinds[result.event.kind] += 1
        elif result.refused is not None:
            codes[result.refused.code] += 1
    for kind, n in kinds.items():
        ports.metrics.accepted.labels(kind).inc(n)
    for code, n in codes.items():
        ports.metrics.refused.labels(code.value).inc(n)
    ports.metrics.odd_codes.inc(_odd(results))
