"""Facts of the made-up city: the same by the same seed, whole score cards for every unit, and a month that grows with its days."""

from __future__ import annotations

from collections import Counter
from datetime import date

from dunghen.cli.simulate.told_facts import OUT_OF, facts_of_month, facts_of_year
from dunghen.cli.simulate.yearly_facts import yearly_facts
from dunghen.contracts.city_files import read_city
from dunghen.domain.days import day_number
from dunghen.domain.derived_facts import DERIVED_FACTS
from dunghen.domain.indicator_values import Inputs, Reason, Stated, Tally, UnitFacts, evaluate
from dunghen.domain.policy import Policy
from dunghen.domain.windows import Window, whole

TODAY = 20_780  # 2026-11-23
POLICY = Policy.from_bodies(1, read_city("danang"))
NOVEMBER = list(facts_of_month(POLICY, 7, TODAY, 11))


def test_the_same_seed_tells_the_same_facts_and_another_seed_others() -> None:
    assert list(facts_of_month(POLICY, 7, TODAY, 11)) == NOVEMBER
    assert list(facts_of_month(POLICY, 8, TODAY, 11)) != NOVEMBER


def test_every_indicator_that_facts_feed_has_a_value_for_every_unit_that_it_is_for() -> None:
    told: dict[str, dict[str, dict[str, Stated]]] = {}
    for fact in facts_of_year(POLICY, 7, TODAY):
        told.setdefault(fact["unit"], {}).setdefault(fact["code"], {})[fact["period"]] = Stated(fact["numerator"], fact.get("denominator"))
    book = POLICY.indicators
    monthly = [versions for versions in book.versions.values() if not book.sets[versions[-1].set].yearly]
    fed = [versions for versions in monthly if all(term.of == "fact" and term.name not in DERIVED_FACTS for term in versions[-1].terms)]
    for unit in POLICY.catalogue.on(TODAY):
        facts: UnitFacts = told[unit.code]
        for window in ("month", "quarter", "year"):
            inputs = Inputs(Window(*whole(window, TODAY))._replace(last=TODAY), whole(window, TODAY), Tally({}, {}), {}, facts)
            reasons = {evaluate(versions, inputs, unit.kind).reason for versions in fed}
            assert reasons <= {Reason.VALUE, Reason.NOT_FOR_KIND}


def test_the_month_that_runs_grows_and_shares_stay_shares() -> None:
    first = list(facts_of_month(POLICY, 7, TODAY - 20, 11))
    assert [fact["code"] for fact in first] == [fact["code"] for fact in NOVEMBER]
    assert all(a["numerator"] <= b["numerator"] for a, b in zip(first, NOVEMBER, strict=True))
    shares = {code for code, of in POLICY.indicators.versions.items() if of[-1].kind in ("ratio", "threshold")}
    assert all(fact["numerator"] <= fact["denominator"] for fact in NOVEMBER if fact["code"] in shares)


def test_shares_of_households_are_of_the_same_households() -> None:
    """Poor and nearly poor households, and those with an account, are parts of one whole (`docs/seeds.md`)."""
    whole: dict[str, dict[str, set[int]]] = {}
    for fact in facts_of_year(POLICY, 7, TODAY):
        if fact["code"] in OUT_OF:
            whole.setdefault(OUT_OF[fact["code"]][0], {}).setdefault(fact["unit"], set()).add(fact["denominator"])
    assert set(whole) == {"households", "residential groups"}
    for units in whole.values():
        assert len(units) == 94
        assert all(len(said) == 1 for said in units.values())


def test_last_years_points_are_reviewed_and_this_years_only_in_part() -> None:
    told = list(yearly_facts(POLICY, 7, TODAY))
    assert told == list(yearly_facts(POLICY, 7, TODAY))
    agencies = Counter((fact["period"], fact.get("stage")) for fact in told if fact["code"].startswith("PAR_AGENCIES."))
    whole = 8 * sum(unit.kind != "health" for unit in POLICY.catalogue.on(TODAY))
    assert agencies["2025", "self"] == agencies["2025", "reviewed"] == agencies["2026", "self"] == whole
    assert 0 < agencies["2026", "reviewed"] < whole
    assert {fact["unit"] for fact in told if fact["code"].startswith("PARINDEX.")} == {"H17"}


def test_the_year_before_last_is_told_of_the_units_that_were_there_and_departments_were_not_assessed() -> None:
    told = [fact for fact in yearly_facts(POLICY, 7, TODAY) if fact["period"] == "2024"]
    there = {unit.code: unit.kind for unit in POLICY.catalogue.on(day_number(date(2024, 12, 31)))}
    agencies = {there[fact["unit"]]: fact.get("kind", "value") for fact in told if fact["code"].startswith("PAR_AGENCIES.")}
    assert agencies == {"department": "not_assessed", "land_office": "value"}
    assert {there[fact["unit"]] for fact in told if fact["code"].startswith("IT_RATING.")} == {"department"}
    assert {fact["unit"] for fact in told if fact["code"].startswith("PARINDEX.")} == {"H17"}


def test_no_points_exceed_their_maximum_and_places_are_among_the_provinces() -> None:
    maxima = {code: versions[-1].maximum for code, versions in POLICY.indicators.versions.items()}
    for fact in yearly_facts(POLICY, 7, TODAY):
        if "kind" in fact:
            continue
        most = maxima[fact["code"]] * 10 if "stage" in fact else fact["denominator"]
        assert 0 < fact["numerator"] <= most
