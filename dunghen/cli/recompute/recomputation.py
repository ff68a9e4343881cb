"""The batch path from end to end: events and policy in, the figures of `contracts.messages.UnitScore` out, and the dossiers behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from dunghen.cli.recompute import city, counts, deadlines, stories, sums
from dunghen.cli.recompute.frozen import History
from dunghen.contracts.messages import RateCounts, UnitScore, WindowScore

Window = tuple[str, int, int]  # name, first and last local day
_EVERYTHING = 1 << 62
_BEFORE = "before "


@dataclass(frozen=True)
class Cut:
    """A unit, and for each partition the source offset below which events count for it; a partition that is left out counts as 0."""

    unit: str
    below: Mapping[int, int]


@dataclass(frozen=True)
class Question:
    """What to count: `today` and the windows in local days, `over` the last day that is over (live: yesterday).

    `cuts`: the units that are asked for, each under a name of its own, so that one unit may be asked for at several cuts; the answers have
    these names. None: every event, every unit.
    """

    today: int
    windows: tuple[Window, ...]
    over: int
    cuts: Mapping[str, Cut] | None = None
    policy: int = 0


@dataclass(frozen=True)
class CountedDossier:
    """One dossier behind a figure, in local day numbers: what ended it, and the id and place of the sync that speaks for it."""

    dossier: str
    good: bool
    received_day: int
    ended_day: int | None
    due_day: int | None
    first_due_day: int | None
    ended_by: str | None
    statement: str
    partition: int
    offset: int


@dataclass
class Recomputation:
    """The figures by unit (or by the name of its cut), and the databases they were counted in; close it when done."""

    units: dict[str, UnitScore]
    connections: list[duckdb.DuckDBPyConnection] = field(repr=False)

    def dossiers_of(self, unit: str, window: str, rate: str) -> list[CountedDossier]:
        """The dossiers that stand behind one rate of a unit, in order of their codes; raises KeyError for an unknown rate."""
        sql, given = counts.dossiers_sql(rate), {"unit": unit, "window": window}
        rows = [row for connection in self.connections for row in connection.execute(sql, given).fetchall()]
        return sorted((CountedDossier(*row) for row in rows), key=lambda counted: counted.dossier)

    def close(self) -> None:
        for connection in self.connections:
            connection.close()

    def __enter__(self) -> Recomputation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def recompute(events: pa.Table, policy: Mapping[str, Any], question: Question) -> Recomputation:
    """Counts everything asked, from raw events (`events.SCHEMA`) and the policy's bodies.

    Raises what `city.city_of` and `city.lay_out` raise for a policy that cannot be read.
    """
    connection = duckdb.connect(config={"threads": 2})
    city.lay_out(connection, city.city_of(policy))
    connection.register("event", events)
    _ask(connection, question)
    for statement in (*stories.STATEMENTS, *deadlines.STATEMENTS):
        connection.execute(statement)
    return Recomputation(_scores(connection, question), [connection])


def recompute_history(history: History, bodies_at: Callable[[int], Mapping[str, Any]], question: Question) -> Recomputation:
    """As `recompute` under the policy of the question, but each frozen dossier under the one that froze it. `bodies_at`: of a version."""
    units: dict[str, UnitScore] = {}
    connections = []
    for version, events in sorted(history.under(question.policy).items()):
        bodies = bodies_at(version)
        found = recompute(events, bodies, question)
        connections += found.connections
        counted = bodies.get("counters", {}).get("names", counts.COUNTS)
        for name, score in found.units.items():
            part = score if version == question.policy else sums.known(score, counted)
            units[name] = sums.added(units[name], part) if name in units else part
    return Recomputation(units, connections)


def _ask(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    cuts = question.cuts
    rows = [(name, cut.unit, partition, below) for name, cut in (cuts or {}).items() for partition, below in (cut.below or {0: 0}).items()]
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    types = (("asked", pa.string()), ("unit", pa.string()), ("source_partition", pa.int64()), ("below", pa.int64()))
    connection.register(
        "cut_given", pa.table([pa.array(c, t) for c, (_, t) in zip(columns, types, strict=True)], names=[n for n, _ in types])
    )
    connection.execute("create temp table cut as from cut_given")
    connection.execute(
        "create temp table cuts_given as select ? as given, ? as otherwise", [cuts is not None, _EVERYTHING if cuts is None else 0]
    )
    connection.execute("create temp table asked_window (name varchar, first int, last int, over int)")
    asked = [w for name, first, last in question.windows for w in ((name, first, last), (_BEFORE + name, 2 * first - last - 1, first - 1))]
    if asked:
        connection.executemany("insert into asked_window values (?, ?, ?, ?)", [(*window, question.over) for window in asked])


def _scores(connection: duckdb.DuckDBPyConnection, question: Question) -> dict[str, UnitScore]:
    cuts = question.cuts or {}
    windows = {(row.pop("unit"), row.pop("name")): row for row in _rows(connection, counts.windows_sql())}
    today = {row.pop("unit"): row for row in _rows(connection, counts.today_sql(), today=question.today)}
    for row in _rows(connection, counts.PAUSED, today=question.today):
        today[row["unit"]]["paused"] = row["paused"]
    return {
        unit: UnitScore(
            unit=cuts[unit].unit if unit in cuts else unit,
            day=question.today,
            policy=question.policy,
            covers=dict(cuts[unit].below) if unit in cuts else {},
            windows={window[0]: _window(window, unit, windows) for window in question.windows},
            **today.get(unit, {}),
        )
        for unit in sorted(set(today) | set(cuts))
    }


def _window(window: Window, unit: str, rows: Mapping[tuple[str, str], dict[str, int]]) -> WindowScore:
    name, first, last = window
    row, before = rows.get((unit, name), {}), rows.get((unit, _BEFORE + name), {})
    rates = {rate: RateCounts(*(r.get(f"{rate}_{part}", 0) for r in (row, before) for part in ("good", "all"))) for rate in counts.RATES}
    return WindowScore(first=first, last=last, rates=rates, counts={name: row.get(name, 0) for name in counts.COUNTS})


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, **given: Any) -> list[dict[str, Any]]:
    result = connection.execute(sql, given) if given else connection.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
