"""A unit's one-stop desks in a window, for everybody, pure (decision 0028). What is told of single desks: `domain.desk_publication`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from dunghen.domain.bands import wilson
from dunghen.domain.days import date_of
from dunghen.domain.desk_publication import Published, published
from dunghen.domain.desks import BOUNDS, DeskTally, Spans, added
from dunghen.domain.fives import SMALLEST
from dunghen.domain.units import Unit
from dunghen.domain.windows import Window
from services.api.rows import instant_text
from services.api.views import Scene

QUARTER = 900  # seconds


class Bucket(msgspec.Struct):
    """How many took no longer than so, and longer than the bucket before; None: longer than the last bound."""

    at_most_seconds: int | None
    count: int


class Length(msgspec.Struct):
    """Waiting or serving times. The bound that half, and nine of ten, do not exceed: exact to the bucket; None: beyond the last."""

    count: int
    seconds: int
    median_at_most_seconds: int | None
    p90_at_most_seconds: int | None
    buckets: list[Bucket]


class Tickets(msgspec.Struct):
    """Queue tickets taken; how many were served, how many left; waited from taken to first called, served from the last call."""

    taken: int
    served: int
    abandoned: int
    waited: Length | None
    service: Length | None


class Appointments(msgspec.Struct):
    """Those for days of the window: how many people came, how many did not."""

    booked: int
    kept: int
    missed: int


class Satisfaction(msgspec.Struct):
    """Answers 1–5. `numerator`: those of 4 and 5; `low`, `high`: Wilson 95 %."""

    numerator: int
    denominator: int
    value: float
    low: float
    high: float
    by_score: list[int]


class DeskFigures(msgspec.Struct, kw_only=True):
    """Each group is null where there is nothing, or under five: which of the two is not told apart."""

    tickets: Tickets | None
    appointments: Appointments | None
    satisfaction: Satisfaction | None


class DeskRow(DeskFigures, kw_only=True):
    """One desk over the closed days of the window. `withheld`: days with fewer than five, and what would give them away, are left out."""

    desk: str
    withheld: bool


class DeskConnection(msgspec.Struct):
    """When a desk was heard of last, to the quarter of an hour before (a single event of a person is not told to the minute). `stale`:
    longer ago than a feed may be silent, or the picture itself is old."""

    desk: str
    heard_at: str
    stale: bool


class DeskAnswer(DeskFigures, kw_only=True):
    """A unit's desks over the local dates first..last, today included; `waiting`: tickets of today that nobody has called yet.

    `connections`: the desks that have ever been heard of, whatever the window. `age_seconds` only where the picture is old (`stale`).
    """

    code: str
    name: str
    kind: str
    version: int
    as_of: str
    window: str
    first: str
    last: str
    waiting: int
    desks: list[DeskRow]
    connections: list[DeskConnection]
    stale: bool = False
    age_seconds: int | None = None


IsSilent = Callable[[int], bool]  # whether who was heard of at an instant (seconds) has been silent for too long


def desk_page(unit: Unit, scene: Scene, asked: tuple[str, Window], is_silent: IsSilent) -> DeskAnswer:
    """`asked` = (name of the window, its days). A unit's own figures are whole; single desks are told of days that are over."""
    name, window = asked
    within = {day: desks for day, desks in scene.desks.unit(unit.code).items() if window.first <= day <= window.last}
    closed: dict[str, list[Published]] = {}
    for day, desks in sorted(within.items()):
        if day < scene.meta.day:
            for desk, given in published({desk: one.tally for desk, one in desks.items()}).items():
                closed.setdefault(desk, []).append(given)
    whole = added(one.tally for desks in within.values() for one in desks.values())
    return DeskAnswer(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        version=scene.meta.version,
        as_of=date_of(scene.meta.day).isoformat(),
        window=name,
        first=date_of(window.first).isoformat(),
        last=date_of(window.last).isoformat(),
        waiting=sum(one.waiting for one in within.get(scene.meta.day, {}).values()),
        desks=[_row(desk, given) for desk, given in sorted(closed.items())],
        connections=list(_connections(unit, scene, is_silent)),
        **_figures(whole),
    )


def _connections(unit: Unit, scene: Scene, is_silent: IsSilent) -> Iterator[DeskConnection]:
    heard: dict[str, int] = {}
    for desks in scene.desks.unit(unit.code).values():
        for desk, one in desks.items():
            heard[desk] = max(heard.get(desk, 0), one.heard_at)
    for desk, at in sorted(heard.items()):
        if at:
            yield DeskConnection(desk, instant_text(at - at % QUARTER, scene.looks.zone) or "", is_silent(at))


def _row(desk: str, given: Iterable[Published]) -> DeskRow:
    days = list(given)
    return DeskRow(desk=desk, withheld=any(day.withheld for day in days), **_figures(added(day.tally for day in days)))


def _figures(tally: DeskTally) -> dict[str, Any]:
    """The members of DeskFigures."""
    return {
        "tickets": _tickets(tally) if tally.taken >= SMALLEST else None,
        "appointments": Appointments(tally.appointments, tally.kept, tally.missed) if tally.appointments >= SMALLEST else None,
        "satisfaction": _satisfaction(tally) if tally.answers >= SMALLEST else None,
    }


def _tickets(tally: DeskTally) -> Tickets:
    return Tickets(tally.taken, tally.served, tally.abandoned, _length(tally.waits), _length(tally.services))


def _length(spans: Spans) -> Length | None:
    if spans.n < SMALLEST:
        return None
    buckets = [Bucket(bound, n) for bound, n in zip((*BOUNDS, None), spans.buckets, strict=True)]
    return Length(spans.n, spans.seconds, spans.quantile(1, 2), spans.quantile(9, 10), buckets)


def _satisfaction(tally: DeskTally) -> Satisfaction:
    low, high = wilson(tally.satisfied, tally.answers)
    return Satisfaction(tally.satisfied, tally.answers, tally.satisfied / tally.answers, low, high, list(tally.scores))
