"""What the catalogue of procedures comes to as facts of the city, by SQL; no code is shared with `domain.derived_facts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from dunghen.cli.recompute.fact_table import FactRow, day_of

_KINDS = ["locality", "department", "land_office", "health"]
_BEFORE = -(1 << 30)
_COLUMNS = (
    ("code", pa.string()),
    ("since", pa.int64()),
    ("level", pa.string()),
    ("integrated", pa.bool_()),
    ("kinds", pa.list_(pa.string())),
)

# A procedure stands on a day as its newest statement since says. A service is one that goes online; a fact without whole: no level is told.
FIGURES = """with
change as (select distinct since as day from procedure),
standing as (select c.day, p.* exclude (since), coalesce(p.level in ('full', 'partial'), false) as service
  from change c join procedure p on p.since <= c.day qualify row_number() over (partition by c.day, p.code order by p.since desc) = 1),
scope as (select * from (values ('QN2022.SERVICES', ['locality', 'department', 'land_office', 'health']),
  ('QN2022.SERVICES_CITY', ['department', 'land_office', 'health']), ('QN2022.SERVICES_LOCALITY', ['locality'])) t (fact, handled_by)),
said as (
  select fact, c.day, count(*) filter (service and integrated) as good, count(*) filter (service) as whole, count(level) as levels
    from scope cross join change c left join standing s on s.day = c.day and list_has_any(kinds, handled_by) group by all
  union all
  select 'QN2022.ONLINE', day, count(*) filter (service), count(*), count(level) from standing group by all)
select fact, greatest(day, 0)::int, good, case when levels > 0 then whole end
from said qualify row_number() over (partition by fact, greatest(day, 0) order by day desc) = 1"""


def catalogue_rows(body: Mapping[str, Any], city: str) -> list[FactRow]:
    """The facts of the city since each local day on which the policy's `procedures` change."""
    given = [_row(one) for one in body.get("procedures", ())]
    if not given:
        return []
    arrays = {name: pa.array(column, kind) for (name, kind), column in zip(_COLUMNS, zip(*given, strict=True), strict=True)}
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.register("procedure", pa.table(arrays))
        found = connection.execute(FIGURES).fetchall()
    return [(city, fact, day, day, good, whole, True) for fact, day, good, whole in found]


def _row(one: Mapping[str, Any]) -> tuple[Any, ...]:
    since = one.get("valid_from")
    kinds = list(one.get("kinds") or _KINDS)
    return one["code"], _BEFORE if since is None else day_of(since), one.get("level"), one.get("integrated") is True, kinds
