"""What is shown of units and of the city in one window and rate, pure (domain.md §4). Comparisons use integers, never the shown floats."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

import msgspec

from dunghen.contracts.messages import STANDING_COUNTS, RateCounts, UnitScore, WindowScore
from dunghen.domain.bands import Thresholds, band, wilson
from dunghen.domain.days import Zone
from dunghen.domain.marks import IN_A_WINDOW
from dunghen.domain.units import Unit
from services.api.feeds import UnitFeed

RATES = ("official", "resolved", "due_cohort", "statutory")
NOTHING = RateCounts(0, 0)
NO_COUNTS = dict.fromkeys(IN_A_WINDOW, 0)
NO_WINDOW = WindowScore(0, 0, NO_COUNTS, {})


class RateFigure(msgspec.Struct, gc=False):
    """A rate with its counts: value 0–1, None where nothing happened."""

    value: float | None
    numerator: int
    denominator: int


class Row(msgspec.Struct, gc=False, kw_only=True):
    """One unit as it is shown. Ratios 0–1; `low`/`high` Wilson 95 %; `rank` of `of` in its kind; `few`: too few to be ranked.

    finished = early + on_day + late of the window; `undated` is a part of on_day, `otherwise` (withdrawn, stopped, refused late) of all.
    """

    code: str
    name: str
    kind: str
    type: str
    value: float | None
    numerator: int
    denominator: int
    low: float | None
    high: float | None
    few: bool
    band: str
    rank: int | None
    of: int | None
    trend: float | None
    received: int
    finished: int
    counts: dict[str, int]  # by the names of `domain.marks.IN_A_WINDOW`
    pending: int
    due_today: int
    due_today_left: int
    overdue: int
    paused: int
    feed_seen_at: str | None
    stale: bool


class CityRow(Row, gc=False, kw_only=True):
    """The whole city: a unit's fields, summed, and the four rates side by side. `stale_units`: units whose feeds are all silent."""

    time_zone: str
    rates: dict[str, RateFigure]
    received_today: int
    finished_today: int
    stale_units: int


class Looks(NamedTuple):
    """What a policy says of how figures are shown."""

    thresholds: Thresholds
    few: int
    zone: Zone


def instant_text(at: int | None, zone: Zone) -> str | None:
    """An instant in ISO 8601 with the city's offset."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).astimezone(timezone(timedelta(seconds=zone.offset_at(at)))).isoformat()


def rate_figure(counts: RateCounts) -> RateFigure:
    return RateFigure(_ratio(counts.numerator, counts.denominator), counts.numerator, counts.denominator)


def unit_row(unit: Unit, score: UnitScore, feed: UnitFeed, shown: tuple[str, str, Looks]) -> Row:
    """One unit in (window, rate), without its rank."""
    window, rate, looks = shown
    return Row(code=unit.code, name=unit.name, kind=unit.kind, type=unit.type, **_figures(score, feed, (window, rate, looks)))


def city_row(name: tuple[str, str], total: UnitScore, feeds: Iterable[UnitFeed], shown: tuple[str, str, Looks]) -> CityRow:
    """The sums of all units (`total_of`), never a mean of means. `name`: (code, name).

    Fresh as its freshest unit, stale when all feeds are silent.
    """
    feeds = list(feeds)
    spoken = [feed for feed in feeds if feed.seen_at is not None]
    feed = UnitFeed(max((f.seen_at or 0 for f in spoken), default=None), bool(spoken) and all(f.stale for f in spoken))
    rates = total.windows[shown[0]].rates
    return CityRow(
        code=name[0],
        name=name[1],
        kind="city",
        type="",
        time_zone=shown[2].zone.name,
        rates={rate: rate_figure(rates.get(rate, NOTHING)) for rate in RATES},
        received_today=total.received_today,
        finished_today=total.finished_today,
        stale_units=sum(f.stale for f in feeds),
        **_figures(total, feed, shown),
    )


def total_of(scores: Iterable[UnitScore], window: str) -> UnitScore:
    """One score whose integers are the sums of all, in one window."""
    scores = list(scores)
    counted = [score.windows[window] for score in scores if window in score.windows]
    counts = [one.counts for one in counted]
    names = dict.fromkeys(itertools.chain(NO_COUNTS, *counts))
    sums = {name: sum([one.get(name, 0) for one in counts]) for name in names}
    rates = {rate: _rate_total([one.rates.get(rate, NOTHING) for one in counted]) for rate in RATES}
    total = UnitScore(unit="", day=0, policy=0, covers={}, windows={window: WindowScore(0, 0, sums, rates)})
    for name in STANDING_COUNTS:
        setattr(total, name, sum([getattr(score, name) for score in scores]))
    return total


def _rate_total(counts: Sequence[RateCounts]) -> RateCounts:
    return RateCounts(**{name: sum([getattr(one, name) for one in counts]) for name in RateCounts.__struct_fields__})


def rate_figures(counts: RateCounts, looks: Looks) -> dict[str, Any]:
    """What one rate's integers say: value, n, interval, band, trend."""
    numerator, denominator = counts.numerator, counts.denominator
    low, high = wilson(numerator, denominator) if denominator else (None, None)
    return {
        "value": _ratio(numerator, denominator),
        "numerator": numerator,
        "denominator": denominator,
        "low": low,
        "high": high,
        "few": 0 < denominator < looks.few,
        "band": band(numerator, denominator, looks.thresholds),
        "trend": _trend(counts),
    }


def _figures(score: UnitScore, feed: UnitFeed, shown: tuple[str, str, Looks]) -> dict[str, Any]:
    window, rate, looks = shown
    counts = score.windows.get(window, NO_WINDOW)
    return {
        **rate_figures(counts.rates.get(rate, NOTHING), looks),
        "rank": None,
        "of": None,
        "received": counts.counts.get("received", 0),
        "finished": counts.finished,
        "counts": {**NO_COUNTS, **counts.counts},
        **{name: getattr(score, name) for name in ("pending", "due_today", "due_today_left", "overdue", "paused")},
        "feed_seen_at": instant_text(feed.seen_at, looks.zone),
        "stale": feed.stale,
    }


def _ratio(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None


def _trend(counts: RateCounts) -> float | None:
    """Value minus the value of the equally long window before; None where either has nothing."""
    now, before = _ratio(counts.numerator, counts.denominator), _ratio(counts.before_numerator, counts.before_denominator)
    return None if now is None or before is None else round(now - before, 6)
