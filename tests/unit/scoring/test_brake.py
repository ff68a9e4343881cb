"""How much may be set aside before a partition stops."""

from __future__ import annotations

from services.scoring.brake import Brake, BrakePolicy, Stop


def told(policy: BrakePolicy, offsets: list[int]) -> list[Stop | None]:
    brake = Brake(policy)
    return [brake.take(offset) for offset in offsets]


def test_a_bad_record_now_and_then_holds_nobody() -> None:
    assert set(told(BrakePolicy(run=3, ratio=0.1, window=100), [n * 10 for n in range(500)])) == {None}


def test_one_more_in_a_row_than_may_be_is_refused() -> None:
    assert told(BrakePolicy(run=3, ratio=0), [7, 8, 9, 10]) == [None, None, None, Stop.RUN]


def test_a_good_record_in_between_begins_a_new_run() -> None:
    assert told(BrakePolicy(run=3, ratio=0), [7, 8, 9, 11, 12, 13, 14]) == [None] * 6 + [Stop.RUN]


def test_a_part_of_the_last_records_that_is_too_large_is_refused() -> None:
    assert told(BrakePolicy(run=0, ratio=0.2, window=20), [0, 3, 6, 9, 12]) == [None] * 4 + [Stop.RATIO]


def test_what_lies_behind_the_window_counts_no_more() -> None:
    assert told(BrakePolicy(run=0, ratio=0.2, window=20), [0, 1, 2, 3, 20, 21, 22, 23, 24]) == [None] * 8 + [Stop.RATIO]


def test_a_window_smaller_than_the_run_does_not_hide_the_run() -> None:
    assert told(BrakePolicy(run=5, ratio=1, window=2), list(range(6)))[-1] == Stop.RUN


def test_without_limits_everything_may_be_set_aside() -> None:
    assert set(told(BrakePolicy(run=0, ratio=0), list(range(5000)))) == {None}


def test_what_is_refused_is_not_counted_as_set_aside() -> None:
    brake = Brake(BrakePolicy(run=2, ratio=0))
    assert [brake.take(n) for n in range(4)] == [None, None, Stop.RUN, Stop.RUN]
    assert (brake.count, brake.held) == (2, Stop.RUN)


def test_by_default_a_hundred_in_a_row_and_a_fifth_of_a_thousand() -> None:
    assert told(BrakePolicy(), list(range(101))) == [None] * 100 + [Stop.RUN]
    assert told(BrakePolicy(), list(range(0, 402, 2))) == [None] * 200 + [Stop.RATIO]
