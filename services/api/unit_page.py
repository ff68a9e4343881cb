"""One unit in everything that is known of it, pure; and the list of all units."""

from __future__ import annotations

import msgspec

from dunghen.contracts.messages import STANDING_COUNTS, UnitScore
from dunghen.domain.days import date_of
from dunghen.domain.marks import BY_DAY
from dunghen.domain.rates import DaySeries
from dunghen.domain.units import Unit
from dunghen.platform.store import StoreAwayError
from services.api.feeds import NO_FEED
from services.api.past import Past
from services.api.rows import NOTHING, RATES, Looks, instant_text, rate_figures
from services.api.views import NO_SCORE, Scene

DAYS_SHOWN = 400


def units_list(scene: Scene) -> bytes:
    """All units of the shown day."""
    return msgspec.json.encode({"version": scene.meta.version, "units": [_identity(scene, unit) for unit in scene.units()]})


async def daily(past: Past, scene: Scene, code: str) -> list[dict[str, object]] | None:
    """The unit's days of the last year as the dossiers tell them now; None while the history cannot be read."""
    try:
        series = (await past.units(scene.meta.policy)).get(code)
    except StoreAwayError:
        return None
    if series is None or not series.days:
        return []
    first = max(series.days[0], scene.meta.day - DAYS_SHOWN)
    return [_day(series, day) for day in range(first, scene.meta.day + 1)]


def _day(series: DaySeries, day: int) -> dict[str, object]:
    counts = {name: series.on(day, counter) for name, counter in BY_DAY.items()}
    pending, overdue, paused = series.at(day)
    return {"day": date_of(day).isoformat(), **counts, "pending": pending, "overdue": overdue, "paused": paused}


def unit_page(scene: Scene, unit: Unit, days: list[dict[str, object]] | None) -> bytes:
    """The unit's counts as of now and, for each window, its counts and all four rates; then day by day."""
    score = scene.scores.get(unit.code, NO_SCORE)
    return msgspec.json.encode(
        {
            "version": scene.meta.version,
            "as_of": date_of(scene.meta.day).isoformat(),
            "known_at": instant_text(scene.meta.known_at, scene.looks.zone),
            **_identity(scene, unit),
            **_now(score),
            "windows": {name: _window(score, name, scene.looks) for name in score.windows},
            "daily": days,
        }
    )


def _identity(scene: Scene, unit: Unit) -> dict[str, object]:
    feed = scene.feeds.get(unit.code, NO_FEED)
    seen = instant_text(feed.seen_at, scene.looks.zone)
    return {
        "code": unit.code,
        "name": unit.name,
        "short": unit.short,
        "kind": unit.kind,
        "type": unit.type,
        "feed_seen_at": seen,
        "stale": feed.stale,
    }


def _now(score: UnitScore) -> dict[str, int]:
    return {name: getattr(score, name) for name in STANDING_COUNTS}


def _window(score: UnitScore, name: str, looks: Looks) -> dict[str, object]:
    counts = score.windows[name]
    return {
        "first": date_of(counts.first).isoformat(),
        "last": date_of(counts.last).isoformat(),
        "counts": counts.counts,
        "rates": {rate: rate_figures(counts.rates.get(rate, NOTHING), looks) for rate in RATES},
    }
