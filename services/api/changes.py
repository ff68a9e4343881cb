"""What changed since an instant: the rows of now that are other than what was known then, with what they were and when they became so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from dunghen.domain.rates import DaySeries
from dunghen.domain.windows import resolve
from dunghen.platform.store import StoreAwayError
from services.api.channels import Channel
from services.api.feeds import NO_FEED
from services.api.follower import Follower
from services.api.freshness import freshness
from services.api.past import Moment, Past, Times, score_at
from services.api.past_map import When, past_view
from services.api.problems import ProblemError
from services.api.rows import Row, instant_text, unit_row
from services.api.views import Scene, ViewKey, heading

TOLD = ("numerator", "denominator", "band", "few", "value", "received", "finished", "pending", "overdue")  # of a row as it was


def differs(before: Row, now: Row) -> bool:
    """Whether a reader would see the difference. Silence of feeds is not kept, so it is no difference here."""
    return any(getattr(before, name) != getattr(now, name) for name in TOLD)


def was(before: Row) -> dict[str, object]:
    """The figures of an earlier row."""
    return {name: getattr(before, name) for name in TOLD}


def band_since(now: str, bands_before: Mapping[int, str]) -> int | None:
    """The minute in which a unit came to its present band; None: not since then. `bands_before`: minute of a change -> band before it."""
    return max((minute for minute, band in bands_before.items() if band != now), default=None)


async def changes_since(past: Past, follower: Follower, channel: Channel, since: datetime) -> tuple[bytes, float | None]:
    """The answer of `/changes?since=INSTANT`, and `Follower.stored_age` of it. Raises ProblemError where the instant lies ahead or before
    the first picture.
    """
    scene = follower.mirror.scene()
    if scene is None:
        raise ProblemError("NOT_READY")
    # all that is of now before anything is waited for: a live view goes on
    rows, city, age = channel.view.rows, channel.view.city, follower.stored_age()
    above = {**heading(scene, channel.key), **freshness(age)}
    then = await past_view(past, follower, channel.key, When(known_at=since))
    old = then.view.rows
    changed = [code for code, row in rows.items() if code in old and differs(old[code], row)]
    try:
        times = await past.times_since(scene.meta.policy, int(datetime.fromisoformat(str(then.heading["known_at"])).timestamp()))
    except StoreAwayError as fault:
        raise ProblemError("NOT_READY", "the history cannot be read now") from fault
    turned = {code for code in changed if old[code].band != rows[code].band} if _same_day(then.heading, above) else set()
    bands = await asyncio.to_thread(_bands_before, scene, channel.key, {code: times[code] for code in turned if code in times})
    told = {code: {**was(old[code]), **_when(scene, rows[code], times.get(code), bands.get(code, {}))} for code in changed}
    above |= {"since": then.heading["known_at"], "city": city, "city_before": then.view.city}
    return msgspec.json.encode({**above, "units": [rows[code] for code in changed], "before": told}), age


def _same_day(then: Mapping[str, object], now: Mapping[str, object]) -> bool:
    return all(then[name] == now[name] for name in ("as_of", "policy"))


def _when(scene: Scene, row: Row, times: Times | None, bands: Mapping[int, str]) -> dict[str, Any]:
    zone = scene.looks.zone
    changed_at = max(times.before, default=None) if times else None
    return {"changed_at": instant_text(changed_at, zone), "band_changed_at": instant_text(band_since(row.band, bands), zone)}


def _bands_before(scene: Scene, key: ViewKey, times: Mapping[str, Times]) -> dict[str, dict[int, str]]:
    """For each unit, the band that it had before each minute in which its counters changed."""
    moment = Moment(scene.meta.day, scene.meta.day - 1, {key.window: resolve(key.window, scene.meta.day)})
    units = {unit.code: unit for unit in scene.units()}

    def band(code: str, series: DaySeries) -> str:
        return unit_row(units[code], score_at(code, series, moment), NO_FEED, (key.window, key.rate, scene.looks)).band

    return {code: {minute: band(code, days) for minute, days in of.before.items()} for code, of in times.items() if code in units}
