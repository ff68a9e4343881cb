from __future__ import annotations

from random import Random

import pytest

from dunghen.domain.marks import COUNTERS, DUE, DUE_MET, EARLY, IN_A_WINDOW, LATE, ON_DAY, OVERDUE, PAUSED, PENDING, RECEIVED
from dunghen.domain.rates import DaySeries, Rate, Violation, WindowCounts


def counters(**named: int) -> list[int]:
    return [named.get(name, 0) for name in COUNTERS]


def test_a_rate_of_nothing_has_no_value_and_is_not_zero() -> None:
    assert Rate(0, 0).value is None
    assert Rate(0, 3).value == 0
    assert Rate(144625, 184513) == (144625, 184513)


def test_an_empty_series_counts_nothing_in_any_window() -> None:
    nothing = dict.fromkeys(("official", "resolved", "due_cohort", "statutory"), Rate(0, 0))
    assert DaySeries().window(1, 9, 8) == WindowCounts(dict.fromkeys(IN_A_WINDOW, 0), nothing)


def test_official_counts_what_is_open_and_what_ended_in_the_window_each_once() -> None:
    series = DaySeries({1: counters(received=5, pending=5), 3: counters(early=1, late=1, pending=-3, overdue=1)})
    assert series.window(2, 3, 2).rates["official"] == (1 + 2, 2 + 2 + 1)
    assert series.window(2, 3, 2).rates["resolved"] == (1, 2)
    assert series.window(2, 2, 1).rates["official"] == (5, 5)


@pytest.mark.parametrize(("over", "cohort"), [(4, (0, 0)), (5, (2, 3)), (9, (2, 3))])
def test_a_due_day_enters_the_cohorts_only_once_it_is_over(over: int, cohort: tuple[int, int]) -> None:
    series = DaySeries({5: counters(due=3, due_met=2)})
    assert series.window(5, 5, over).rates["due_cohort"] == cohort
    assert series.window(6, 9, over).rates["due_cohort"] == (0, 0)


def test_the_state_at_the_end_of_any_day_is_the_sum_up_to_it() -> None:
    series = DaySeries({2: counters(pending=2, paused=1), 4: counters(pending=-1, overdue=1, paused=-1)})
    assert [series.at(day) for day in (1, 2, 3, 4, 99)] == [(0, 0, 0), (2, 0, 1), (2, 0, 1), (1, 1, 0), (1, 1, 0)]


def test_changing_days_one_by_one_gives_the_same_as_building_anew() -> None:
    r, series, days = Random(4), DaySeries(), {}
    for _ in range(400):
        day, new = r.randrange(30), [r.choice((0, 0, 1)) for _ in COUNTERS] if r.random() < 0.7 else counters()
        series.add(day, [n - o for n, o in zip(new, days.get(day, counters()), strict=True)])
        days[day] = new
        first, last = sorted((r.randrange(-2, 33), r.randrange(-2, 33)))
        fresh = DaySeries(days)
        assert series.window(first, last, last - 1) == fresh.window(first, last, last - 1)
        assert (series.at(last), list(series.days)) == (fresh.at(last), list(fresh.days))


@pytest.mark.parametrize(
    ("day", "change", "reason"),
    [
        (3, {RECEIVED: 1}, "UNBALANCED"),
        (3, {PENDING: -2, EARLY: 2}, "NEGATIVE"),
        (2, {PAUSED: 3}, "PAUSED_BEYOND_PENDING"),
        (3, {DUE: -1}, "NEGATIVE"),
    ],
)
def test_the_first_day_that_contradicts_itself_is_found(day: int, change: dict[int, int], reason: str) -> None:
    series = DaySeries({1: counters(received=2, pending=2), 3: counters(on_day=1, pending=-1), 5: counters(late=1, pending=-1)})
    assert series.first_violation() is None
    series.add(day, [change.get(i, 0) for i in range(len(COUNTERS))])
    found = series.first_violation()
    assert isinstance(found, Violation)
    assert (found.day, found.reason) == (day, reason)
    assert series.first_violation(since=2) == found


def test_one_counter_of_one_day_and_its_sum_over_days() -> None:
    series = DaySeries({1: counters(due=3, due_met=1), 2: counters(due=4), 3: counters(late=1, overdue=-1)})
    assert (series.on(1, DUE) - series.on(1, DUE_MET), series.on(9, DUE)) == (2, 0)
    assert (series.total(1, 2, DUE), series.total(2, 3, LATE), series.total(3, 1, DUE), series.total(0, 9, OVERDUE)) == (7, 1, 0, -1)
    assert series.total(0, 9, ON_DAY) == 0
