"""Who stood where in one year of a yearly set, and what a unit was in the published year before; pure (issue 7; decision 0027)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import msgspec

from dunghen.contracts.facts import FactsByUnit
from dunghen.domain.former_units import former_units
from dunghen.domain.indicators import IndicatorSet
from dunghen.domain.policy import Policy
from dunghen.domain.reviewing import Sheet, ranks_of, sheet_of
from dunghen.domain.units import KINDS, Catalogue, Unit
from dunghen.domain.windows import period

CITY = "city"


class Place(NamedTuple):
    """A unit's year: its kind (the city's: CITY), its sheet, and its rank of so many in its kind, None for none."""

    unit: Unit
    kind: str
    sheet: Sheet
    rank: int | None
    of: int


Places = Mapping[str, Place]  # by the unit's code


class FormerPlace(msgspec.Struct, kw_only=True):
    """What a former unit was: its own place, not that of the unit which has taken it."""

    code: str
    name: str
    rank: int | None
    of: int
    points: float | None
    maximum: int


class YearBefore(msgspec.Struct, kw_only=True):
    """A unit in the year before: `rank` of `of` in its kind, points of the maximum of what was assessed, `value` their share, 0–1.

    All null of a unit that did not exist then. `units`: the units of that year's last day whose place it has taken since.
    """

    year: str
    rank: int | None
    of: int
    value: float | None
    points: float | None
    maximum: int
    units: list[FormerPlace]


def places_of(policy: Policy, of: IndicatorSet, year: str, facts: FactsByUnit) -> Places:
    """The units that are there on the year's last day and that the set is for; of a set of the city its own alone, without a rank."""
    last = period(year).last
    kinds = {kind for one in policy.indicators.of_set(of.code, last) for kind in one.kinds}
    if not kinds:
        city = Unit(policy.city.code, policy.city.name, "department")
        return {city.code: Place(city, CITY, sheet_of(policy.indicators, of, year, (facts.unit(city.code), "")), None, 0)}
    found: dict[str, Place] = {}
    for kind in (kind for kind in KINDS if kind in kinds):
        units = [unit for unit in policy.catalogue.on(last) if unit.kind == kind]
        sheets = {unit.code: sheet_of(policy.indicators, of, year, (facts.unit(unit.code), kind)) for unit in units}
        ranks = ranks_of(sheets)
        most = max(ranks.values(), default=0)
        found |= {unit.code: Place(unit, kind, sheets[unit.code], ranks.get(unit.code), most) for unit in units}
    return found


class LastYear(NamedTuple):
    """The year before that was published."""

    year: str
    places: Places


def last_year(policy: Policy, of: IndicatorSet, year: str, facts: FactsByUnit) -> LastYear | None:
    """None where the year before was not published: then it is nobody's, a draft is no place."""
    before = str(int(year) - 1)
    return LastYear(before, places_of(policy, of, before, facts)) if before in policy.publications.of(of.code) else None


def before_of(code: str, catalogue: Catalogue, last: LastYear | None) -> YearBefore | None:
    """What a unit was; None where nothing is known of it: the year is not public, or neither it nor a former unit of it was there."""
    if last is None:
        return None
    own, taken = last.places.get(code), former_units(catalogue, code, period(last.year).last)
    former = [_former(last.places[unit.code]) for unit in taken if unit.code in last.places]
    if own is None:
        return YearBefore(year=last.year, rank=None, of=0, value=None, points=None, maximum=0, units=former) if former else None
    total = own.sheet.total
    return YearBefore(
        year=last.year,
        rank=own.rank,
        of=own.of,
        value=as_float(total.points / total.maximum if total.maximum else None),
        points=as_float(total.points if total.maximum else None),
        maximum=total.maximum,
        units=former,
    )


def _former(place: Place) -> FormerPlace:
    total = place.sheet.total
    points = as_float(total.points if total.maximum else None)
    return FormerPlace(code=place.unit.code, name=place.unit.full_name, rank=place.rank, of=place.of, points=points, maximum=total.maximum)


def as_float(number: Fraction | None) -> float | None:
    return None if number is None else float(number)
