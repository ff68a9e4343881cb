"""Follow-ups of violations: a list for who may see them, counts for everybody, pure (issue 7; decision 0026). Days are local."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from dunghen.contracts.statements import FollowUp
from dunghen.domain.days import date_of
from dunghen.domain.fives import SMALLEST, Coarse, coarse
from dunghen.domain.follow_ups import FollowUpState, Violation, state_of
from services.api.cursors import Place
from services.api.views import Scene

STATES = list(FollowUpState)


class FollowUpLine(msgspec.Struct, kw_only=True):
    """One follow-up, by its code at its unit. `days_open`: from the day it was opened to the end, or to today."""

    unit: str
    unit_name: str
    code: str
    violation: Violation
    state: FollowUpState
    opened_on: str
    explained_on: str | None
    closed_on: str | None
    days_open: int


class FollowUpsAnswer(msgspec.Struct, kw_only=True):
    """A page of those within reach; `after`: where the next page goes on, "" on the last."""

    as_of: str
    follow_ups: list[FollowUpLine]
    after: str


class Count(msgspec.Struct):
    """At least so many, in fives; null below five: none is not told from one to four (`domain.fives`)."""

    at_least: int | None
    reason: str


class FollowUpCounts(msgspec.Struct, kw_only=True):
    """How many there are at a unit, and how far they have come."""

    code: str
    name: str
    kind: str
    all: Count
    opened: Count
    explained: Count
    closed: Count


class FollowUpCountsAnswer(msgspec.Struct, kw_only=True):
    """As of the end of the last day that is over."""

    as_of: str
    stale: bool
    age_seconds: int | None
    city: FollowUpCounts
    units: list[FollowUpCounts]


def follow_ups_listed(scene: Scene, units: Iterable[str], state: str) -> list[tuple[Place, FollowUpLine]]:
    """Those of some units with their places: what waits first, the oldest before the newer."""
    names, day = {unit.code: unit.name for unit in scene.units()}, scene.meta.day
    found = [
        _line(one, names, day)
        for code in units
        for one in scene.statements.follow_ups.get(code, {}).values()
        if _state(one, day) is not None
    ]
    wanted = [line for line in found if state in ("", line.state)]
    return sorted(((STATES.index(line.state), line.opened_on, line.unit, line.code), line) for line in wanted)


def _state(one: FollowUp, day: int) -> FollowUpState | None:
    return state_of(one.days, day)


def _line(one: FollowUp, names: Mapping[str, str], day: int) -> FollowUpLine:
    days, state = one.days, state_of(one.days, day) or FollowUpState.OPENED
    return FollowUpLine(
        unit=one.unit,
        unit_name=names.get(one.unit, one.unit),
        code=one.code,
        violation=one.violation,
        state=state,
        opened_on=date_of(days.opened_on).isoformat(),
        explained_on=None if days.explained_on is None else date_of(days.explained_on).isoformat(),
        closed_on=None if days.closed_on is None else date_of(days.closed_on).isoformat(),
        days_open=(day if days.closed_on is None else days.closed_on) - days.opened_on,
    )


def follow_up_counts(scene: Scene) -> FollowUpCountsAnswer:
    """Of all units and of the city, as everybody may know them; without the answer's age."""
    over = scene.meta.day - 1
    of_units = {unit.code: _states(scene.statements.follow_ups.get(unit.code, {}).values(), over) for unit in scene.units()}
    of_city: Counter[FollowUpState] = sum(of_units.values(), Counter[FollowUpState]())
    code, name = scene.city
    return FollowUpCountsAnswer(
        as_of=date_of(over).isoformat(),
        stale=False,
        age_seconds=None,
        city=_counts((code, name, "city"), of_city),
        units=[_counts((unit.code, unit.name, unit.kind), of_units[unit.code]) for unit in scene.units()],
    )


def _states(follow_ups: Iterable[FollowUp], day: int) -> Counter[FollowUpState]:
    return Counter(state for one in follow_ups if (state := state_of(one.days, day)) is not None)


def _counts(of: tuple[str, str, str], states: Counter[FollowUpState]) -> FollowUpCounts:
    """The whole is no public figure here: it is given in fives too, as if it were a part of something larger."""
    whole = states.total()
    parts = {state.value: _count(coarse(states[state], whole)) for state in FollowUpState}
    return FollowUpCounts(code=of[0], name=of[1], kind=of[2], all=_count(coarse(whole, whole + SMALLEST)), **parts)


def _count(given: Coarse) -> Count:
    return Count(given.dossiers, given.reason.value)
