"""A small city asked of day by day: what is compared is what was asked, by what became of it, and the figures are what they say."""

from __future__ import annotations

import pytest

from dunghen.cli.look_ahead.backtest import CITY, Answered, Asked, Backtest, Wanted, breached_of, figures
from dunghen.cli.look_ahead.living import LivingCity
from dunghen.cli.simulate.city import Plan
from dunghen.contracts.city_files import read_city
from dunghen.domain.look_ahead import HORIZONS, Expected, Reason
from dunghen.domain.pace import MOVED, STOPPED
from dunghen.domain.policy import Policy
from dunghen.domain.standing import standing

MONDAY = 20_780  # 2026-11-23
POLICY = Policy.from_bodies(1, read_city("danang"))


@pytest.fixture(scope="module")
def answers() -> list[Answered]:
    return list(Backtest(Wanted(seed=3, per_day=60, months=2, held_back=1)).answers())


def test_the_city_is_the_sum_of_its_units_in_what_is_due_and_in_what_became_of_it(answers: list[Answered]) -> None:
    turns = {(answer.asked.turn, answer.asked.horizon) for answer in answers}
    assert {horizon for _, horizon in turns} == set(HORIZONS)
    for turn, horizon in turns:
        of = [a for a in answers if (a.asked.turn, a.asked.horizon) == (turn, horizon)]
        (city,) = (a for a in of if a.asked.unit == CITY)
        units = [a for a in of if a.asked.unit != CITY]
        assert city.asked.expected.due == sum(a.asked.expected.due for a in units)
        assert city.breached == sum(a.breached for a in units)
        assert all(a.breached <= a.asked.expected.due for a in of)


def test_what_is_expected_of_the_city_is_near_to_what_comes(answers: list[Answered]) -> None:
    city = [a for a in answers if a.asked.unit == CITY and a.asked.horizon == 1]
    expected, breached = sum(a.asked.expected.mean or 0 for a in city), sum(a.breached for a in city)
    assert breached > 50
    assert 0.8 < expected / breached < 1.2


def test_a_week_ago_is_the_same_question_five_working_days_before(answers: list[Answered]) -> None:
    by = {(a.asked.unit, a.asked.horizon, a.asked.turn): (a.asked.expected.due, a.breached) for a in answers}
    both = [(a.before, by[of]) for a in answers if (of := (a.asked.unit, a.asked.horizon, a.asked.turn - 5)) in by]
    assert len(both) > 500
    assert all(before == found for before, found in both)


def test_what_is_late_is_open_past_its_day_or_ended_later_and_nothing_else() -> None:
    late = ["8|-1", f"8|@{MONDAY}", f"8|-1{MOVED}"]
    not_late = ["8|0", "8|-2", f"8|@{MONDAY + 1}", STOPPED, f"8|@{MONDAY + 3}{MOVED}", "8|44", ""]
    assert [breached_of(pace, MONDAY) for pace in late] == [True] * 3
    assert [breached_of(pace, MONDAY) for pace in not_late] == [False] * 7


def test_a_living_city_has_of_each_dossier_what_its_record_says_at_that_instant() -> None:
    city = LivingCity(POLICY, Plan(5, 40), MONDAY - 20)
    now = POLICY.zone.at(MONDAY, 10 * 3600)
    city.tell(now)
    seen = 0
    for _, dossier, stand in city.stands():
        found = standing(dossier.record or b"", POLICY.rules)
        assert found is not None
        assert found.received_at < now
        assert stand.open == (found.ended_at == 0)
        assert (stand.pace == STOPPED) == (found.paused and stand.open)
        seen += 1
    assert seen > 200
    opened, over = city.open_and_record(MONDAY)
    assert sum(sum(of.due.values()) + of.stopped + of.undated for of in opened.values()) == sum(s.open for _, _, s in city.stands())
    assert sum(map(sum, (of.values() for of in over.values()))) > 50


def test_figures_are_what_they_say() -> None:
    def answer(unit: str, expected: float, between: tuple[int, int], came: int, before: tuple[int, int] | None) -> Answered:
        return Answered(Asked(unit, 1, 9, MONDAY, Expected(10, expected, 1.0, *between, Reason.OWN_PACE)), came, before)

    rows = figures([answer("A", 3.0, (2, 4), 4, (20, 6)), answer("A", 2.0, (1, 2), 3, (10, 3)), answer("A", 2.0, (1, 2), 9, None)])
    (row,) = rows
    assert (row["of"], row["working_days"], row["asked"], row["coverage"], row["width"]) == ("units", 1, 2, 0.5, 1.5)
    assert (row["error"], row["error_as_last_week"], row["error_share_of_last_week"]) == (1.0, 1.0, 0.5)
