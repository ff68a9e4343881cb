"""Indicators by the batch path: from the policy's body and the facts as they stand in the topic to values, in SQL.

Read from issue 7, `domain.md` §5 and decision 0023 on their own; no code is shared with `dunghen.domain.indicators` or what counts by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from dunghen.cli.recompute import indicator_sql as sql
from dunghen.cli.recompute.fact_table import FactRow, TaskRow, day_of
from dunghen.cli.recompute.indicator_points import Figures, Scale, scale_of, with_points
from dunghen.contracts.messages import UnitScore

Window = tuple[str, int, int, int]  # name, first and last local day, last day of its calendar period
KINDS = ["locality", "department", "land_office", "health"]
_RATES = ("official", "resolved", "due_cohort", "statutory")
_FOR_EVER = 1 << 30


@dataclass(frozen=True)
class Asked:
    """Whose indicators: `units` = {name of a cut: (unit's code, its kind)}, counted by the batch path in `scores`; and the city's code."""

    units: Mapping[str, tuple[str, str]]
    scores: Mapping[str, UnitScore]
    city: str


CITY = "city"


class Definitions:
    """The sets of one policy version, laid out as tables; `stretches` are the days that have to be counted for them.

    `published`: (set, year) of all that is public of yearly sets; None: drafts count too.
    """

    def __init__(self, body: Mapping[str, Any], windows: Sequence[Window], published: Sequence[tuple[str, int]] | None = None) -> None:
        self.drafts_count = published is None
        self.connection, self.scales = duckdb.connect(config={"threads": 2}), dict[int, Scale]()
        self.totals = dict[int, list[str]]()  # by version of a definition: what it is summed up into
        for statement in sql.SCHEMA:
            self.connection.execute(statement)
        for one in body.get("sets", ()):
            self._lay_out(one)
        self._insert("published", [*(published or ())])
        self._insert("asked_window", [*windows])
        for statement in sql.RUNS:
            self.connection.execute(statement)
        self.stretches = self.connection.execute("select distinct first, last from run").fetchall()

    def windows(self) -> tuple[tuple[str, int, int], ...]:
        """The stretches as windows of the batch path."""
        return tuple((_named(first, last), first, last) for first, last in self.stretches)

    def figures(self, asked: Asked, told: tuple[Iterable[FactRow], Iterable[TaskRow]]) -> Figures:
        """Every indicator and every total, of every unit and of the city, in every window."""
        for table in ("unit", "tally", "fact", "task"):
            self.connection.execute(f"delete from {table}")
        self._insert("unit", [*((name, code, kind) for name, (code, kind) in asked.units.items()), (CITY, asked.city, "")])
        for table, rows in zip(("fact", "task"), told, strict=True):
            self._insert(table, [*rows])
        if not self.drafts_count:
            self.connection.execute(sql.WITHOUT_DRAFTS)
        self._insert("tally", [row for name, score in asked.scores.items() for row in self._tallies(name, score)])
        return with_points(self.connection.execute(sql.FIGURES).fetchall(), self.scales, self.totals)

    def close(self) -> None:
        self.connection.close()

    def _tallies(self, name: str, score: UnitScore) -> Iterable[tuple[object, ...]]:
        for first, last in self.stretches:
            window = score.windows.get(_named(first, last))
            if window is None:
                continue
            yield from ((name, first, last, count, n, 0) for count, n in window.counts.items())
            yield from ((name, first, last, rate, window.rates[rate].numerator, window.rates[rate].denominator) for rate in _RATES)

    def _lay_out(self, one: Mapping[str, Any]) -> None:
        number = self.connection.execute("select count(*) from definition").fetchall()[0][0]
        for version, given in enumerate(one.get("indicators", ()), number):
            terms = [(version, part, *term) for part in ("numerator", "denominator") for term in _terms(given, part)]
            self._insert("definition", [_row(version, given, terms)])
            self._insert("term", terms)
            self.scales[version], self.totals[version] = scale_of(given), _totals(one, given)
            self._insert("total_of", [(code, version) for code in self.totals[version]])
        self._insert("indicator_set", [(one["code"], one.get("total") is True, one.get("yearly") is True)])

    def _insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:  # by columns: row by row DuckDB takes a millisecond each
            columns = {f"c{i}": list(column) for i, column in enumerate(zip(*rows, strict=True))}
            self.connection.register("given", pa.table(columns))
            self.connection.execute(f"insert into {table} select * from given")
            self.connection.unregister("given")


def _totals(of: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """The codes of the set, of the indicator's group and of those above it, as far as they are totals: an indicator's code is none."""
    if of.get("total") is not True:
        return []
    parents = {group["code"]: group.get("parent", "") for group in of.get("groups", ())}
    found, at = [str(of["code"])], given.get("group", "")
    while at:
        found.append(f"{of['code']}.{at.upper()}")
        at = parents[at]
    own = {one["code"] for one in of["indicators"]}
    return [code for code in found if code not in own]


def _row(version: int, given: Mapping[str, Any], terms: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    kind, maximum = given["kind"], given.get("maximum", 0)
    counted_like = "share" if kind in ("ratio", "threshold") else kind
    signature = f"{counted_like} {given.get('facts_over', 'sum')} " + " ".join(sorted(":".join(map(str, term[1:])) for term in terms))
    days = _from(given.get("valid_from"), -_FOR_EVER), _from(given.get("valid_to"), _FOR_EVER)
    kinds = [k for k in KINDS if k in given.get("kinds", KINDS)]  # none: for the city itself
    flags = given.get("facts_over") == "latest", all(_of_days(term) for term in terms)
    return version, given["code"], kind, maximum, *flags, *days, kinds, signature


def _from(text: str | None, otherwise: int) -> int:
    return otherwise if text is None else day_of(text)


def _of_days(term: tuple[Any, ...]) -> bool:
    return bool(term[2] == "tally" and term[3] != "official")


def _terms(given: Mapping[str, Any], part: str) -> list[tuple[str, str]]:
    """(tally, fact or task, name) of each; of its own fact where nothing is said. The name of `tasks` is "", of `tasks@KH02` `@KH02`."""
    if "numerator" not in given and "denominator" not in given:
        names = ["fact"] if part == "numerator" or given["kind"] != "sum" else []
    else:
        names = given.get(part, [])
    return [_term(name, given["code"]) for name in names]


def _term(name: str, own: str) -> tuple[str, str]:
    if name.startswith("tasks"):
        return "task", name.removeprefix("tasks").removeprefix(":")
    source, _, of = name.partition(":")
    return ("fact", of or own) if source == "fact" else ("tally", name)


def _named(first: int, last: int) -> str:
    return f"{first} to {last}"
