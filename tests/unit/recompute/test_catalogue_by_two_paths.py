"""What the catalogue of procedures comes to: the published counts, no value without levels, and SQL says the same."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from dunghen.cli.recompute.catalogue_table import catalogue_rows
from dunghen.cli.recompute.fact_table import FactRow, day_of
from dunghen.domain.days import date_of
from dunghen.domain.derived_facts import CATALOGUE_FACTS, catalogue_facts
from dunghen.domain.indicator_values import Stated
from dunghen.domain.policy import Policy
from dunghen.domain.units import KINDS


def policy_of(procedures: list[dict[str, Any]]) -> Policy:
    return Policy.from_bodies(1, {"city": {"code": "H17", "name": "x"}, "procedures": {"procedures": procedures}})


def rows_of(procedures: list[dict[str, Any]]) -> list[FactRow]:
    """What the map has."""
    found = catalogue_facts(policy_of(procedures).procedures)
    return [
        ("H17", code, day_of(period), day_of(period), said.numerator, said.denominator, said.assessed)
        for code, periods in found.items()
        for period, said in periods.items()
    ]


def some_procedures(rng: Random) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for _ in range(rng.choice((1, 5, 60))):
        one: dict[str, Any] = {"code": f"1.{rng.randrange(20)}", "name": "x", "integrated": rng.random() < 0.7}
        if rng.random() < 0.8:
            one["kinds"] = rng.sample(KINDS, rng.randint(1, len(KINDS)))
        if rng.random() < 0.7:
            one["level"] = rng.choice(("full", "partial", "rest"))
        if rng.random() < 0.6:
            one["valid_from"] = date_of(rng.choice((-400, -5, 20_000, 20_500, 20_700))).isoformat()
        found[one["code"], one.get("valid_from", "")] = one
    return list(found.values())


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_the_map_and_sql_count_the_same_catalogue(start: int) -> None:
    for seed in range(start, start + 20):
        procedures = some_procedures(Random(seed))
        assert sorted(rows_of(procedures), key=str) == sorted(catalogue_rows({"procedures": procedures}, "H17"), key=str)


def test_quang_nams_services_of_2022_are_counted_by_level() -> None:
    """1,459 services, 1,398 of them on the national portal, 95 of communes; since 2025 there are no districts: 226 more are the city's."""

    def one(n: int) -> dict[str, Any]:
        level, kind = ("partial", "full")[n % 2], "locality" if n < 95 else "department"
        return {"code": f"1.{n:06}", "name": "x", "kinds": [kind], "level": level, "integrated": n < 1398}

    procedures = [one(n) for n in range(1459)]
    found = {code: list(periods.values()) for code, periods in catalogue_facts(policy_of(procedures).procedures).items()}
    assert found == {
        "QN2022.ONLINE": [Stated(1459, 1459)],
        "QN2022.SERVICES": [Stated(1398, 1459)],
        "QN2022.SERVICES_CITY": [Stated(1398 - 95, 1459 - 95)],
        "QN2022.SERVICES_LOCALITY": [Stated(95, 95)],
    }


def test_a_catalogue_that_tells_no_level_gives_no_value_and_none_gives_no_facts() -> None:
    told = catalogue_facts(policy_of([{"code": "1.1", "name": "x", "integrated": True}]).procedures)
    assert {code: list(periods.values()) for code, periods in told.items()} == {code: [Stated(0, None)] for code in CATALOGUE_FACTS}
    assert not any(catalogue_facts(policy_of([]).procedures).values())


def test_a_change_of_the_catalogue_counts_from_its_day() -> None:
    old = {"code": "1.1", "name": "x", "level": "rest"}
    told = catalogue_facts(policy_of([old, {**old, "level": "full", "valid_from": "2026-02-17"}]).procedures)
    assert told["QN2022.ONLINE"] == {"1970-01-01": Stated(0, 1), "2026-02-17": Stated(1, 1)}
