"""What happens to desk events: as to facts."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw

from services.ingest.fact_handlers import Way, on_told
from services.ingest.handlers import Result
from services.ingest.ports import Ports
from services.ingest.wire.desk_events import desk_event_of
from services.ingest.wire.facts import FactReading


async def on_desk_events(told: tuple[str, Sequence[Raw]], reading: FactReading, ports: Ports, *, dry_run: bool = False) -> list[Result]:
    """One result an event, in their order; `told` = (source, items). Raises Unavailable if not all that was accepted is stored."""
    source, items = told
    way = Way("desk_event", lambda raw, at: desk_event_of(raw, source, reading, at), ports.desk_events.publish)
    return await on_told(items, way, ports, dry_run=dry_run)
