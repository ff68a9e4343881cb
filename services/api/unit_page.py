"""One unit in everything that is known of it, pure; and the list of all units."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from dunghen.contracts.messages import STANDING_COUNTS, UnitScore
from dunghen.contracts.scores import asked_windows
from dunghen.domain.days import date_of
from dunghen.domain.marks import BY_DAY
from dunghen.domain.rates import DaySeries
from dunghen.domain.units import Unit
from dunghen.platform.store import StoreAwayError
from services.api.feeds import NO_FEED
from services.api.past import Past
from services.api.rows import NOTHING, RATES, Looks, RateFigure, instant_text, rate_figures
from services.api.views import NO_SCORE, Scene

DAYS_SHOWN = 400
TRAIL_POINTS, TRAIL_DAYS = 90, 30


class UnitRate(RateFigure, kw_only=True):
    """One rate of a unit in a window: ratios 0–1, `low`/`high` Wilson 95 %, None where nothing happened."""

    low: float | None
    high: float | None
    few: bool
    band: str
    trend: float | None


class UnitWindow(msgspec.Struct):
    """The local dates first..last: counts by the names of `domain.marks.IN_A_WINDOW`, and the four rates."""

    first: str
    last: str
    counts: dict[str, int]
    rates: dict[str, UnitRate]


class TrailPoint(msgspec.Struct):
    """The four rates of the days that end on local date `day`; both cohorts only up to yesterday."""

    day: str
    rates: dict[str, RateFigure]


class Trail(msgspec.Struct):
    """How the rates moved: each point stands for `days` days, as the dossiers tell them now."""

    days: int
    points: list[TrailPoint]


class UnitIdentity(msgspec.Struct, kw_only=True):
    """Who a unit is, and the age of its feed."""

    code: str
    name: str
    short: str
    kind: str
    type: str
    feed_seen_at: str | None
    stale: bool


class UnitAnswer(UnitIdentity, kw_only=True):
    """One unit in all windows and rates. `daily` and `trail` are None while the history cannot be read, or is behind the map. `stale` also
    where the picture is old: then, and only then, with `age_seconds`.
    """

    version: int
    as_of: str
    known_at: str
    pending: int
    overdue: int
    paused: int
    due_today: int
    due_today_left: int
    received_today: int
    finished_today: int
    windows: dict[str, UnitWindow]
    daily: list[dict[str, str | int]] | None
    trail: Trail | None
    age_seconds: int | None = None


class Told(NamedTuple):
    """What a unit's page is made of; `series` None while the history cannot be read; `over`: the last local day that is over; `age`: real
    seconds that what is of another day is behind, where that is too long.
    """

    scene: Scene
    score: UnitScore
    series: DaySeries | None
    over: int
    age: float | None = None


def units_list(scene: Scene) -> dict[str, Any]:
    """All units of the shown day."""
    return {"version": scene.meta.version, "units": [UnitIdentity(**_identity(scene, unit)) for unit in scene.units()]}


async def told_now(past: Past, scene: Scene, code: str, *, behind: bool) -> Told:
    """A unit as the live picture shows it, with its days as the dossiers tell them now; without them where the store is `behind`."""
    score, over = scene.scores.get(code, NO_SCORE), scene.meta.day - 1
    try:
        if behind:
            return Told(scene, score, None, over)
        return Told(scene, score, (await past.units(scene.meta.policy)).get(code, DaySeries()), over)
    except StoreAwayError:
        return Told(scene, score, None, over)


def unit_page(told: Told, unit: Unit) -> UnitAnswer:
    """The unit's counts as of the shown day and, for each window, its counts and all four rates; then day by day."""
    scene, score, series, over, _ = told
    day = scene.meta.day
    return UnitAnswer(
        version=scene.meta.version,
        as_of=date_of(day).isoformat(),
        known_at=instant_text(scene.meta.known_at, scene.looks.zone) or "",
        windows={name: _window(score, name, scene.looks) for name in asked_windows(score)},
        daily=None if series is None else _daily(series, day),
        trail=None if series is None else _trail(series, day, over),
        **_identity(scene, unit),
        **{name: getattr(score, name) for name in STANDING_COUNTS},
    )


def _daily(series: DaySeries, today: int) -> list[dict[str, str | int]]:
    """The unit's days of the last year."""
    if not series.days:
        return []
    return [_day(series, day) for day in range(max(series.days[0], today - DAYS_SHOWN), today + 1)]


def _day(series: DaySeries, day: int) -> dict[str, str | int]:
    counts = {name: series.on(day, counter) for name, counter in BY_DAY.items()}
    pending, overdue, paused = series.at(day)
    return {"day": date_of(day).isoformat(), **counts, "pending": pending, "overdue": overdue, "paused": paused}


def _trail(series: DaySeries, last: int, over: int) -> Trail:
    points = []
    for day in range(last - TRAIL_POINTS + 1, last + 1):
        rates = series.window(day - TRAIL_DAYS + 1, day, min(day, over)).rates
        points.append(TrailPoint(date_of(day).isoformat(), {name: RateFigure(rate.value, *rate) for name, rate in rates.items()}))
    return Trail(TRAIL_DAYS, points)


def _identity(scene: Scene, unit: Unit) -> dict[str, Any]:
    feed = scene.feeds.get(unit.code, NO_FEED)
    seen = instant_text(feed.seen_at, scene.looks.zone)
    names = {name: getattr(unit, name) for name in ("code", "name", "short", "kind", "type")}
    return {**names, "feed_seen_at": seen, "stale": feed.stale}


def _window(score: UnitScore, name: str, looks: Looks) -> UnitWindow:
    counts = score.windows[name]
    rates = {rate: UnitRate(**rate_figures(counts.rates.get(rate, NOTHING), looks)) for rate in RATES}
    return UnitWindow(date_of(counts.first).isoformat(), date_of(counts.last).isoformat(), counts.counts, rates)
