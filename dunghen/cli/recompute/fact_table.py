"""What was told in the topic `facts`, as rows: of each fact and each task the newest statement below a cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from dunghen.contracts.facts import Fact
from dunghen.contracts.statements import Task, Told, decode_told

FactRow = tuple[str, str, int, int, int, int | None, bool]  # unit, code, first and last day, numerator, denominator, assessed
TaskRow = tuple[str, str, int, str, str, int | None]  # unit, bloc, year, plan, kind, the day on which it was done
_EPOCH = date(1970, 1, 1)
OWN = "~self"


@dataclass
class FactTable:
    """Every statement with its partition and offset."""

    placed: list[tuple[int, int, Told]] = field(default_factory=list)

    def add_record(self, partition: int, offset: int, value: bytes | None) -> None:
        """One record; what does not decode counts for nothing on the map either."""
        try:
            self.placed.append((partition, offset, decode_told(value or b"")))
        except msgspec.MsgspecError:
            return

    def below(self, cut: Mapping[int, int] | None) -> tuple[list[FactRow], list[TaskRow]]:
        """What holds of all that stands below a cut; None: of everything."""
        told = [one for partition, offset, one in self.placed if cut is None or offset < cut.get(partition, 0)]
        return rows_of(one for one in told if isinstance(one, Fact)), task_rows_of(one for one in told if isinstance(one, Task))


def rows_of(facts: Iterable[Fact]) -> list[FactRow]:
    """Of each unit, code and period the statement that was made last; a withdrawn one is none."""
    newest: dict[tuple[str, str, str], Fact] = {}
    for fact in sorted(facts, key=lambda f: (f.occurred_at, f.arrived_at, f.id)):
        newest[fact.unit, _named(fact), fact.period] = fact
    return [
        (f.unit, _named(f), *days_of(f.period), f.numerator, f.denominator, f.kind == "value")
        for f in newest.values()
        if f.kind != "withdrawn"
    ]


def task_rows_of(tasks: Iterable[Task]) -> list[TaskRow]:
    """Of each task, and of each bloc and year as a whole, the statement that was made last; a withdrawn one is none."""
    newest: dict[tuple[object, ...], Task] = {}
    for task in sorted(tasks, key=lambda t: (t.occurred_at, t.arrived_at, t.id)):
        newest[task.unit, task.bloc, task.year, task.plan, task.code] = task
    return [(t.unit, t.bloc, t.year, t.plan, t.kind, t.done_on) for t in newest.values() if t.kind != "withdrawn"]


def _named(fact: Fact) -> str:
    """Points that a unit gives itself are another figure than those that count."""
    return f"{fact.code}{OWN}" if fact.stage == "self" else fact.code


def days_of(period: str) -> tuple[int, int]:
    """First and last local day of `2026`, `2026-Q3`, `2026-10` or `2026-10-03`. Raises ValueError for another text."""
    year, _, rest = period.partition("-")
    if rest.count("-"):
        return day_of(period), day_of(period)
    month, months = (1, 12) if not rest else (3 * int(rest[1]) - 2, 3) if rest[0] == "Q" else (int(rest), 1)
    after = month + months
    return _day(int(year), month), _day(int(year) + (after > 12), after - 12 if after > 12 else after) - 1


def day_of(text: str) -> int:
    """The local day number of an ISO date."""
    return (date.fromisoformat(text) - _EPOCH).days


def holds_on(given: Mapping[str, Any], day: int) -> bool:
    """Whether a unit or a definition of a policy's body is there on a local day."""
    begin, end = given.get("valid_from"), given.get("valid_to")
    return (not begin or day_of(begin) <= day) and (not end or day <= day_of(end))


def _day(year: int, month: int) -> int:
    return (date(year, month, 1) - _EPOCH).days
