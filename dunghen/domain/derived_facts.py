"""Facts that nobody tells: of desks (`desks`), and what the catalogue of procedures comes to for the city. Pure.

Published are such counts of 2022 and 2018: Quảng Nam had 1,459 services, of them 226 of districts and 95 of communes, 1,398 on the national
portal; Đà Nẵng 521 of 1,273 procedures (`docs/seeds.md`). A service is a procedure that goes online, wholly or in part (levels 4 and 3 of
2022). It counts at each level of administration whose units handle it; since 1/7/2025 there are two, the city and its localities.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dunghen.domain.days import date_of
from dunghen.domain.desks import DESK_FACTS
from dunghen.domain.indicator_values import Stated, UnitFacts
from dunghen.domain.policy_parts import Procedure, Procedures
from dunghen.domain.units import KINDS, Kind

ONLINE = "QN2022.ONLINE"  # services of all procedures
INTEGRATED: Mapping[str, tuple[Kind, ...]] = {  # services on the national portal, of all that units of these kinds handle
    "QN2022.SERVICES": KINDS,
    "QN2022.SERVICES_CITY": ("department", "land_office", "health"),
    "QN2022.SERVICES_LOCALITY": ("locality",),
}
CATALOGUE_FACTS = frozenset((ONLINE, *INTEGRATED))
DERIVED_FACTS = CATALOGUE_FACTS | DESK_FACTS
_SERVICES = ("full", "partial")
_FIRST_DAY = 0  # a period begins no earlier


def catalogue_facts(procedures: Procedures) -> UnitFacts:
    """The facts of the city, as they stand from each local day on which the catalogue changed."""
    found: dict[str, dict[str, Stated]] = {code: {} for code in sorted(CATALOGUE_FACTS)}
    for day in procedures.changes():
        since, of = date_of(max(day, _FIRST_DAY)).isoformat(), procedures.on_day(day)
        found[ONLINE][since] = _stated(sum(one.level in _SERVICES for one in of), len(of), of)
        for code, kinds in INTEGRATED.items():
            handled = [one for one in of if set(one.kinds) & set(kinds)]
            services = [one for one in handled if one.level in _SERVICES]
            found[code][since] = _stated(sum(one.integrated for one in services), len(services), handled)
    return found


def _stated(numerator: int, denominator: int, of: Iterable[Procedure]) -> Stated:
    """Without a denominator, so that there is no value, where the catalogue tells the level of none of them."""
    return Stated(numerator, denominator if any(one.level for one in of) else None)
