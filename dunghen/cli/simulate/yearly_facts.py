"""Points and places of a made-up city, told once a year: those of the last two years as published, this year's under review.

A pure function of seed, unit, code and year. Units give themselves a little more than the reviewer does; some ask for less. Of a year
only those units are told that were there at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from dunghen.cli.simulate.told_facts import Told
from dunghen.domain.days import date_of
from dunghen.domain.indicators import Indicator
from dunghen.domain.policy import Policy
from dunghen.domain.windows import period

REVIEWED_SO_FAR = 0.6  # of this year's points
PROVINCES = 34
NOT_ASSESSED = ("PAR_AGENCIES", "department")  # in the earlier of the published years (`docs/seeds.md`: so it was in 2024)


def yearly_facts(policy: Policy, seed: int, today: int) -> Iterator[Told]:
    """Of every yearly set those of the last two years, and this year's as far as they are reviewed; of every national place last year's."""
    year = date_of(today).year
    for versions in policy.indicators.versions.values():
        definition = versions[-1]
        if definition.kind == "rank":
            place = Random(f"{definition.code} {year - 1}").randint(1, 12)
            yield _told(definition, policy.city.code, year - 1, (place, PROVINCES))
        elif policy.indicators.sets[definition.set].yearly:
            yield from (told for of in (*published_years(today), year) for told in _points(policy, definition, seed, (of, today)))


def published_years(today: int) -> tuple[int, int]:
    """The years before that of local day `today` of which rankings are public."""
    year = date_of(today).year
    return year - 2, year - 1


def _points(policy: Policy, definition: Indicator, seed: int, of: tuple[int, int]) -> Iterator[Told]:
    """`of` = (the year, today). Points in tenths."""
    year, today = of
    whole = year < date_of(today).year
    last = period(str(year)).last
    kinds = {unit.code: unit.kind for unit in policy.catalogue.on(last) if unit.kind in definition.kinds}
    for unit in kinds if definition.kinds else [policy.city.code]:
        if year == published_years(today)[0] and (definition.set, kinds.get(unit)) == NOT_ASSESSED:
            yield {"unit": unit, "code": definition.code, "period": str(year), "kind": "not_assessed"}
            continue
        rng = Random(f"{seed} {unit} {definition.code} {year}")
        most = 10 * definition.maximum
        reviewed = min(round(most * (0.72 + 0.02 * Random(f"{seed} {unit}").randint(0, 8) + rng.uniform(0, 0.1))), most)
        yield {**_told(definition, unit, year, (min(reviewed + rng.randint(-2, 8), most), 10)), "stage": "self"}
        if whole or rng.random() < REVIEWED_SO_FAR:
            yield {**_told(definition, unit, year, (reviewed, 10)), "stage": "reviewed"}


def _told(definition: Indicator, unit: str, year: int, figures: tuple[int, int]) -> Told:
    return {"unit": unit, "code": definition.code, "period": str(year), "numerator": figures[0], "denominator": figures[1]}
