"""Tasks under Resolution 57 and how complete they are: open to everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.contracts.statements import FIRST_YEAR, LAST_YEAR, StatementsByUnit
from dunghen.domain.days import date_of, day_number
from dunghen.domain.tasks import Bloc, TaskState
from services.api.answers import as_shown, with_next
from services.api.cursors import BadCursor, page_of
from services.api.follower import Follower
from services.api.freshness import aged
from services.api.problems import ProblemError
from services.api.questions import on_the_loop
from services.api.routes_map import present, unit_of
from services.api.routes_officials import After, Limit
from services.api.schema import KNOWN, answers
from services.api.task_pages import BoardAnswer, Listed, Order, TaskQuestion, TasksAnswer, board_of, lines_of, tasks_listed
from services.api.views import Scene

KEPT = 64
Answer = TypeVar("Answer", BoardAnswer, TasksAnswer)


class When:
    """The year, the bloc, the plan, and the day as of which tasks are asked; as the tasks tell it now."""

    def __init__(
        self,
        year: Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR, description="of the plan; without it, that of as_of")] = None,
        bloc: Annotated[Bloc | Literal[""], Query(description="one bloc; without it, all four")] = "",
        as_of: Annotated[
            date | None, Query(description="a local date that has come: how tasks stood at its end; without it, today")
        ] = None,
        plan: Annotated[str, Query(max_length=60, description="code of a plan (KH02: Resolution 57); without it, all plans")] = "",
    ) -> None:
        self.year, self.bloc, self.as_of, self.plan = year, bloc, as_of, plan

    def question(self, scene: Scene) -> TaskQuestion:
        """Raises ProblemError for a day that lies ahead."""
        day = scene.meta.day if self.as_of is None else day_number(self.as_of)
        if day > scene.meta.day:
            raise ProblemError("INVALID_PARAMETER", "as_of lies ahead")
        return TaskQuestion(date_of(day).year if self.year is None else self.year, day, self.bloc, plan=self.plan)


Asked = Annotated[When, Depends(on_the_loop(When))]


@dataclass(slots=True)
class _Kept:
    """What was answered of one edition of the tasks, of one policy: lists in their order, and boards."""

    statements: StatementsByUnit | None = None
    of: tuple[int, int] = (-1, -1)
    boards: dict[TaskQuestion, BoardAnswer] = field(default_factory=dict)
    lists: dict[TaskQuestion, list[Listed]] = field(default_factory=dict)

    def board(self, scene: Scene, asked: TaskQuestion) -> BoardAnswer:
        self._fresh(scene)
        return self.boards.get(asked) or self.boards.setdefault(asked, board_of(scene, asked))

    def list(self, scene: Scene, asked: TaskQuestion) -> list[Listed]:
        self._fresh(scene)
        return self.lists[asked] if asked in self.lists else self.lists.setdefault(asked, tasks_listed(scene, asked))

    def _fresh(self, scene: Scene) -> None:
        of = scene.statements.edition, scene.meta.policy
        if scene.statements is not self.statements or of != self.of or len(self.boards) + len(self.lists) >= KEPT:
            self.statements, self.of, self.boards, self.lists = scene.statements, of, {}, {}


def task_routes(follower: Follower) -> APIRouter:
    """The board, and the list."""
    router = APIRouter(prefix="/api/v1", tags=["tasks"])
    kept = _Kept()

    @router.get("/tasks/board", responses=answers(BoardAnswer, "The board", 422) | {304: KNOWN})
    async def get_task_board(request: Request, asked: Asked) -> Response:
        """Tasks by locality and bloc, done of all and overdue: the most complete first, in dense ranks. Green when complete, red when not.
        A bloc that is not assessed in the year has no colour and counts in nothing.
        """
        scene = present(follower)
        return _sent(request, kept.board(scene, asked.question(scene)), follower.stale_age())

    @router.get("/tasks", responses=answers(TasksAnswer, "A page of tasks", 404, 422) | {304: KNOWN})
    async def get_tasks(  # noqa: PLR0913 - a route's parameters are its public interface
        request: Request,
        asked: Asked,
        unit: Annotated[str, Query(max_length=60, description="public code of a unit; without it, all")] = "",
        status: TaskState | Literal[""] = "",
        order: Annotated[Order, Query(description="code: nothing that stays is missed while it changes")] = "urgency",
        limit: Limit = 100,
        after: After = "",
    ) -> Response:
        """The tasks of a year, the longest overdue first, then those that fall due next, those that lie ahead, those that are done."""
        scene = present(follower)
        question = asked.question(scene)._replace(unit=unit_of(scene, unit).code if unit else "", state=status, order=order)
        listed = kept.list(scene, question)
        try:
            page, following = page_of([(one.place, one) for one in listed], limit, after)
        except BadCursor as fault:
            raise ProblemError("INVALID_PARAMETER", "not valid: after") from fault
        tasks = TasksAnswer(
            as_of=date_of(question.day).isoformat(),
            year=question.year,
            stale=False,
            age_seconds=None,
            all=len(listed),
            tasks=lines_of(page, scene, question.day),
            after=following,
        )
        return with_next(request, _sent(request, tasks, follower.stale_age()), following)

    return router


def _sent(request: Request, answer: Answer, age: float | None) -> Response:
    """The answer; where what is shown is behind, it says how far, and nobody may keep it."""
    return as_shown(request, msgspec.json.encode(aged(answer, age)), age)
