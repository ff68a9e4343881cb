"""The task board by locality and bloc, and the list of tasks, pure (issue 7; decision 0026). Days are local; ratios are exact integers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from dunghen.contracts.statements import Task
from dunghen.domain.days import Zone, date_of
from dunghen.domain.ranking import dense_ranks
from dunghen.domain.tasks import BLOCS, Bloc, BlocState, Progress, TaskState, progress_of, state_of, together
from dunghen.domain.units import Unit
from services.api.rows import instant_text
from services.api.views import Scene

Order = Literal["urgency", "code"]
URGENCY = list(TaskState)
Place = tuple[int | str, ...]  # where a task stands in a list


class TaskQuestion(NamedTuple):
    """Of which year, as of the end of which local day; `bloc`, `plan`, `unit`, `state` "": all."""

    year: int
    day: int
    bloc: str = ""
    unit: str = ""
    state: str = ""
    order: Order = "urgency"
    plan: str = ""

    def asks(self, task: Task) -> bool:
        """Whether the year and the plan are those of a task; a statement of a bloc as a whole is of every plan."""
        return task.year == self.year and (self.plan in ("", task.plan) or task.kind == "not_assessed")


class Share(msgspec.Struct, kw_only=True):
    """done ÷ all. `value` null, colour `none`: not assessed, or not told, as `state` says; green when complete, red when not."""

    done: int
    all: int
    overdue: int
    value: float | None
    state: BlocState
    colour: str


class BlocShare(Share, kw_only=True):
    """Of one bloc."""

    bloc: Bloc


class UnitTasks(Share, kw_only=True):
    """A unit: of the bloc that was asked for, else of all its blocs; `rank` of `of` ranks within its kind, 1 the most complete."""

    code: str
    name: str
    kind: str
    rank: int | None
    of: int
    blocs: list[BlocShare]


class BoardAnswer(msgspec.Struct, kw_only=True):
    """The board: the most complete first, those without tasks at the end. `city`, `blocs`: Σ/Σ over its units.

    `plans`: codes of the plans that have a task in the year, whichever was asked for; "" stands for tasks that were told of none.
    """

    as_of: str
    year: int
    bloc: str | None
    plan: str | None
    plans: list[str]
    stale: bool
    age_seconds: int | None
    city: Share
    blocs: list[BlocShare]
    units: list[UnitTasks]


class Content(msgspec.Struct):
    """What is to be done; `en` "" where it was not told."""

    vi: str
    en: str


class TaskLine(msgspec.Struct, kw_only=True):
    """A task. `late`: done after it fell due; `days_over`: how long it is overdue, 0 where it is not. `owner` is a unit, never a person."""

    unit: str
    unit_name: str
    bloc: Bloc
    plan: str
    code: str
    year: int
    content: Content
    owner: str
    owner_name: str
    start_on: str | None
    due_on: str
    done_on: str | None
    state: TaskState
    late: bool
    days_over: int
    evidence: str | None
    told_at: str | None


class TasksAnswer(msgspec.Struct, kw_only=True):
    """A page of tasks; `all`: how many there are on all pages. `after`: where the next page goes on, "" on the last."""

    as_of: str
    year: int
    stale: bool
    age_seconds: int | None
    all: int
    tasks: list[TaskLine]
    after: str


class Listed(NamedTuple):
    """A task with its place in the list."""

    place: Place
    task: Task
    state: TaskState


def board_of(scene: Scene, asked: TaskQuestion) -> BoardAnswer:
    """All localities, and whatever other units have tasks; without the answer's age."""
    by_unit = {unit.code: (unit, _blocs(scene, unit.code, asked)) for unit in scene.units()}
    shown = [(unit, blocs) for unit, blocs in by_unit.values() if unit.kind == "locality" or any(told(p) for p in blocs.values())]
    whole = {unit.code: _wanted(blocs, asked.bloc) for unit, blocs in shown}
    ranks = _ranks([unit for unit, _ in shown], whole)
    of_kind = {unit.kind: max((ranks.get(u.code, 0) for u, _ in shown if u.kind == unit.kind), default=0) for unit, _ in shown}
    units = [
        UnitTasks(
            **share_of(whole[unit.code]),
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            rank=ranks.get(unit.code),
            of=of_kind[unit.kind],
            blocs=_shares(blocs),
        )
        for unit, blocs in shown
    ]
    units.sort(key=lambda one: (one.rank is None, one.rank or 0, one.code))
    of_city = {bloc: together(blocs[bloc] for _, blocs in shown) for bloc in BLOCS}
    return BoardAnswer(
        as_of=date_of(asked.day).isoformat(),
        year=asked.year,
        bloc=asked.bloc or None,
        plan=asked.plan or None,
        plans=sorted(_plans(scene, asked.year)),
        stale=False,
        age_seconds=None,
        city=Share(**share_of(_wanted(of_city, asked.bloc))),
        blocs=_shares(of_city),
        units=units,
    )


def _plans(scene: Scene, year: int) -> set[str]:
    tasks = (task for of in scene.statements.tasks.values() for task in of.values())
    return {task.plan for task in tasks if task.year == year and task.kind == "task"}


def told(progress: Progress) -> bool:
    """Whether anything was said of it."""
    return progress.state is not BlocState.NOT_TOLD


def share_of(progress: Progress) -> dict[str, Any]:
    """The members of a Share."""
    value = progress.done / progress.all if progress.all else None
    return {**progress._asdict(), "value": value, "colour": progress.colour}


def _shares(blocs: Mapping[Bloc, Progress]) -> list[BlocShare]:
    return [BlocShare(**share_of(blocs[bloc]), bloc=bloc) for bloc in BLOCS]


def _wanted(blocs: Mapping[Bloc, Progress], bloc: str) -> Progress:
    return together(progress for name, progress in blocs.items() if bloc in ("", name))


def _blocs(scene: Scene, unit: str, asked: TaskQuestion) -> dict[Bloc, Progress]:
    by_bloc: dict[Bloc, list[Task]] = defaultdict(list)
    for task in scene.statements.tasks.get(unit, {}).values():
        if asked.asks(task):
            by_bloc[task.bloc].append(task)
    return {
        bloc: progress_of(
            (task.days for task in by_bloc[bloc] if task.kind == "task"),
            asked.day,
            assessed=all(task.kind == "task" for task in by_bloc[bloc]),
        )
        for bloc in BLOCS
    }


def _ranks(units: Iterable[Unit], whole: Mapping[str, Progress]) -> dict[str, int]:
    """Dense, within each kind; one task is enough to be ranked."""
    of: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for unit in units:
        of[unit.kind].append((unit.code, whole[unit.code].done, whole[unit.code].all))
    return {code: rank for entries in of.values() for code, rank in dense_ranks(entries, few=1).items()}


def tasks_listed(scene: Scene, asked: TaskQuestion) -> list[Listed]:
    """All tasks that were asked for, in their order. What a bloc that is not assessed has is not shown: it counts nothing."""
    codes = [asked.unit] if asked.unit else list(scene.statements.tasks)
    found = [one for code in codes for one in _of_unit(scene.statements.tasks.get(code, {}).values(), asked)]
    return sorted(found, key=lambda one: one.place)


def _of_unit(tasks: Iterable[Task], asked: TaskQuestion) -> Iterator[Listed]:
    of_year = [task for task in tasks if asked.asks(task) and asked.bloc in ("", task.bloc)]
    left_out = {task.bloc for task in of_year if task.kind == "not_assessed"}
    for task in of_year:
        if task.kind != "task" or task.bloc in left_out:
            continue
        state = state_of(task.days, asked.day)
        if asked.state in ("", state):
            identity: Place = (task.unit, BLOCS.index(task.bloc), task.plan, task.code)
            urgency: Place = (URGENCY.index(state), task.days.due_on) if asked.order == "urgency" else ()
            yield Listed((*urgency, *identity), task, state)


def lines_of(listed: Sequence[Listed], scene: Scene, day: int) -> list[TaskLine]:
    """As they are shown as of the end of `day`."""
    names = {unit.code: unit.name for unit in scene.units()}
    return [_line(one, names, day, scene.looks.zone) for one in listed]


def _line(one: Listed, names: Mapping[str, str], day: int, zone: Zone) -> TaskLine:
    task, days = one.task, one.task.days
    done_on = days.done_on if one.state is TaskState.DONE else None
    return TaskLine(
        unit=task.unit,
        unit_name=names.get(task.unit, task.unit),
        bloc=task.bloc,
        plan=task.plan,
        code=task.code,
        year=task.year,
        content=Content(task.vi, task.en),
        owner=task.owner,
        owner_name=names.get(task.owner, task.owner),
        start_on=_written(days.start_on),
        due_on=date_of(days.due_on).isoformat(),
        done_on=_written(done_on),
        state=one.state,
        late=done_on is not None and done_on > days.due_on,
        days_over=day - days.due_on if one.state is TaskState.OVERDUE else 0,
        evidence=task.evidence or None,
        told_at=instant_text(task.occurred_at, zone),
    )


def _written(day: int | None) -> str | None:
    return None if day is None else date_of(day).isoformat()
