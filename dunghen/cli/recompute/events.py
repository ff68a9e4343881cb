"""Raw events as an Arrow table: one row an event that decodes, with the partition and offset it stands at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import msgspec
import pyarrow as pa

from dunghen.contracts.dead_letters import is_dossier_key
from dunghen.contracts.messages import DossierEvent, decode_event
from dunghen.contracts.topics import belongs

_NUMBERS = ("occurred_at", "arrived_at", "status", "received", "due", "ended", "returned", "channel", "flags", "gateway", "precedence")
_WORDS = ("id", "dossier", "unit", "kind", "procedure", "form")
_STEP = pa.struct([("status", pa.int64()), ("taken_at", pa.int64())])
SCHEMA = pa.schema(
    [("source_partition", pa.int64()), ("source_offset", pa.int64())]
    + [(name, pa.string()) for name in _WORDS]
    + [(name, pa.int64()) for name in _NUMBERS]
    + [("steps", pa.list_(_STEP))]
)
_ROWS_A_CHUNK = 50_000


class Placed(DossierEvent, gc=False, omit_defaults=True, kw_only=True):
    """A line of an event log: an event and where it stood; without a place, its line number in partition 0."""

    partition: int = 0
    offset: int = -1


_decode_placed = msgspec.json.Decoder(Placed).decode


@dataclass
class EventTable:
    """Collects events into Arrow, and counts what does not decode: fold sets that aside as poison, so it counts for nothing here either.

    `partitions`: of the source; then a record whose dossier counts in another partition than it stands in is passed over, as fold does.
    """

    poison: int = 0
    count: int = 0
    partitions: int = 0
    _rows: list[tuple[int, int, DossierEvent]] = field(default_factory=list)
    _chunks: list[pa.RecordBatch] = field(default_factory=list)

    def add(self, partition: int, offset: int, event: DossierEvent) -> None:
        self._rows.append((partition, offset, event))
        self.count += 1
        if len(self._rows) >= _ROWS_A_CHUNK:
            self._close_chunk()

    def add_record(self, partition: int, offset: int, record: tuple[bytes | None, bytes | None]) -> None:
        """Key and value as they are in Kafka; poison is what breaks the bounds of `DossierEvent`, or stands under another key."""
        key, value = record
        try:
            event = decode_event(value or b"")
        except msgspec.MsgspecError:
            self.poison += 1
            return
        if not is_dossier_key(key, event.dossier):
            self.poison += 1
        elif not self.partitions or belongs(key, partition, self.partitions):
            self.add(partition, offset, event)

    def arrow(self) -> pa.Table:
        self._close_chunk()
        return pa.Table.from_batches(self._chunks, schema=SCHEMA)

    def _close_chunk(self) -> None:
        if self._rows:
            self._chunks.append(_batch(self._rows))
            self._rows.clear()


def _batch(rows: list[tuple[int, int, DossierEvent]]) -> pa.RecordBatch:
    events = [event for _, _, event in rows]
    places = [[row[i] for row in rows] for i in (0, 1)]
    facts = [[getattr(event, name) for event in events] for name in _WORDS + _NUMBERS]
    steps = [step for event in events for step in event.steps]
    ends = list(accumulate((len(event.steps) for event in events), initial=0))
    flat = pa.StructArray.from_arrays([pa.array([step[i] for step in steps], pa.int64()) for i in (0, 1)], fields=list(_STEP))
    columns = [pa.array(values, kind.type) for values, kind in zip(places + facts, SCHEMA, strict=False)]
    return pa.RecordBatch.from_arrays([*columns, pa.ListArray.from_arrays(pa.array(ends, pa.int32()), flat)], schema=SCHEMA)


def events_from_lines(lines: Iterable[bytes]) -> EventTable:
    """One JSON object a line: a DossierEvent, optionally with `partition` and `offset`; empty lines are skipped."""
    table = EventTable()
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            event = _decode_placed(line)
        except msgspec.MsgspecError:
            table.poison += 1
            continue
        table.add(event.partition, number if event.offset < 0 else event.offset, event)
    return table


def events_from_jsonl(file: Path) -> EventTable:
    """The events of a JSONL file; raises OSError if it cannot be read."""
    with file.open("rb") as lines:
        return events_from_lines(lines)


def events_of(events: Iterable[DossierEvent]) -> EventTable:
    """Events that are at hand already, all in partition 0 in this order."""
    table = EventTable()
    for number, event in enumerate(events):
        table.add(0, number, event)
    return table
