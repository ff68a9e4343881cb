"""What the public learns of flags isolates nobody (issue 7, E6): the same search finds somebody where the counts are given as they are."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from dunghen.domain.fives import Coarse, Reason, coarse, exact

Given = Callable[[int, int], Coarse]


def isolating_pairs(given: Given, r: Random, pairs: int = 10_000) -> int:
    """Of pairs of windows over random days, how often two counts of dossiers with a flag, or one and its whole, differ by one to four."""
    days = [(r.randrange(0, 40), r.random()) for _ in range(120)]
    flagged = [(of, sum(r.random() < share for _ in range(of))) for of, share in days]
    isolated = 0
    for _ in range(pairs):
        counts = [_asked(flagged, r) for _ in range(2)]
        told = [(given(count, of).dossiers, of) for count, of in counts]
        differences = [abs(told[0][0] - told[1][0])] if told[0][0] is not None and told[1][0] is not None else []
        differences += [of - count for count, of in told if count is not None]
        isolated += any(0 < difference < 5 for difference in differences)
    return isolated


def _asked(flagged: list[tuple[int, int]], r: Random) -> tuple[int, int]:
    first = r.randrange(len(flagged))
    window = flagged[first : first + r.choice((1, 2, 7, 30))]
    return sum(count for _, count in window), sum(of for of, _ in window)


def test_no_difference_of_ten_thousand_pairs_isolates_one_to_four_dossiers() -> None:
    assert isolating_pairs(coarse, Random(1)) == 0


def test_the_same_search_finds_somebody_where_counts_are_given_as_they_are() -> None:
    assert isolating_pairs(lambda count, of: exact(count), Random(1)) > 100


def test_a_public_count_is_a_multiple_of_five_that_leaves_five() -> None:
    assert coarse(17, 100) == (15, Reason.AT_LEAST)
    assert coarse(5, 10) == (5, Reason.AT_LEAST)
    assert coarse(10, 10) == (5, Reason.AT_LEAST), "nobody learns that all have it"
    assert coarse(4, 100) == coarse(0, 100) == coarse(9, 9) == coarse(7, 3) == (None, Reason.SUPPRESSED)
