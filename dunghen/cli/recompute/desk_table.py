"""Desk events as they stand in the topic, and the facts that they come to, by SQL; no code is shared with `domain.desks`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from dunghen.cli.recompute.fact_table import FactRow, day_of
from dunghen.contracts.desks import decode_desk_event

_COLUMNS = ("part", "place", "unit", "desk", "day", "kind", "number", "channel", "score", "happened", "arrived")
_TYPES = (
    pa.int32(),
    pa.int64(),
    pa.string(),
    pa.string(),
    pa.int32(),
    pa.string(),
    pa.int32(),
    pa.string(),
    pa.int32(),
    pa.int64(),
    pa.int64(),
)

# What reaches a desk's day after it was closed (31 days, and two of slack) is none of it.
FIGURES = """with
counted as (select e.* from event e join cut using (part) where place < below and arrived // 86400000000 - day <= 33),
ticket as (select unit, desk, day, number,
    min(happened) filter (kind = 'ticket_taken') as taken, min(happened) filter (kind = 'ticket_called') as called,
    bool_or(kind = 'ticket_served') as served, bool_or(kind = 'ticket_abandoned') as abandoned
  from counted where kind like 'ticket_%' group by all),
appointment as (select unit, desk, day, number, bool_or(kind = 'appointment_kept') as kept, bool_or(kind = 'appointment_missed') as missed
  from counted where kind like 'appointment_%' group by all),
answer as (select unit, desk, day, channel, number, arg_max(score, (happened, arrived, score)) as score
  from counted where kind = 'answered' group by all),
unit_day as (select distinct unit, day from counted),
told as (
  select unit, day, 'DESK.WAIT_15' as code, count(*) filter (called - taken <= 900) as numerator, count(*) as denominator
    from ticket where called >= taken group by all
  union all select unit, day, 'DESK.ABANDONED', count(*) filter (not served), count(*) from ticket where served or abandoned group by all
  union all select unit, day, 'DESK.SATISFIED', count(*) filter (score >= 4), count(*) from answer group by all
  union all select unit, day, 'DESK.KEPT', count(*) filter (kept), count(*) from appointment where kept or missed group by all),
code as (select unnest(['DESK.WAIT_15', 'DESK.ABANDONED', 'DESK.SATISFIED', 'DESK.KEPT']) as code)
select unit, code, day, day, coalesce(numerator, 0), coalesce(denominator, 0), true
from unit_day cross join code left join told using (unit, day, code)"""


@dataclass
class DeskTable:
    """Every event with its partition and offset."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def add_record(self, partition: int, offset: int, value: bytes | None) -> None:
        """One record; what does not decode, or is of no day, counts for nothing on the map either."""
        try:
            e = decode_desk_event(value or b"")
            said = (e.kind, e.number, e.channel or "", e.score, e.occurred_at, e.arrived_at)
            self.rows.append((partition, offset, e.unit, e.desk, day_of(e.on), *said))
        except (msgspec.MsgspecError, ValueError):
            return

    def below(self, cut: Mapping[int, int] | None) -> list[FactRow]:
        """The facts of all that stands below a cut (None: of everything): one for each unit, code and day."""
        arrays = [pa.array(column, kind) for column, kind in zip(zip(*self.rows, strict=True), _TYPES, strict=True)] if self.rows else []
        if not arrays:
            return []
        cut = {part: place + 1 for part, place, *_ in sorted(self.rows, key=lambda row: row[1])} if cut is None else cut
        with duckdb.connect(config={"threads": 2}) as connection:
            connection.register("event", pa.table(dict(zip(_COLUMNS, arrays, strict=True))))
            connection.register("cut", pa.table({"part": [*cut], "below": [*cut.values()]}))
            found: list[FactRow] = connection.execute(FIGURES).fetchall()
        return found
