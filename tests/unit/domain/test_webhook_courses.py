"""The course of a subscriber's messages: tried again with patience, given up in the end and said so, begun anew at a wish."""

from __future__ import annotations

import pytest

from dunghen.domain.deliveries import NEVER_TAKEN, Course, Outcome, Patience, State, decide_next, tried_anew

NOON = 1_794_790_800_000
HOUR = 3_600_000
PATIENCE = Patience(wait=5_000, give_up=24 * HOUR)


def failed(course: Course, at: int, code: str = "500", after: float = 0.0) -> Course:
    return decide_next(course, Outcome(code, taken=False, after=after), at, PATIENCE)


def test_what_is_taken_leaves_nothing_of_the_failures_before() -> None:
    course = decide_next(failed(Course(), NOON), Outcome("204", taken=True), NOON + 9, PATIENCE)
    assert course == Course(State.DELIVERING, "204", delivered_at=NOON + 9)


def test_what_is_not_taken_comes_again_after_the_wait_or_later_where_peace_was_asked_for() -> None:
    course = failed(Course(State.DELIVERING, "204", delivered_at=7), NOON)
    assert (course.state, course.code, course.failures, course.next_at, course.delivered_at) == (State.RETRYING, "500", 1, NOON + 5_000, 7)
    assert failed(course, NOON, "503", after=120).next_at == NOON + 120_000


def after_hours(course: Course, count: int, since: int = NOON) -> Course:
    """`count` failures more, each behind an hour of peace that was asked for."""
    for hour in range(count):
        course = failed(course, since + hour * HOUR, "503", after=3600)
    return course


def test_a_row_of_failures_counts_from_its_first_and_ends_after_a_day() -> None:
    course = after_hours(Course(), 24)
    assert (course.state, course.failures, course.failing_since) == (State.RETRYING, 24, NOON)
    assert failed(course, NOON + 24 * HOUR).state is State.FAILING


def test_a_clock_that_is_ahead_gives_up_nobody_and_one_that_is_put_back_puts_it_off_for_nobody() -> None:
    course = failed(after_hours(Course(), 3), NOON + 9 * 24 * HOUR)
    assert (course.state, course.failures) == (State.RETRYING, 4)
    begun_ahead = after_hours(Course(), 1, NOON + 9 * 24 * HOUR)
    assert after_hours(begun_ahead, 23).state is State.RETRYING
    assert after_hours(begun_ahead, 24).state is State.FAILING


@pytest.mark.parametrize("code", sorted(NEVER_TAKEN))
def test_who_is_gone_or_must_not_be_asked_is_given_up_at_once(code: str) -> None:
    assert failed(Course(), NOON, code).state is State.FAILING


@pytest.mark.parametrize("code", ["404", "401", "301", "DNS", "TIMEOUT"])
def test_what_may_be_mended_is_not(code: str) -> None:
    assert failed(Course(), NOON, code).state is State.RETRYING


def test_a_wish_to_try_begins_at_once_with_all_patience() -> None:
    given_up = failed(Course(), NOON, "410")
    anew = tried_anew(given_up, NOON + 9 * HOUR)
    assert (anew.state, anew.failures, anew.failing_since, anew.next_at) == (State.RETRYING, 0, 0, NOON + 9 * HOUR)
    assert failed(anew, NOON + 40 * HOUR).state is State.RETRYING
    assert after_hours(tried_anew(after_hours(Course(), 25), NOON), 24).state is State.RETRYING
    assert tried_anew(Course(State.DELIVERING), NOON).state is State.DELIVERING
