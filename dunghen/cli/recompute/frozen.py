"""Which dossiers were frozen, where, and under which policy: the rule of pruning over raw events and horizons (`architecture.md` §5).

Of the fold it knows only the horizons that are in the topic; what was frozen by them it finds in the events. A dossier is frozen from the
first horizon on before which it had fallen silent, if by the events up to there it was over: it ended, or it counts for nothing. Every
later event was refused. Where `stories` speaks of a dossier, here it is one that ends with one of its events: a candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from dunghen.cli.recompute import city, stories
from dunghen.contracts.horizons import Horizon

_LAST_DAY = 65535  # a record counts no later one
_FROZEN = pa.schema([("dossier", pa.string()), ("source_partition", pa.int64()), ("below", pa.int64()), ("policy", pa.int64())])


@dataclass(frozen=True)
class History:
    """What counts of the events, and the dossiers that are frozen: by whose policy, from which source offset on."""

    events: pa.Table
    frozen: pa.Table

    def under(self, policy: int) -> dict[int, pa.Table]:
        """The events by the policy under which their dossiers count, on a map of this policy: what was frozen before stays as it was."""
        if not self.frozen.num_rows:
            return {policy: self.events}
        with duckdb.connect() as connection:
            _register(connection, events=self.events, frozen=self.frozen)
            older = "select dossier, policy from frozen where policy < $policy"
            rest = f"select e.* from events e anti join ({older}) using (dossier)"
            parts = {policy: _arrow(connection, rest, policy=policy)}
            for (version,) in connection.execute(f"select distinct policy from ({older})", {"policy": policy}).fetchall():
                own = "select e.* from events e semi join (select dossier from frozen where policy = $policy) using (dossier)"
                parts[version] = _arrow(connection, own, policy=version)
        return parts


def history_of(events: pa.Table, horizons: Mapping[int, Iterable[Horizon]]) -> History:
    """Takes out of the events (`events.SCHEMA`) what came too late. `horizons`: all of each partition of the source."""
    rows = [(partition, *horizon) for partition, some in horizons.items() for horizon in some]
    if not rows:
        return History(events, _FROZEN.empty_table())
    names = ("source_partition", "day", "below", "policy")
    with duckdb.connect(config={"threads": 2}) as connection:
        city.lay_out(connection, city.City("UTC"))
        _register(connection, raw_event=events, horizon=pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))))
        for statement in (*_CANDIDATES, *stories.STATEMENTS, _FREEZE):
            connection.execute(statement)
        return History(_arrow(connection, _IN_TIME), _arrow(connection, "from frozen").cast(_FROZEN))


def _register(connection: duckdb.DuckDBPyConnection, **tables: pa.Table) -> None:
    for name, table in tables.items():
        connection.register(name, table)


def _arrow(connection: duckdb.DuckDBPyConnection, sql: str, **given: Any) -> pa.Table:
    return connection.sql(sql, params=given or None).to_arrow_table()


# What is accepted while a horizon stands counts as arrived no earlier than it: only a later one can freeze the dossier.
_CANDIDATES = (
    "create temp table in_force as select source_partition, below, max(day) as day from horizon group by source_partition, below",
    f"""create temp table arrival as
       select e.dossier, e.source_partition, e.source_offset,
         greatest(least(e.arrived_at // 86400000000, {_LAST_DAY}), coalesce(h.day, 0)) as day
       from raw_event e asof left join in_force h on e.source_partition = h.source_partition and e.source_offset >= h.below""",
    """create temp table silence as
       select dossier, source_partition, source_offset, max(day) over told as seen, lead(source_offset) over told as next_offset
       from arrival window told as (partition by dossier, source_partition order by source_offset)""",
    """create temp table candidate as
       select row_number() over () as c, s.dossier, s.source_partition, s.source_offset as upto, h.below, h.policy
       from silence s asof join horizon h on s.source_partition = h.source_partition and s.seen < h.day
       where h.below <= s.next_offset or s.next_offset is null""",
    """create temp table event as
       select e.* replace (c.c::varchar as dossier) from candidate c join raw_event e
       on e.dossier = c.dossier and e.source_partition = c.source_partition and e.source_offset <= c.upto""",
    "create temp table cut (asked varchar, unit varchar, source_partition bigint, below bigint)",
    "create temp table cuts_given as select false as given, 1::bigint << 62 as otherwise",
)
_FREEZE = """create temp table frozen as
    with still_open as (select course.dossier from course join finish using (k) where ended_at is null)
    select dossier, source_partition, arg_min(below, upto) as below, arg_min(policy, upto) as policy
    from candidate where c::varchar not in (from still_open) group by dossier, source_partition"""
_IN_TIME = """select e.* from raw_event e left join frozen f using (dossier, source_partition)
    where f.below is null or e.source_offset < f.below"""
