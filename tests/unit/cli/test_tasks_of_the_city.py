"""Tasks and follow-ups of the made-up city: by the same seed the same, believable, and what is told day by day adds up to the whole."""

from __future__ import annotations

from typing import Any

from dunghen.cli.recompute.fact_table import day_of
from dunghen.cli.simulate.told_tasks import (
    FEWEST,
    GIVEN,
    GIVEN_TO_DEPARTMENTS,
    MOST,
    OTHER_PLAN,
    PLAN,
    follow_ups_known_on,
    tasks_known_on,
    tasks_new_on,
)
from dunghen.contracts.city_files import read_city
from dunghen.domain.policy import Policy
from dunghen.domain.tasks import BLOCS

TODAY = 20_780  # 2026-11-23
POLICY = Policy.from_bodies(1, read_city("danang"))
TASKS = list(tasks_known_on(POLICY, 7, TODAY))


def test_the_same_seed_tells_the_same_and_another_seed_other_tasks() -> None:
    assert list(tasks_known_on(POLICY, 7, TODAY)) == TASKS
    assert list(tasks_known_on(POLICY, 8, TODAY)) != TASKS


def test_every_locality_has_six_to_ten_tasks_of_each_bloc_or_is_not_assessed() -> None:
    counts: dict[tuple[str, str], int] = {}
    left_out = {(told["unit"], told["bloc"]) for told in TASKS if told.get("kind") == "not_assessed"}
    for told in TASKS:
        if told["year"] == 2026 and told.get("plan") == PLAN:
            counts[told["unit"], told["bloc"]] = counts.get((told["unit"], told["bloc"]), 0) + 1
    localities = [unit.code for unit in POLICY.catalogue.on(TODAY) if unit.kind == "locality"]
    assert len(localities) == 94
    assert set(counts) | left_out == {(unit, bloc) for unit in localities for bloc in BLOCS}
    assert 0 < len(left_out) < 30
    assert all(FEWEST <= count <= MOST for count in counts.values())


def test_every_committee_that_is_assessed_has_the_same_tasks_of_the_city_besides() -> None:
    localities = {unit.code for unit in POLICY.catalogue.on(TODAY) if unit.kind == "locality"}
    besides = [told for told in TASKS if told.get("plan") == OTHER_PLAN and told["year"] == 2026 and told["unit"] in localities]
    assert {told["bloc"] for told in besides} == {"committee"}
    left_out = {told["unit"] for told in TASKS if told.get("kind") == "not_assessed" and told["bloc"] == "committee"}
    assert len({told["unit"] for told in besides}) == 94 - len(left_out)
    assert {told["code"] for told in besides} == {f"CT-{number:02}" for number in range(1, len(GIVEN) + 1)}


def test_every_department_has_tasks_of_the_city_and_none_of_resolution_57() -> None:
    departments = [unit.code for unit in POLICY.catalogue.on(TODAY) if unit.kind == "department"]
    theirs = [told for told in TASKS if told["unit"] in departments and told["year"] == 2026]
    assert {(told["bloc"], told["plan"]) for told in theirs} == {("committee", OTHER_PLAN)}
    assert {(told["unit"], told["code"]) for told in theirs} == {
        (code, f"SN-{number:02}") for code in departments for number in range(1, len(GIVEN_TO_DEPARTMENTS) + 1)
    }
    assert 0 < sum("done_on" in told for told in theirs) < len(theirs)


def test_some_are_overdue_and_nothing_lies_ahead_that_is_said_to_be_done() -> None:
    plain = [told for told in TASKS if "kind" not in told and told["year"] == 2026]
    overdue = [told for told in plain if "done_on" not in told and day_of(told["due_on"]) < TODAY]
    assert 0.02 < len(overdue) / len(plain) < 0.3
    assert all(day_of(told["done_on"]) <= TODAY for told in plain if "done_on" in told)


def test_the_days_told_one_by_one_add_up_to_what_is_known_at_their_end() -> None:
    def of(told: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(told.get(name) for name in ("unit", "year", "bloc", "plan", "code", "kind"))

    known = {of(told): told for told in tasks_known_on(POLICY, 7, TODAY - 20)}
    for day in range(TODAY - 19, TODAY + 1):
        known.update((of(told), told) for told in tasks_new_on(POLICY, 7, day))
    assert known == {of(told): told for told in TASKS}


def test_follow_ups_are_opened_then_explained_then_closed() -> None:
    found = list(follow_ups_known_on(POLICY, 7, TODAY))
    assert {len(told) for told in found} == {4, 5, 6}  # opened, explained too, closed too
    assert all(told.get("explained_on", told["opened_on"]) >= told["opened_on"] for told in found)
    assert all(told["closed_on"] > told["explained_on"] for told in found if "closed_on" in told)
