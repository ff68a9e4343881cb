"""What is told of units for periods and dossiers do not feed: the facts that hold, or held as known at an instant; open to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.contracts.facts import Fact
from dunghen.domain.derived_facts import DERIVED_FACTS
from dunghen.domain.indicator_values import Stated
from dunghen.domain.reviewing import SELF
from dunghen.domain.tasks import TASKS
from services.api.answers import as_shown, with_next
from services.api.cursors import BadCursor, page_of, place_of
from services.api.follower import Follower
from services.api.freshness import aged
from services.api.past import Past
from services.api.past_map import FactsAsked, past_facts
from services.api.problems import ProblemError
from services.api.questions import on_the_loop
from services.api.routes_map import present, unit_of
from services.api.routes_officials import After
from services.api.rows import instant_text
from services.api.schema import KNOWN, answers
from services.api.views import Scene
from services.api.withdrawn import WithdrawnYear, withdrawn_years

CODE = r"^[A-Z0-9_.]{0,61}$"
MOST = 500


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
    """A page of facts by unit, code and period. `after`: where the next page goes on, "" on the last. `withdrawn`: years of yearly sets
    that were public then and were withdrawn since; of the asked code's set where one is asked for. `age_seconds` only where it is stale.
    """

    known_at: str | None
    version: int
    facts: list[FactShown]
    after: str
    withdrawn: list[WithdrawnYear]
    stale: bool = False
    age_seconds: int | None = None


class Wanted:
    """Of which unit, or of which code, or both; which page."""

    def __init__(
        self,
        unit: Annotated[str, Query(max_length=60, description="a unit's code, or the city's")] = "",
        code: Annotated[str, Query(pattern=CODE, description="of a fact, as the terms of /indicators name it")] = "",
        limit: Annotated[int, Query(ge=1, le=MOST, description="facts of a page")] = MOST,
        after: After = "",
    ) -> None:
        self.unit, self.code, self.limit, self.after = unit, code, limit, after

    @property
    def of(self) -> dict[str, str]:
        """What is asked for, by the names of the store."""
        return {name: value for name, value in (("unit", self.unit), ("code", self.code)) if value}

    def behind(self) -> str:
        """Behind which fact (`_place`) the page begins. Raises ProblemError."""
        try:
            return str(place_of(self.after, ("",))[0]) if self.after else ""
        except BadCursor as fault:
            raise ProblemError("INVALID_PARAMETER", "not valid: after") from fault


def fact_routes(follower: Follower, past: Past) -> APIRouter:
    """What the indicators that are told are made of."""
    router = APIRouter(prefix="/api/v1", tags=["indicators"])

    @router.get("/facts", responses=answers(FactsAnswer, "A page of facts", 404, 422) | {304: KNOWN})
    async def get_facts(
        request: Request,
        wanted: Annotated[Wanted, Depends(on_the_loop(Wanted))],
        known_at: Annotated[datetime | None, Query(description="an instant: what was known then")] = None,
    ) -> Response:
        """The facts that hold of a unit, of a code, or of both; `known_at`: those that held with what had arrived by then. Drafts of yearly
        sets are not public; tasks are in /tasks, what is made of desk events in /units/{code}/desks."""
        scene = present(follower)
        if not wanted.of:
            raise ProblemError("INVALID_PARAMETER", "unit or code is needed")
        if wanted.unit and wanted.unit != scene.city[0]:
            unit_of(scene, wanted.unit)
        behind = wanted.behind()
        if known_at is None:
            shown = sorted((one for one in _facts(scene, wanted) if _place(one) > behind), key=_place)
        else:
            scene, facts = await past_facts(past, follower, FactsAsked(wanted.of, behind, wanted.limit), known_at)
            shown = [_of_fact(fact) for fact in facts if fact.code not in DERIVED_FACTS]
        page, following = page_of([((_place(one),), one) for one in shown], wanted.limit, "")
        at = instant_text(scene.meta.known_at, scene.looks.zone)
        withdrawn = withdrawn_years(scene, {wanted.code.partition(".")[0]} if wanted.code else None)
        age = follower.stale_age()
        answer = aged(FactsAnswer(at, scene.meta.version, page, following, withdrawn), age)
        return with_next(request, as_shown(request, msgspec.json.encode(answer), age), following)

    return router


def _facts(scene: Scene, wanted: Wanted) -> Iterator[FactShown]:
    for unit in [wanted.unit] if wanted.unit else [scene.city[0], *(unit.code for unit in scene.units())]:
        for name, periods in scene.facts.unit(unit).items():
            if wanted.code not in ("", name.removesuffix(SELF)) or name.startswith(TASKS) or name in DERIVED_FACTS:
                continue
            for period, stated in periods.items():
                yield _shown(unit, name, period, stated)


def _of_fact(fact: Fact) -> FactShown:
    return _shown(fact.unit, fact.told_as, fact.period, Stated(fact.numerator, fact.denominator, fact.kind == "value"))


def _shown(unit: str, name: str, period: str, stated: Stated) -> FactShown:
    return FactShown(
        unit=unit,
        code=name.removesuffix(SELF),
        period=period,
        stage="self" if name.endswith(SELF) else "reviewed",
        assessed=stated.assessed,
        numerator=stated.numerator,
        denominator=stated.denominator,
    )


def _place(one: FactShown) -> str:
    """In the order of the list: what a fact is about (`told_history.subject`)."""
    return f"{one.unit}|{one.code}{SELF if one.stage == 'self' else ''}|{one.period}"
