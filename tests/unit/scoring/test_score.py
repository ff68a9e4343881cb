"""The second stage without Kafka: cells wait for their covers, versions for their completeness."""

from __future__ import annotations

import pytest

from dunghen.contracts.cells import cell_key, complete_key, covers_key, decode_cell, decode_kept, encode_cell, level_key
from dunghen.contracts.messages import UnitScore
from dunghen.domain.marks import COUNTERS, EARLY, LATE, PENDING, RECEIVED
from services.scoring.score import ScoreState

TODAY = 20_780
UNIT = "20242"


def cell(**counts: int) -> bytes:
    return encode_cell([counts.get(name, 0) for name in COUNTERS])


def state(partitions: int = 2, policy: int = 1) -> ScoreState:
    """With every fold partition complete under a policy."""
    score = ScoreState(partitions)
    for partition in range(partitions):
        score.put(complete_key(partition, policy), b"0")
    assert score.settle_policy()
    return score


def only(score: ScoreState) -> UnitScore:
    return score.scores([UNIT], TODAY)[0]


def test_a_cell_counts_when_its_covers_record_has_come() -> None:
    score = state()
    assert score.put(cell_key(UNIT, TODAY, 0, 1), cell(received=3, pending=3)) is None
    assert only(score).pending == 0
    assert score.put(covers_key(UNIT, 0, 1), b"17") == UNIT
    assert (only(score).pending, only(score).covers) == (3, {0: 17})


def test_a_transaction_that_the_end_cuts_in_two_counts_at_a_takeover_when_its_covers_record_has_come() -> None:
    score = state()
    score.put(cell_key(UNIT, TODAY, 0, 1), cell(received=3, pending=3))
    score.put(covers_key(UNIT, 0, 1), b"17")
    score.put(cell_key(UNIT, TODAY, 0, 1), cell(received=9, early=9))  # an open transaction of another writer hides the rest
    assert (only(score).pending, only(score).covers) == (3, {0: 17})
    score.put(covers_key(UNIT, 0, 1), b"18")
    assert (only(score).pending, only(score).finished_today, only(score).covers) == (0, 9, {0: 18})


def test_partials_are_absolute_and_sum_over_partitions() -> None:
    score = state()
    for partition, pending, upto in ((0, 3, b"5"), (1, 4, b"9"), (0, 2, b"6")):
        score.put(cell_key(UNIT, TODAY, partition, 1), cell(received=pending, pending=pending))
        score.put(covers_key(UNIT, partition, 1), upto)
    assert (only(score).pending, only(score).covers) == (6, {0: 6, 1: 9})
    score.put(cell_key(UNIT, TODAY, 1, 1), None)
    score.put(covers_key(UNIT, 1, 1), b"10")
    assert only(score).pending == 2


@pytest.mark.parametrize("known", [len(COUNTERS) - 3, len(COUNTERS) + 2])
def test_cells_of_releases_that_know_fewer_or_more_counters_add_up_with_those_of_this_one(known: int) -> None:
    """While two releases take turns: of one unit and day, and one in the place of the other."""
    score, theirs = state(), encode_cell([1] * known)
    for partition, value, upto in ((0, cell(received=2, early=2), b"5"), (1, theirs, b"9")):
        score.put(cell_key(UNIT, TODAY, partition, 1), value)
        score.put(covers_key(UNIT, partition, 1), upto)
    counts = only(score).windows["today"].counts
    assert (counts["received"], counts["early"], counts["late"]) == (3, 3, 1)
    assert counts[COUNTERS[-1]] == int(known > len(COUNTERS))
    for value, received in ((theirs, 2), (cell(received=7), 8), (theirs, 2)):
        score.put(cell_key(UNIT, TODAY, 0, 1), value)
        score.put(covers_key(UNIT, 0, 1), b"6")
        assert only(score).windows["today"].counts["received"] == received
    assert len(decode_cell(theirs)) == len(COUNTERS)
    assert decode_kept(theirs)[: len(COUNTERS)] == decode_cell(theirs)
    assert len(decode_kept(theirs)) == max(known, len(COUNTERS)), "who writes it on loses nothing"


def test_all_four_rates_and_the_window_before_are_said_in_integers() -> None:
    score = state(1)
    score.put(cell_key(UNIT, TODAY - 1, 0, 1), cell(received=4, early=2, late=1, pending=1, due=3, due_met=2, first_due=3, first_met=1))
    score.put(cell_key(UNIT, TODAY - 7, 0, 1), cell(received=1, early=1))
    score.put(covers_key(UNIT, 0, 1), b"1")
    rates = only(score).windows["7d"].rates
    assert (rates["official"].numerator, rates["official"].denominator) == (3, 4)
    assert (rates["resolved"].numerator, rates["resolved"].denominator) == (2, 3)
    assert (rates["due_cohort"].numerator, rates["due_cohort"].denominator) == (2, 3)
    assert (rates["statutory"].numerator, rates["statutory"].denominator) == (1, 3)
    assert (rates["resolved"].before_numerator, rates["resolved"].before_denominator) == (1, 1)


def test_the_old_policy_is_shown_until_every_partition_has_counted_under_the_new_one() -> None:
    score = state()
    score.put(cell_key(UNIT, TODAY, 0, 1), cell(received=1, early=1))
    score.put(covers_key(UNIT, 0, 1), b"4")
    score.put(cell_key(UNIT, TODAY, 0, 2), cell(received=1, late=1))
    assert score.put(covers_key(UNIT, 0, 2), b"4") is None
    score.put(complete_key(0, 2), b"4")
    assert not score.settle_policy()
    assert (only(score).policy, only(score).windows["today"].counts["early"]) == (1, 1)
    score.put(complete_key(1, 2), b"0")
    assert score.settle_policy()
    assert (only(score).policy, only(score).windows["today"].counts["early"], only(score).windows["today"].counts["late"]) == (2, 0, 1)


def test_a_replaced_version_is_forgotten_when_all_of_it_is_cleared_away() -> None:
    score = state()
    for partition in range(2):
        score.put(complete_key(partition, 2), b"0")
    score.settle_policy()
    for partition in range(2):
        score.put(complete_key(partition, 1), None)
    assert list(score.generations) == [2]


def test_a_takeover_after_the_clearing_remembers_nothing_of_the_replaced_version() -> None:
    score = ScoreState(1)
    for version in (1, 2):
        score.put(cell_key(UNIT, TODAY, 0, version), cell(received=1, early=1))
        score.put(covers_key(UNIT, 0, version), b"4")
        score.put(complete_key(0, version), b"4")
    for key in (cell_key(UNIT, TODAY, 0, 1), covers_key(UNIT, 0, 1), level_key(0, 1), complete_key(0, 1)):
        score.put(key, None)
    score.settle_policy()
    assert (list(score.generations), only(score).finished_today) == ([2], 1)


def test_clearing_away_a_version_that_is_still_shown_takes_nothing_from_it() -> None:
    score = state()
    score.put(cell_key(UNIT, TODAY, 0, 1), cell(received=1, early=1))
    score.put(covers_key(UNIT, 0, 1), b"4")
    for key in (cell_key(UNIT, TODAY, 0, 1), covers_key(UNIT, 0, 1), level_key(0, 1), complete_key(0, 1)):
        score.put(key, None)
    assert (only(score).finished_today, only(score).covers) == (1, {0: 4})


def test_levels_are_kept_by_policy() -> None:
    score = state()
    score.put(level_key(0, 1), b"8")
    score.put(level_key(0, 2), b"9")
    assert score.shown is not None
    assert score.shown.levels == {0: 8}


def test_what_was_open_on_a_past_day_needs_no_timer() -> None:
    score = state(1)
    counts = [0] * len(COUNTERS)
    counts[RECEIVED], counts[PENDING] = 1, 1
    score.put(cell_key(UNIT, TODAY - 40, 0, 1), encode_cell(counts))
    ended = [0] * len(COUNTERS)
    ended[PENDING], ended[EARLY], ended[LATE] = -1, 1, 0
    score.put(cell_key(UNIT, TODAY, 0, 1), encode_cell(ended))
    score.put(covers_key(UNIT, 0, 1), b"2")
    said = only(score)
    assert (said.pending, said.windows["today"].rates["official"].numerator) == (0, 1)
    assert said.windows["today"].rates["official"].before_numerator == 1  # pending at the end of yesterday
