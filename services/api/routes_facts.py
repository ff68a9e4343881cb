"""What is told of units for periods and dossiers do not feed: the facts that hold, or held as known at an instant; open to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.derived_facts import DERIVED_FACTS
from dunghen.domain.reviewing import SELF
from dunghen.domain.tasks import TASKS
from services.api.answers import hashed
from services.api.follower import Follower
from services.api.past import Past
from services.api.past_map import past_facts
from services.api.problems import ProblemError
from services.api.questions import on_the_loop
from services.api.routes_map import present, unit_of
from services.api.rows import instant_text
from services.api.schema import KNOWN, answers
from services.api.views import Scene

CODE = r"^[A-Z0-9_.]{0,61}$"


class FactShown(msgspec.Struct, kw_only=True):
    """One fact. `denominator` null: the figure is a number by itself; `assessed` false: it was said that this is not assessed.

    `stage`: `self`, points that the unit gives itself; `reviewed`: what counts.
    """

    unit: str
    code: str
    period: str
    stage: str
    assessed: bool
    numerator: int
    denominator: int | None


class FactsAnswer(msgspec.Struct):
    """Facts by unit, code and period."""

    known_at: str | None
    version: int
    facts: list[FactShown]


class Wanted:
    """Of which unit, or of which code, or both."""

    def __init__(
        self,
        unit: Annotated[str, Query(max_length=60, description="a unit's code, or the city's")] = "",
        code: Annotated[str, Query(pattern=CODE, description="of a fact, as the terms of /indicators name it")] = "",
    ) -> None:
        self.unit, self.code = unit, code


def fact_routes(follower: Follower, past: Past) -> APIRouter:
    """What the indicators that are told are made of."""
    router = APIRouter(prefix="/api/v1", tags=["indicators"])

    @router.get("/facts", responses=answers(FactsAnswer, "The facts", 404) | {304: KNOWN})
    async def get_facts(
        request: Request,
        wanted: Annotated[Wanted, Depends(on_the_loop(Wanted))],
        known_at: Annotated[datetime | None, Query(description="an instant: what was known then")] = None,
    ) -> Response:
        """The facts that hold of a unit, of a code, or of both; `known_at`: those that held with what had arrived by then. Drafts of yearly
        sets are not public; tasks are in /tasks, what is made of desk events in /units/{code}/desks."""
        scene = present(follower)
        if not wanted.unit and not wanted.code:
            raise ProblemError("INVALID_PARAMETER", "unit or code is needed")
        if wanted.unit and wanted.unit != scene.city[0]:
            unit_of(scene, wanted.unit)
        if known_at is not None:
            asked = {name: value for name, value in (("unit", wanted.unit), ("code", wanted.code)) if value}
            scene = await past_facts(past, follower, asked, known_at)
        at = instant_text(scene.meta.known_at, scene.looks.zone)
        return hashed(request, msgspec.json.encode(FactsAnswer(at, scene.meta.version, list(_facts(scene, wanted)))))

    return router


def _facts(scene: Scene, wanted: Wanted) -> Iterator[FactShown]:
    for unit in [wanted.unit] if wanted.unit else [scene.city[0], *(unit.code for unit in scene.units())]:
        for name, periods in sorted(scene.facts.unit(unit).items()):
            code, own = name.removesuffix(SELF), name.endswith(SELF)
            if wanted.code not in ("", code) or name.startswith(TASKS) or name in DERIVED_FACTS:
                continue
            for period, stated in sorted(periods.items()):
                yield FactShown(
                    unit=unit,
                    code=code,
                    period=period,
                    stage="self" if own else "reviewed",
                    assessed=stated.assessed,
                    numerator=stated.numerator,
                    denominator=stated.denominator,
                )
