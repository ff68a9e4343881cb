"""Which changes of band a subscriber is told, pure (decision 0035).

A subscriber is told what is other than he was told last, not each step on the way: a change that was taken back before it was told is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from dunghen.domain.bands import Band

MOST_CHANGES = 500  # of one message; what is more goes with the next one


class Told(NamedTuple):
    """The band of a unit as it was told last. `at`: real milliseconds of that message; 0: as it was found when the subscription began."""

    band: Band
    at: int = 0


class Change(NamedTuple):
    """A unit and its bands before and now. A unit that was not there before comes from `none`."""

    unit: str
    before: Band
    now: Band


class Reason(StrEnum):
    """Why there is something to tell, or nothing."""

    CHANGED = "CHANGED"
    CALM = "CALM"  # something changed, of units that were told of a moment ago
    NOTHING_NEW = "NOTHING_NEW"


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told now, by code of unit. `again_at`: real milliseconds when the first that is held back may go; 0: nothing is."""

    changes: tuple[Change, ...]
    reason: Reason
    again_at: int = 0


def found(bands: Mapping[str, Band]) -> dict[str, Told]:
    """Where a subscription begins: nothing of it is news."""
    return {unit: Told(band) for unit, band in bands.items()}


def decide_news(told: Mapping[str, Told], bands: Mapping[str, Band], now: int, calm: int) -> News:
    """What of the bands as they are is to be told at `now`. `calm`: so many milliseconds must lie between two messages of one unit.

    The first change goes at once; of those within the calm after it only where the band stands at its end.
    """
    changes, again_at = [], 0
    for unit, band in sorted(bands.items()):
        before = told.get(unit, Told("none"))
        if band == before.band:
            continue
        free_at = before.at + calm if before.at else 0
        if free_at > now:
            again_at = min(again_at or free_at, free_at)
        else:
            changes.append(Change(unit, before.band, band))
    reason = Reason.CHANGED if changes else Reason.CALM if again_at else Reason.NOTHING_NEW
    return News(tuple(changes[:MOST_CHANGES]), reason, again_at)


def after(told: Mapping[str, Told], bands: Mapping[str, Band], changes: tuple[Change, ...], at: int) -> dict[str, Told]:
    """What is told once these changes are, `at` real milliseconds; units that are no longer there are forgotten."""
    kept = {unit: was for unit, was in told.items() if unit in bands}
    return {**kept, **{change.unit: Told(change.now, at) for change in changes}}
