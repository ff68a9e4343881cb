"""Facts of a made-up city: for every indicator in force that facts feed, every unit that it is for, month by month of this year.

A pure function of seed, unit, code, month and day: the month that runs has as much of its figures as it has days, and is told anew daily.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from random import Random
from typing import Any

from dunghen.domain.days import date_of
from dunghen.domain.derived_facts import DERIVED_FACTS
from dunghen.domain.indicators import Indicator
from dunghen.domain.policy import Policy
from dunghen.domain.units import Unit

Told = dict[str, Any]  # one item of `POST /facts`
# What some indicators are shares of: of one unit the same in all of them and in every month. (name, fewest, most)
HOUSEHOLDS, RESIDENTIAL_GROUPS = ("households", 2_000, 9_000), ("residential groups", 8, 40)
OUT_OF = {
    "QNX.POOR_HOUSEHOLDS": HOUSEHOLDS,
    "QNX.NEARLY_POOR_HOUSEHOLDS": HOUSEHOLDS,
    "QNX.E_CITIZEN_HOUSEHOLDS": HOUSEHOLDS,
    "QNX.E_CITIZEN_GROUPS": RESIDENTIAL_GROUPS,
}


def facts_of_year(policy: Policy, seed: int, today: int) -> Iterator[Told]:
    """All months of the year of local day `today`, the one that runs included."""
    for month in range(1, date_of(today).month + 1):
        yield from facts_of_month(policy, seed, today, month)


def facts_of_month(policy: Policy, seed: int, today: int, month: int) -> Iterator[Told]:
    """One month of that year, as far as it has come."""
    on = date_of(today)
    between = 1 < month < on.month  # then a state is not told anew
    passed = on.day / calendar.monthrange(on.year, month)[1] if month == on.month else 1.0
    for code, versions in policy.indicators.versions.items():
        definition = versions[-1]
        if (between and definition.facts_over == "latest") or policy.indicators.sets[definition.set].yearly:
            continue
        for name in {term.name for term in definition.terms if term.of == "fact"} - DERIVED_FACTS:
            for unit in policy.catalogue.on(today):
                if unit.kind in definition.kinds and definition.holds_on(today):
                    numerator, denominator = _figures(definition, unit, Random(f"{seed} {unit.code} {code} {month}"), passed)
                    told = {"unit": unit.code, "code": name, "period": f"{on.year}-{month:02}", "numerator": numerator}
                    yield told if denominator is None else {**told, "denominator": denominator}


def _figures(definition: Indicator, unit: Unit, rng: Random, passed: float) -> tuple[int, int | None]:
    """Each indicator has its usual level, each unit its own distance from it, each month a little noise."""
    level = Random(definition.code).uniform(0.62, 0.96) + Random(f"{definition.code} {unit.code}").gauss(0, 0.06) + rng.gauss(0, 0.02)
    share = min(max(1 - level if definition.direction == "lower" else level, 0.0), 1.0)
    grown = 1.0 if definition.facts_over == "latest" else passed
    if definition.kind == "sum":
        return round(40 * share * grown), None
    if definition.kind == "manual":
        return round(10 * (definition.maximum or 10) * share), 10
    if definition.code in OUT_OF:
        name, fewest, most = OUT_OF[definition.code]
        whole = Random(f"{unit.code} {name}").randint(fewest, most)
        return round(whole * share), whole
    whole = round(rng.randrange(60, 400) * grown)
    if definition.kind == "plan_actual":
        return round(whole * share * 1.3), whole
    return round(whole * share), whole
