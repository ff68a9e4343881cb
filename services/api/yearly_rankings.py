"""The ranking of units by a yearly set: points as reviewed, beside what each gives itself; pure (issue 7; decision 0027)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal, NamedTuple

import msgspec

from dunghen.domain.days import date_of
from dunghen.domain.indicators import IndicatorSet
from dunghen.domain.policy import Policy
from dunghen.domain.publications import SetYear
from dunghen.domain.reviewing import Criterion
from dunghen.domain.units import KINDS
from services.api.rows import instant_text
from services.api.views import Scene
from services.api.yearly_places import CITY, LastYear, Place, YearBefore, as_float, before_of, last_year, places_of

Publication = Literal["published", "draft"]


class YearlyCriterion(msgspec.Struct):
    """One criterion of a unit: `points` of `maximum` as reviewed (null: `reason` says why), what it gives itself, and by how much more."""

    code: str
    points: float | None
    maximum: int
    reason: str
    self_points: float | None
    gap: float | None


class YearlySheet(msgspec.Struct, kw_only=True):
    """A unit's year. `rank` of `of` in its kind, null where it is not `complete`: a criterion still lacks its reviewed points.

    `value` = points ÷ maximum, 0–1, of what was assessed; `self_points`: all that it gives itself; `gap`: where both gave points.
    `before`: null where the year before is not public, or neither the unit nor a former unit of it was there.
    """

    code: str
    name: str
    kind: str
    type: str
    rank: int | None
    of: int
    value: float | None
    points: float | None
    maximum: int
    standing: str
    reason: str
    complete: bool
    self_points: float | None
    gap: float | None
    criteria: list[YearlyCriterion]
    before: YearBefore | None


class YearlyGroup(msgspec.Struct):
    """The units of one kind, the best first, then those without a rank."""

    kind: str
    of: int
    units: list[YearlySheet]


class YearlyName(msgspec.Struct):
    """In both languages."""

    vi: str
    en: str


class PublishedYear(msgspec.Struct):
    """A year that everybody sees, and since when."""

    year: str
    published_at: str | None


class YearlyAnswer(msgspec.Struct, kw_only=True):
    """A set in one year. `years`: all that are published, the newest first; `city`: the city's own sheet, where the set is of the city.

    `facts`: the offsets of facts that it stands for, only where they were asked for.
    """

    as_of: str
    version: int
    policy: int
    set: str
    name: YearlyName
    period: str
    publication: str
    published_at: str | None
    years: list[PublishedYear]
    stale: bool
    city: YearlySheet | None
    rankings: list[YearlyGroup]
    age_seconds: int | None = None
    facts: dict[int, int] | None = None


class Wanted(NamedTuple):
    """Which set and year, and whether drafts are meant."""

    of: IndicatorSet
    year: str
    publication: Publication


def yearly_answer(scene: Scene, policy: Policy, wanted: Wanted, age: float | None) -> YearlyAnswer:
    """The whole answer. `age`: seconds without a word from the projector, where that is too long."""
    of, facts = wanted.of, scene.facts if wanted.publication == "published" else scene.told
    published, zone = policy.publications, scene.looks.zone
    at = {year: instant_text(published.at[SetYear(of.code, year)], zone) for year in published.of(of.code)}
    places, last = places_of(policy, of, wanted.year, facts), last_year(policy, of, wanted.year, facts)
    shown = [_shown(place, policy, last) for place in places.values()]
    return YearlyAnswer(
        as_of=date_of(scene.meta.day).isoformat(),
        version=scene.meta.version,
        policy=scene.meta.policy,
        set=of.code,
        name=YearlyName(*of.name),
        period=wanted.year,
        publication=wanted.publication,
        published_at=at.get(wanted.year) if wanted.publication == "published" else None,
        years=[PublishedYear(year, since) for year, since in at.items()],
        stale=age is not None,
        city=next((one for one in shown if one.kind == CITY), None),
        rankings=_groups(shown),
        age_seconds=None if age is None else round(age),
    )


def _groups(shown: Iterable[YearlySheet]) -> list[YearlyGroup]:
    of_kind: dict[str, list[YearlySheet]] = {kind: [] for kind in KINDS}
    for one in shown:
        of_kind.get(one.kind, []).append(one)
    order = {kind: sorted(of, key=lambda one: (one.rank is None, one.rank or 0, one.code)) for kind, of in of_kind.items() if of}
    return [YearlyGroup(kind, of[0].of, of) for kind, of in order.items()]


def _shown(place: Place, policy: Policy, last: LastYear | None) -> YearlySheet:
    unit, sheet = place.unit, place.sheet
    total, gaps = sheet.total, [c.gap for c in sheet.criteria if c.gap is not None]
    return YearlySheet(
        code=unit.code,
        name=unit.name,
        kind=place.kind,
        type=unit.type,
        rank=place.rank,
        of=place.of,
        value=float(total.points / total.maximum) if total.maximum else None,
        points=as_float(total.points if total.maximum else None),
        maximum=total.maximum,
        standing=total.standing,
        reason=total.reason.value,
        complete=sheet.complete,
        self_points=as_float(sheet.own.points if sheet.own.maximum else None),
        gap=as_float(sum(gaps, Fraction(0)) if gaps else None),
        criteria=[_criterion(one) for one in sheet.criteria],
        before=before_of(unit.code, policy.catalogue, last),
    )


def _criterion(one: Criterion) -> YearlyCriterion:
    own, reviewed = one.own.points, one.reviewed.points
    return YearlyCriterion(
        one.definition.code, as_float(reviewed), one.definition.maximum, one.reviewed.reason.value, as_float(own), as_float(one.gap)
    )
