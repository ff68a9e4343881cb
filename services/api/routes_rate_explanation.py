"""Why a unit's rate is what it is: for everybody in whole numbers, for its officials with the dossiers behind it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.access import Target, What
from dunghen.domain.days import date_of
from dunghen.domain.flags import FLAGS
from dunghen.domain.rate_parts import PARTS, summed
from dunghen.domain.traits import flags_in
from dunghen.platform.store import CursorError, StoreAwayError
from services.api.answers import as_shown
from services.api.arrivals import arrived
from services.api.behind import Behind, Listed, Tally, Wish, difference
from services.api.dossier_projector import place_of
from services.api.explanations import versions_of
from services.api.follower import Follower
from services.api.freshness import aged
from services.api.items import item_of
from services.api.officials import Officials
from services.api.past import Past
from services.api.past_map import OneUnit, When, is_live, unit_then_or_now
from services.api.problems import ProblemError
from services.api.questions import on_the_loop
from services.api.rate_explanation import Beside, RateExplanation, Subject, explanation, flag_figures, late_data
from services.api.routes_map import WINDOW_HELP, RateName, present, unit_of
from services.api.routes_officials import REFUSALS, After, Limit, paged
from services.api.rows import instant_text
from services.api.schema import KNOWN, answers
from services.api.views import ViewKey

PartName = Literal["early", "on_day", "undated", "late", "pending", "overdue", "met", "missed"]


class Asking:
    """rate, window and as_of of a request."""

    def __init__(
        self,
        rate: RateName = "official",
        window: Annotated[str, Query(description=WINDOW_HELP)] = "month",
        as_of: Annotated[date | None, Query(description="a local date: the end of that day as the dossiers tell it now")] = None,
    ) -> None:
        self.rate, self.window, self.when = rate, window, When(as_of)


Asked = Annotated[Asking, Depends(on_the_loop(Asking))]


async def subject_of(follower: Follower, past: Past, code: str, asking: Asking) -> Subject:
    """The unit as it is told of what is asked. Raises ProblemError."""
    scene = present(follower)
    unit = unit_of(scene, code)
    live = is_live(ViewKey(asking.window), asking.when, scene)
    told = await unit_then_or_now(past, follower, OneUnit(code, asking.window), asking.when)
    return Subject(told, unit, asking.window, asking.rate, live)


def rate_explanation_routes(follower: Follower, past: Past, behind: Behind) -> APIRouter:
    """For everybody: whole numbers only."""
    router = APIRouter(prefix="/api/v1", tags=["units"])

    @router.get("/units/{code}/explanation", responses=answers(RateExplanation, "The rate taken apart", 404) | {304: KNOWN})
    async def get_unit_explanation(request: Request, code: str, asking: Asked) -> Response:
        """One rate of a unit taken apart: its parts, which sum up to numerator and denominator; the definition and its versions; the four
        rates and the gaps between them; flags of the dossiers behind it, as counts that isolate nobody; how many steps came late.
        """
        subject = await subject_of(follower, past, code, asking)
        beside = await _beside(behind, subject) if follower.store_behind() is None else Beside(None, None)
        found = explanation(subject, beside, versions_of(follower.mirror.records, subject.scene.meta.policy))
        age = follower.stale_age() if subject.live else subject.told.age
        return as_shown(request, msgspec.json.encode(aged(found, age)), age)

    return router


def rate_dossier_routes(officials: Officials, past: Past, behind: Behind) -> APIRouter:
    """For those who may read the unit's dossiers."""
    router = APIRouter(prefix="/api/v1", tags=["officials"], responses=REFUSALS)

    @router.get("/units/{code}/explanation/dossiers")
    async def get_unit_explanation_dossiers(  # noqa: PLR0913 - a route's parameters are its public interface
        request: Request,
        code: str,
        asking: Asked,
        part: PartName | None = None,
        flag: Annotated[str, Query(max_length=40, description="one of the flags of the explanation")] = "",
        limit: Limit = 100,
        after: After = "",
    ) -> Response:
        """The dossiers behind a rate, each with its part and its flags; all counts exact, as the map has them and as this list has them:
        the two stand at different places of the stream, and both places are said.
        """
        reading = await officials.admitted(request, What.UNIT_DOSSIERS, Target(code))
        subject = await subject_of(officials.follower, past, code, asking)
        if flag not in ("", *FLAGS) or (part or PARTS[asking.rate][0]) not in PARTS[asking.rate]:
            raise ProblemError("INVALID_PARAMETER", "not valid: flag" if flag not in ("", *FLAGS) else "not a part of this rate: part")
        tally, page = await _found(behind, subject, Wish(part or "", flag, limit, after))
        offsets = await _offsets(officials, subject)
        await officials.log(reading, code, (document.id for _, document in page.dossiers))
        body = {**_heading(subject), **_both(subject, tally), "store": offsets, **_listed(officials, page)}
        return paged(request, body, page.after)

    return router


async def _beside(behind: Behind, subject: Subject) -> Beside:
    closed = subject.closed()
    try:
        flags = flag_figures(subject, closed, await behind.tally(closed)) if closed else None
        return Beside(flags, late_data(await arrived(behind.past.store, subject.unit.code, subject.days)))
    except StoreAwayError:
        return Beside(None, None)


async def _found(behind: Behind, subject: Subject, wish: Wish) -> tuple[Tally, Listed]:
    asked = subject.asked()
    try:
        return await behind.tally(asked), await behind.page(asked, wish)
    except CursorError as fault:
        raise ProblemError("INVALID_PARAMETER", "not valid: after") from fault
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault


async def _offsets(officials: Officials, subject: Subject) -> dict[str, object]:
    """How far the read model is: of each partition of `dossiers` the next record, under the policy that is shown."""
    own = place_of(subject.scene.meta.policy)
    try:
        offsets = await officials.store.offsets()
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY") from fault
    return {"next": {str(partition): offset for (topic, partition), offset in sorted(offsets.items()) if topic == own}}


def _heading(subject: Subject) -> dict[str, object]:
    scene, days = subject.scene, subject.days
    return {
        "unit": subject.unit.code,
        "rate": subject.rate,
        "window": subject.window,
        "first": date_of(days.first).isoformat(),
        "last": date_of(days.last).isoformat(),
        "as_of": date_of(scene.meta.day).isoformat(),
        "map": {"version": scene.meta.version, "policy": scene.meta.policy, "covers": subject.told.score.covers},
    }


def _both(subject: Subject, tally: Tally) -> dict[str, object]:
    """The counts of the map and of the read model, and by how many dossiers the latter has more or less in a part, where it has."""
    parts, stored = subject.parts(), tally.by_part()
    shown, flags = {part.name: part.dossiers for part in parts}, tally.by_flag()
    of_store = summed(tuple(part._replace(dossiers=stored[part.name]) for part in parts))
    return {
        "shown": {**summed(parts)._asdict(), "parts": shown},
        "stored": {**of_store._asdict(), "parts": {name: stored[name] for name in shown}},
        "differs_by": difference(shown, stored, shown),
        "flags": {name: flags[name] for name in FLAGS},
    }


def _listed(officials: Officials, page: Listed) -> dict[str, Any]:
    policy, now = officials.policy_now()
    items = [
        {**item_of(document.id, document.body, policy, now), "part": part, "flags": flags_in(document.body["traits"])}
        for part, document in page.dossiers
    ]
    return {"at": instant_text(now, policy.zone), "dossiers": items}
