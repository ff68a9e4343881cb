"""A day that is over as two tables, read from the public API: nothing is in them that everybody could not have read there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import httpx
import pyarrow as pa

from dunghen.cli.data_folder import CommandError
from dunghen.cli.open_data.shelf import columns
from dunghen.domain.marks import IN_A_WINDOW

RATES = ("official", "resolved", "due_cohort", "statutory")
TRIES = 10
STANDING = ("received", "finished", "pending", "overdue", "paused")  # `received`, `finished`: of the day; the others: at its end
NAMES = [("day", pa.date32()), ("unit", pa.string()), ("name", pa.string()), ("kind", pa.string()), ("type", pa.string())]
COUNTS = [(name, pa.int64()) for name in dict.fromkeys((*STANDING, *IN_A_WINDOW))]
OF_RATES = [(f"{rate}_{part}", pa.int64()) for rate in RATES for part in ("numerator", "denominator")]
UNITS = pa.schema([*NAMES, *COUNTS, *OF_RATES])
INDICATORS = pa.schema(
    [
        *NAMES,
        *[("indicator", pa.string()), ("numerator", pa.int64()), ("denominator", pa.int64()), ("few", pa.bool_())],
        *[("points", pa.float64()), ("maximum", pa.int64()), ("reason", pa.string()), ("standing", pa.string()), ("exact", pa.string())],
    ]
)


class Day(NamedTuple):
    """The tables by name, and what is to be told of them."""

    tables: Mapping[str, pa.Table]
    told: Mapping[str, object]
    licence: Mapping[str, object]


def read_day(api: httpx.Client, day: date | None) -> Day:
    """`day` None: yesterday of the city. Raises CommandError for one that is not over, and while the map or its history is stale."""
    now = _get(api, "map")
    today = date.fromisoformat(now["as_of"])
    wanted = day or date.fromordinal(today.toordinal() - 1)
    if wanted >= today:
        raise CommandError(f"{wanted} is not over in the city, where it is {today}: only closed days are published")
    by_rate = _steady(api, wanted)
    told = {name: by_rate["official"][name] for name in ("as_of", "known_at", "policy")}
    tables = {
        "units": columns(_units(wanted, by_rate), UNITS),
        "indicators": columns(_indicators(api, wanted), INDICATORS),
    }
    return Day(tables, told, _get(api, "definitions")["licence"])


def _steady(api: httpx.Client, day: date) -> Mapping[str, Any]:
    """The map of that day in each rate, of one moment: what was read first has to be the same at the end."""
    for _ in range(TRIES):
        by_rate = {rate: _get(api, "map", window="today", as_of=str(day), rate=rate) for rate in RATES}
        if _get(api, "map", window="today", as_of=str(day), rate=RATES[0])["units"] == by_rate[RATES[0]]["units"]:
            return by_rate
    raise CommandError(f"what the dossiers say of {day} changes faster than it can be read: try again later")


def _units(day: date, by_rate: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    rates = {rate: {row["code"]: row for row in answer["units"]} for rate, answer in by_rate.items()}
    for row in by_rate["official"]["units"]:
        counts = {**row["counts"], **{name: row[name] for name in STANDING}}
        of = {f"{rate}_{part}": rates[rate][row["code"]][part] for rate in RATES for part in ("numerator", "denominator")}
        yield {**_named(day, row), **counts, **of}


def _indicators(api: httpx.Client, day: date) -> Iterator[dict[str, object]]:
    """Of the month to the end of that day: most facts are told by the month."""
    for code in _codes(_get(api, "indicators")["sets"]):
        answer = api.get("map", params={"indicator": code, "window": "month", "as_of": str(day)})
        if answer.status_code == 404:
            continue  # not in force on that day
        body = _level(answer.raise_for_status().json())
        members = ("numerator", "denominator", "few", "points", "maximum", "reason", "standing", "exact")
        for row in body["units"]:
            yield {**_named(day, row), "indicator": code, **{name: row.get(name) for name in members}}


def _codes(sets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in sets:
        if one["total"]:
            yield one["code"]
        yield from (indicator["code"] for indicator in one["indicators"])


def _named(day: date, row: Mapping[str, Any]) -> dict[str, object]:
    return {"day": day, "unit": row["code"], **{name: row[name] for name in ("name", "kind", "type")}}


def _get(api: httpx.Client, path: str, **asked: str) -> Any:
    answer = api.get(path, params=asked)
    if answer.is_error:
        raise CommandError(f"the API answered {answer.status_code} to /api/v1/{path}")
    return _level(answer.json())


def _level(body: Any) -> Any:
    """The map of now may be level while the history, of which other days are made, is behind: each answer says it of itself."""
    if body.get("stale"):
        raise CommandError("the map is behind and says so: what it has of that day may be old; try again when it is level")
    return body
