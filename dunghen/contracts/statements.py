"""What is told of units beside facts: tasks and follow-ups, values of `facts` too, told apart by `type` (decision 0026).

Every statement is kept under a key of its own; newest by (occurred_at, arrived_at, id) holds, in whatever order they are read. A reader of
an earlier release cannot take one for a fact: it has no `period`. It passes it over, and a newer one reads the topic again (`EDITION`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dunghen.contracts.facts import Evidence, Fact, decode_fact, fact_key
from dunghen.contracts.messages import Code, DayNumber, EventId, Instant, Microseconds
from dunghen.domain.follow_ups import FollowUpDays, Violation
from dunghen.domain.indicator_values import Stated
from dunghen.domain.tasks import Bloc, BlocYear, TaskDays, series_of

EDITION = 2  # of what a reader keeps of `facts`: in the name of its offsets, so that who keeps more reads all again
LONGEST_TEXT = 300
FIRST_YEAR, LAST_YEAR = 1970, 2105
TaskKind = Literal["task", "not_assessed", "withdrawn"]
TASK_KINDS: tuple[TaskKind, ...] = ("task", "not_assessed", "withdrawn")
FollowUpKind = Literal["follow_up", "withdrawn"]
FOLLOW_UP_KINDS: tuple[FollowUpKind, ...] = ("follow_up", "withdrawn")
Content = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Year = Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)]


class Task(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True, tag_field="type", tag="task"):
    """A task of a bloc in the plan of a year. `kind`: `task`; `not_assessed`: of the bloc as a whole, `plan` and `code` ""; `withdrawn`.

    `vi`, `en`: what is to be done. `owner`: the unit that answers for it, never a person. Days are local; a `task` has `due_on`.
    """

    id: EventId
    unit: Code
    bloc: Bloc
    year: Year
    plan: Code = ""
    code: Code = ""
    kind: TaskKind = "task"
    vi: Content = ""
    en: Content = ""
    owner: Code = ""
    start_on: DayNumber | None = None
    due_on: DayNumber | None = None
    done_on: DayNumber | None = None
    source: Code
    occurred_at: Instant
    arrived_at: Microseconds
    by: Code = ""
    evidence: Evidence = ""

    @property
    def days(self) -> TaskDays:
        """Only of a `task`."""
        return TaskDays(self.start_on, self.due_on or 0, self.done_on)


class FollowUp(msgspec.Struct, gc=False, omit_defaults=True, kw_only=True, tag_field="type", tag="follow_up"):
    """The follow-up of a violation at a unit, by its code there. It names no dossier and no person. Days are local ones."""

    id: EventId
    unit: Code
    code: Code
    kind: FollowUpKind = "follow_up"
    violation: Violation = "other"
    opened_on: DayNumber = 0
    explained_on: DayNumber | None = None
    closed_on: DayNumber | None = None
    source: Code
    occurred_at: Instant
    arrived_at: Microseconds
    by: Code = ""

    @property
    def days(self) -> FollowUpDays:
        """When it came how far."""
        return FollowUpDays(self.opened_on, self.explained_on, self.closed_on)


Statement = Task | FollowUp
Told = Fact | Task | FollowUp
About = tuple[str, ...]


class _Tag(msgspec.Struct, gc=False):
    type: str = "fact"


_tag = msgspec.json.Decoder(_Tag).decode
decode_statement = msgspec.json.Decoder(Task | FollowUp).decode


def decode_told(raw: bytes) -> Told:
    """A value of `facts`. Raises msgspec.MsgspecError, also for a type that this release does not know."""
    return decode_fact(raw) if _tag(raw).type == "fact" else decode_statement(raw)


def about(told: Statement) -> About:
    """What a statement is about: of two about the same, one holds."""
    if isinstance(told, Task):
        return "task", told.unit, str(told.year), told.bloc, told.plan, told.code
    return "follow_up", told.unit, told.code


def told_key(told: Told) -> bytes:
    """The key in the topic: begins with the unit, and only a repetition of the same statement takes its place."""
    if isinstance(told, Fact):
        return fact_key(told)
    type_, unit, *rest = about(told)
    return "|".join((unit, type_, *rest, told.id)).encode()


@dataclass(slots=True)
class StatementBook:
    """The statements that hold, withdrawals too. The same statements in any order give the same book."""

    held: dict[About, Statement] = field(default_factory=dict)

    def take(self, told: Statement) -> bool:
        """One statement; True if it holds now and did not before."""
        old = self.held.get(about(told))
        if old is not None and _order(old) >= _order(told):
            return False
        self.held[about(told)] = told
        return True


def _order(told: Statement) -> tuple[int, int, str]:
    return told.occurred_at, told.arrived_at, told.id


@dataclass(slots=True)
class StatementsByUnit:
    """The same for reading, without what was withdrawn. `edition` grows with every change."""

    tasks: dict[str, dict[About, Task]] = field(default_factory=lambda: defaultdict(dict))
    follow_ups: dict[str, dict[About, FollowUp]] = field(default_factory=lambda: defaultdict(dict))
    edition: int = 0

    def put(self, told: Statement) -> None:
        """The statement that holds now."""
        self.edition += 1
        if told.kind == "withdrawn":
            (self.tasks if isinstance(told, Task) else self.follow_ups)[told.unit].pop(about(told), None)
        elif isinstance(told, Task):
            self.tasks[told.unit][about(told)] = told
        else:
            self.follow_ups[told.unit][about(told)] = told

    def series(self, unit: str) -> Mapping[str, Mapping[str, Stated]]:
        """A unit's tasks as indicators want them: by term and day."""
        return series_of(_bloc_years(self.tasks.get(unit, {}).values()))


def statements_by_unit(book: StatementBook) -> StatementsByUnit:
    """All that holds."""
    found = StatementsByUnit()
    for told in book.held.values():
        found.put(told)
    return found


def _bloc_years(tasks: Iterable[Task]) -> list[BlocYear]:
    by: dict[tuple[Bloc, int, str], list[Task]] = defaultdict(list)
    left_out = set[tuple[Bloc, int]]()
    for task in tasks:
        by[task.bloc, task.year, task.plan].append(task)
        if task.kind != "task":
            left_out.add((task.bloc, task.year))
    return [
        BlocYear(
            bloc,
            year,
            tuple(t.done_on for t in of if t.done_on is not None),
            sum(t.kind == "task" for t in of),
            assessed=(bloc, year) not in left_out,
            plan=plan,
        )
        for (bloc, year, plan), of in by.items()
    ]
