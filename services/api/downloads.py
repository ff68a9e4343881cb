"""The map and the rankings as tables to take away, CSV or XLSX: one line a unit; what all are of stands in columns at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, Literal, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.marks import IN_A_WINDOW
from dunghen.platform.sheets import CSV, XLSX, Cell, write_csv, write_sheet
from services.api.answers import as_shown, content_tag, has_it, plain, untagged
from services.api.movements import Movement
from services.api.rankings import INDICATOR_ONLY, Before, Ranked, RankingAnswer
from services.api.rows import Row

Form = Literal["csv", "xlsx"]
DAYS = frozenset({"as_of", "first", "last", "before_first", "before_last"})
ABOVE = ("as_of", "known_at", "version", "period", "first", "last", "before_first", "before_last")
FRESHNESS = ("map_stale", "map_age_seconds")  # `stale` of a unit is its feed's
_writing = ThreadPoolExecutor(1, "sheets")  # one at a time: a country's takes seconds of the processor


class Table(NamedTuple):
    """Names and lines; `name`: of the file, without its ending."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


async def download(request: Request, table: Table, form: Form, age: float | None = None) -> Response:
    """The table as a file; `age` as of `as_shown`."""
    text = write_csv(table.columns, table.rows)
    if form == "csv":
        answer = as_shown(request, text, age, media_type=CSV)
    elif age is not None:
        answer = untagged(request, await _written(table), XLSX)
    else:
        answer = await _sheet(request, table, f"{content_tag(text)}.xlsx")
    answer.headers["Content-Disposition"] = f'attachment; filename="{table.name}.{form}"'
    return answer


async def private_sheet(request: Request, table: Table) -> Response:
    """An XLSX sheet for one reader: kept by nobody, used by no other site."""
    answer = untagged(request, await _written(table), XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{table.name}.xlsx"'
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


async def _written(table: Table) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_writing, write_sheet, *table)


async def _sheet(request: Request, table: Table, tag: str) -> Response:
    """The tag is that of the lines: for who has the sheet already none is written. It is packed by itself, so never once more."""
    if has_it(request, tag):
        return plain(request, b"", tag, XLSX)
    return plain(request, await _written(table), tag, XLSX)


def map_table(rows: Iterable[Row], heading: Mapping[str, Any]) -> Table:
    """One line a unit; `heading` with what all are of, `stale` and `age_seconds` too."""
    rows = list(rows)
    of = type(rows[0]) if rows else Row
    names = [name for name in of.__struct_fields__ if name not in ("counts", *IN_A_WINDOW)]
    measure = "indicator" if heading.get("indicator") else "rate"
    above: tuple[str, ...] = ("as_of", "known_at", "version", "window", measure)
    told = [_told(name, heading[name]) for name in above]
    if measure == "indicator":
        above, told = (*above, "withdrawn"), [*told, " ".join(f"{of.year}:{of.withdrawn_at}" for of in heading.get("withdrawn", ()))]
    told += [heading["stale"], heading.get("age_seconds")]
    lines = [[getattr(row, name) for name in names] + [row.counts[name] for name in IN_A_WINDOW] + told for row in rows]
    name = "-".join(("dunghen", heading["window"], heading[measure], heading["kind"]))
    return Table(name, [*names, *IN_A_WINDOW, *above, *FRESHNESS], lines)


def ranking_table(answer: RankingAnswer) -> Table:
    """One line a unit, in the order of the answer; of several former units the codes in one cell, with spaces between."""
    left_out = ("before", "movement", *(() if answer.indicator else INDICATOR_ONLY))
    own = [name for name in Ranked.__struct_fields__ if name not in left_out]
    above = (*ABOVE, "indicator" if answer.indicator else "rate", "order")
    names = ["group_kind", "group_third", *own]
    names += [f"before_{name}" for name in Before.__struct_fields__] + [f"movement_{name}" for name in Movement.__struct_fields__]
    told = [_told(name, getattr(answer, name)) for name in above]
    lines = [
        [
            *(ranking.kind, ranking.third),
            *(_cell(getattr(unit, name)) for name in own),
            *map(_cell, msgspec.structs.astuple(unit.before)),
            *msgspec.structs.astuple(unit.movement),
            *(*told, ranking.setting, answer.stale, answer.age_seconds),
        ]
        for ranking in answer.rankings
        for unit in ranking.units
    ]
    name = "-".join(("dunghen-ranking", answer.period, answer.indicator or str(answer.rate), answer.kind, answer.group))
    return Table(name, [*names, *above, "group_setting", *FRESHNESS], lines)


def _cell(value: Any) -> Cell:
    """Codes of a list with spaces between."""
    return " ".join(value) if isinstance(value, list) else value


def _told(name: str, value: Cell) -> Cell:
    return date.fromisoformat(str(value)) if name in DAYS else value
