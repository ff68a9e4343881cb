"""Tasks of the four blocs at each locality: under Resolution 57-NQ/TW (plan KH02, phase 2) and of other plans (`domain.md` §1). Pure.

Days are local.

Progress is done ÷ all, in integers. A bloc that is not assessed in a year is left out of both: it is not none, and not 0 (decision 0026).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

from dunghen.domain.days import date_of
from dunghen.domain.indicator_values import Stated
from dunghen.domain.indicators import OF_PLAN

Bloc = Literal["party", "council", "committee", "front"]  # Đảng, HĐND, UBND, Mặt trận Tổ quốc
BLOCS: tuple[Bloc, ...] = ("party", "council", "committee", "front")
TASKS = "tasks"  # the term of all blocs and plans; `tasks:party` is that of one bloc, `tasks:party@KH02` that of its tasks in one plan


class TaskState(StrEnum):
    """How a task stands at the end of a day."""

    OVERDUE = "overdue"
    OPEN = "open"
    AHEAD = "ahead"  # it has not begun
    DONE = "done"


class BlocState(StrEnum):
    """How the tasks of a bloc stand, and why there is no colour."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    NOT_ASSESSED = "not_assessed"
    NOT_TOLD = "not_told"


COLOURS: Mapping[BlocState, str] = {BlocState.COMPLETE: "green", BlocState.INCOMPLETE: "red"}


class TaskDays(NamedTuple):
    """When a task begins, falls due and was done; None: not said, or not yet."""

    start_on: int | None
    due_on: int
    done_on: int | None


def state_of(days: TaskDays, day: int) -> TaskState:
    """At the end of `day`: done on or before it; overdue from the day after it fell due (dates are compared, `domain.md` §4)."""
    if days.done_on is not None and days.done_on <= day:
        return TaskState.DONE
    if days.due_on < day:
        return TaskState.OVERDUE
    return TaskState.AHEAD if days.start_on is not None and days.start_on > day else TaskState.OPEN


class Progress(NamedTuple):
    """Tasks of one bloc, of a unit or of the city. `state` says why there is nothing."""

    done: int
    all: int
    overdue: int
    state: BlocState

    @property
    def colour(self) -> str:
        """Green when complete, red when not, else none."""
        return COLOURS.get(self.state, "none")


def progress_of(tasks: Iterable[TaskDays], day: int, *, assessed: bool = True) -> Progress:
    """At the end of `day`. What is not assessed counts nothing, whatever tasks it has."""
    states = [state_of(task, day) for task in tasks] if assessed else []
    if not states:
        return Progress(0, 0, 0, BlocState.NOT_TOLD if assessed else BlocState.NOT_ASSESSED)
    return _stood(states.count(TaskState.DONE), len(states), states.count(TaskState.OVERDUE))


def together(parts: Iterable[Progress]) -> Progress:
    """Several blocs or units as one: Σ/Σ of those that have tasks; without any, not assessed where that was said of one."""
    given = list(parts)
    counted = [part for part in given if part.all]
    if counted:
        return _stood(sum(p.done for p in counted), sum(p.all for p in counted), sum(p.overdue for p in counted))
    said = any(part.state is BlocState.NOT_ASSESSED for part in given)
    return Progress(0, 0, 0, BlocState.NOT_ASSESSED if said else BlocState.NOT_TOLD)


def _stood(done: int, whole: int, overdue: int) -> Progress:
    return Progress(done, whole, overdue, BlocState.COMPLETE if done == whole else BlocState.INCOMPLETE)


class BlocYear(NamedTuple):
    """The tasks of one bloc of a unit in one year and plan: the days on which those were done that were, how many there are.

    `assessed`: whether the bloc is, in that year; a bloc of which only that is known has no plan and no tasks.
    """

    bloc: Bloc
    year: int
    done_on: tuple[int, ...]
    all: int
    assessed: bool
    plan: str = ""


def series_of(blocs: Iterable[BlocYear]) -> dict[str, dict[str, Stated]]:
    """Done of all at the end of each day on which that changed, by term and day (ISO): what indicators are made of.

    Every year begins with its first day, so that nothing of an earlier year is taken for it. `tasks@` stands for plans that the unit has
    no tasks of (`indicator_values.told_of`).
    """
    given = list(blocs)
    terms = {TASKS: given, **{f"{TASKS}:{bloc}": [one for one in given if one.bloc == bloc] for bloc in BLOCS}}
    for term, of in list(terms.items()):
        for plan in {"", *(one.plan for one in of)}:
            terms[f"{term}{OF_PLAN}{plan}"] = [one if plan and one.plan == plan else one._replace(done_on=(), all=0) for one in of]
    found = {term: _by_day(of) for term, of in terms.items()}
    return {term: days for term, days in found.items() if days}


def _by_day(blocs: list[BlocYear]) -> dict[str, Stated]:
    found: dict[str, Stated] = {}
    for year in {one.year for one in blocs}:
        of = [one for one in blocs if one.year == year]
        counted = [one for one in of if one.assessed and one.all]
        first, whole = f"{year}-01-01", sum(one.all for one in counted)
        if not counted:
            found |= {first: Stated(0, None, assessed=False)} if any(not one.assessed for one in of) else {}
            continue
        done = sorted(date_of(day).isoformat() for one in counted for day in one.done_on)
        found[first] = Stated(0, whole)
        for number, day in enumerate(done, 1):
            if day[:4] <= first[:4]:  # what was done after the year was not done in any window of it
                found[max(day, first)] = Stated(number, whole)
    return found
