"""What the policy says about time, as SQL tables: working intervals and days, limits of procedures, supplement rules (`domain.md` §3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

Hours = tuple[tuple[int, int], ...]
_VIETNAM_HOURS: Hours = ((25200, 41400), (48600, 61200))
_EPOCH = date(1970, 1, 1)
_ALWAYS = -1_000_000
_ZONE = re.compile(r"^[A-Za-z0-9_+/-]+$")


@dataclass(frozen=True)
class City:
    """The part of a policy that moves dates. Days are local day numbers; hours are seconds of the local day; weekdays from Monday = 0."""

    time_zone: str
    hours: Hours = _VIETNAM_HOURS
    weekend: tuple[int, ...] = (5, 6)
    overrides: Mapping[int, Hours] = field(default_factory=dict)
    limits: tuple[tuple[str, int, int | None, str | None], ...] = ()  # procedure, received from day, amount, hours|working_days|days|months
    supplement_rules: tuple[tuple[int, str], ...] = ((_ALWAYS, "subtract"),)  # received from day, rule


def city_of(bodies: Mapping[str, Any]) -> City:
    """The city from its policy's bodies by kind, as plain JSON; what is not given has its default.

    Raises KeyError, TypeError or ValueError where they garble what is needed: a policy that was applied does not.
    """
    calendar, rules = bodies.get("calendar", {}), bodies.get("rules", {})
    return City(
        time_zone=bodies.get("city", {}).get("time_zone", "Asia/Ho_Chi_Minh"),
        hours=_hours(calendar.get("hours", _VIETNAM_HOURS)),
        weekend=tuple(calendar.get("weekend", (5, 6))),
        overrides={_day(day): _hours(hours) for day, hours in calendar.get("overrides", {}).items()},
        limits=tuple(_limit(procedure) for procedure in bodies.get("procedures", {}).get("procedures", ())),
        supplement_rules=((_ALWAYS, "subtract"), *_supplement_rules(rules.get("supplement_rule", "subtract"))),
    )


def _hours(given: Any) -> Hours:
    return tuple((int(begin), int(until)) for begin, until in given)


def _limit(given: Mapping[str, Any]) -> tuple[str, int, int | None, str | None]:
    return given["code"], _day(given.get("valid_from")), given.get("limit"), given.get("unit") if "limit" in given else None


def _supplement_rules(given: Any) -> list[tuple[int, str]]:
    return [(_ALWAYS + 1, given)] if isinstance(given, str) else [(max(_day(one.get("from")), _ALWAYS + 1), one["rule"]) for one in given]


def _day(given: str | None) -> int:
    return _ALWAYS if given is None else (date.fromisoformat(given) - _EPOCH).days


def lay_out(connection: duckdb.DuckDBPyConnection, city: City) -> None:
    """Writes the city's tables and the macro `day_of(instant)` into a database; raises ValueError for a name that is no time zone."""
    if not _ZONE.match(city.time_zone):
        raise ValueError(f"not a time zone: {city.time_zone!r}")
    for statement in _SCHEMA:
        connection.execute(statement.replace("$zone", f"'{city.time_zone}'"))
    _fill(connection, "weekly_hours", [(w, *hours) for w in range(7) if w not in city.weekend for hours in city.hours])
    _fill(connection, "override_day", [(day,) for day in city.overrides])
    _fill(connection, "override_hours", [(day, *hours) for day, own in city.overrides.items() for hours in own])
    _fill(connection, "procedure_limit", list(city.limits))
    _fill(connection, "supplement_rule", list(city.supplement_rules))
    connection.execute("insert into full_day values (?)", [sum(until - begin for begin, until in city.hours)])
    for statement in _CALENDAR:
        connection.execute(statement)


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into {table} values ({marks})", rows)


_SCHEMA = (
    "create macro day_of(instant) as date_diff('day', date '1970-01-01', timezone($zone, to_timestamp(instant))::date)",
    """create macro instant_at(day, seconds) as
       epoch(timezone($zone, timestamp '1970-01-01' + to_days(day::int) + to_seconds(seconds::bigint)))::bigint""",
    "create table weekly_hours (weekday int, begins int, ends int)",
    "create table override_day (day int)",
    "create table override_hours (day int, begins int, ends int)",
    "create table procedure_limit (procedure varchar, from_day int, amount int, term varchar)",
    "create table supplement_rule (from_day int, rule varchar)",
    "create table full_day (seconds int)",
    """create table status_order as  -- within one instant a pause opens before it closes, and an end comes last (domain.md §3)
       select unnest([0, 1, 5, 6, 2, 4, 3, 7, 8, 9, 10]) as status, unnest(range(11)) as rank""",
)

# `worked` counts the working seconds before an interval since the beginning of time: the difference of two is the working time between.
_CALENDAR = (
    """create table working_hours as
       with day as (select range::int as day from range(-1, 49720))
       select day, begins, ends from day join weekly_hours on weekday = (day + 3) % 7 and ends > begins where day not in (from override_day)
       union all select day, begins, ends from override_hours where ends > begins""",
    """create table working as
       with stretch as (select day, instant_at(day, begins) as begins_at, instant_at(day, ends) as ends_at from working_hours)
       select *, (sum(ends_at - begins_at) over (order by begins_at) - (ends_at - begins_at))::bigint as worked
       from stretch where ends_at > begins_at order by begins_at""",
    "create table working_day as select distinct day from working_hours order by day",
)
