"""Rankings of units over a day, month, quarter, year or live window."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.days import date_of
from dunghen.domain.periods import Period, period_of, previous
from dunghen.domain.told_periods import kind_of
from dunghen.domain.units import Catalogue
from dunghen.domain.windows import WindowError
from dunghen.platform.sheets import CSV, XLSX
from services.api.answers import hashed
from services.api.downloads import Table, download, ranking_table
from services.api.follower import Follower
from services.api.indicator_periods import periods_of, reason_of
from services.api.indicator_rows import Measure
from services.api.indicator_view import book_of, known_indicator
from services.api.past import Past
from services.api.past_map import Shown, When, is_live, past_view, refuse_behind
from services.api.problems import ProblemError
from services.api.questions import on_the_loop
from services.api.rankings import Group, Order, RankingAnswer, Wanted, rankings_of, side_of, ungrouped
from services.api.routes_map import LIVE_WINDOWS, IndicatorCode, KindName, RateName, one_measure, present
from services.api.schema import KNOWN, answers, file_answers
from services.api.views import Scene, View, ViewKey, heading

PERIOD_HELP = f"{LIVE_WINDOWS}; or a named period: 2026-10-03, 2026-10, 2026-Q3, 2026"
ORDER_HELP = "which end of the ranking stands first; rank 1 is the best in either: the highest rate"
GROUP_HELP = (
    "overall; kind: each kind of unit by itself; peers: thirds of a kind by the dossiers received; setting: a kind's units in towns, in the"
    " country, in the mountains, on islands, as far as the city states it"
)


class RankingQuestion:
    """What to rank and how; the period as it was asked for."""

    def __init__(  # noqa: PLR0913 - a route's parameters are its public interface
        self,
        period: Annotated[str, Query(max_length=10, description=PERIOD_HELP)] = "month",
        rate: RateName = "official",
        indicator: IndicatorCode = "",
        kind: KindName = "all",
        group: Annotated[Group, Query(description=GROUP_HELP)] = "kind",
        order: Annotated[Order, Query(description=ORDER_HELP)] = "lowest",
    ) -> None:
        self.period, self.rate, self.indicator, self.kind, self.group, self.order = period, rate, indicator, kind, group, order

    def at(self, period: Period) -> tuple[ViewKey, When]:
        """The view of a period, and the day as of which it is taken."""
        return ViewKey(period.window, self.rate, self.kind, self.indicator), When(date_of(period.day))


async def asked_ranking(request: Request, question: Annotated[RankingQuestion, Depends(on_the_loop(RankingQuestion))]) -> RankingQuestion:
    """Raises ProblemError where both a rate and an indicator are named."""
    one_measure(request, question.indicator)
    return question


Asked = Annotated[RankingQuestion, Depends(asked_ranking)]


def ranking_routes(follower: Follower, past: Past) -> APIRouter:
    """As JSON and as sheets."""
    router = APIRouter(prefix="/api/v1", tags=["map"])

    @router.get("/rankings", responses={**answers(RankingAnswer, "The rankings", 404), 304: KNOWN})
    async def get_rankings(request: Request, asked: Asked) -> Response:
        """Units in dense ranks (ties share one and the next follows), the lowest rate first; few dossiers unranked at the end. What a unit
        was in the equal period before stands beside it; that it moved is said only where the two intervals part. By an indicator as the
        map by it; where it has no value in such a period, `reason` says so and `periods` in which it has.
        """
        return hashed(request, msgspec.json.encode(await _answer(follower, past, asked)))

    @router.get("/rankings.csv", response_class=Response, responses=file_answers(CSV))
    async def get_rankings_csv(request: Request, asked: Asked) -> Response:
        """The same as CSV for spreadsheets."""
        return await download(request, await _table(follower, past, asked), "csv")

    @router.get("/rankings.xlsx", response_class=Response, responses=file_answers(XLSX))
    async def get_rankings_xlsx(request: Request, asked: Asked) -> Response:
        """The same as an XLSX sheet: numbers and dates as such, no formula, the same bytes for the same figures."""
        return await download(request, await _table(follower, past, asked), "xlsx")

    return router


async def _table(follower: Follower, past: Past, asked: RankingQuestion) -> Table:
    answer = await _answer(follower, past, asked)
    refuse_behind(follower, answer.age_seconds)
    return ranking_table(answer)


async def _answer(follower: Follower, past: Past, asked: RankingQuestion) -> RankingAnswer:
    scene, age = present(follower), follower.stored_age()  # the period before comes out of the store, whatever the other one does
    try:
        period = period_of(asked.period, scene.meta.day)
    except WindowError as fault:
        raise ProblemError("INVALID_PARAMETER", str(fault)) from fault
    earlier = previous(period)
    shown = await _shown(follower, past, period, asked)
    # all of it before anything else is waited for: a live view goes on
    now, (reason, periods) = side_of(shown.view, period.days.first), _told(scene, period, asked, shown.view)
    before = side_of(await _before(follower, past, earlier, asked), earlier.days.first)
    names = ("as_of", "known_at", "version", "policy", "rate", "indicator", "kind")
    above: dict[str, Any] = {name: shown.heading[name] for name in names}
    ends = {"first": period.days.first, "last": period.days.last, "before_first": earlier.days.first, "before_last": earlier.days.last}
    above |= {name: date_of(day).isoformat() for name, day in ends.items()}
    wanted = Wanted(asked.group, asked.order, scene.looks.few, scene.policy.catalogue if scene.policy else Catalogue(()))
    return RankingAnswer(
        **above,
        period=asked.period,
        group=asked.group,
        order=asked.order,
        stale=age is not None,
        rankings=rankings_of(now, before, wanted),
        ungrouped=ungrouped(now, wanted),
        reason=reason,
        periods=periods,
        age_seconds=None if age is None else round(age),
    )


async def _shown(follower: Follower, past: Past, period: Period, asked: RankingQuestion) -> Shown:
    """The live picture where that answers, so that a ranking is what the map shows."""
    key, when = asked.at(period)
    scene = present(follower)
    if not is_live(key, when, scene):
        return await past_view(past, follower, key, when)
    known_indicator(key, scene)
    return Shown(follower.channels.at(key, scene).view, heading(scene, key))


async def _before(follower: Follower, past: Past, period: Period, asked: RankingQuestion) -> View | None:
    """None where the indicator did not hold then."""
    try:
        return (await past_view(past, follower, *asked.at(period))).view
    except ProblemError as fault:
        if fault.code == "UNKNOWN_INDICATOR":
            return None
        raise


def _told(scene: Scene, period: Period, asked: RankingQuestion, view: View) -> tuple[str | None, list[str] | None]:
    """`reason` and `periods` of an answer by an indicator."""
    if not asked.indicator:
        return None, None
    periods = periods_of(scene, Measure(book_of(scene), asked.indicator, period.window, period.day))
    return reason_of(view.rows.values(), kind_of(period.window), periods), [*periods]
