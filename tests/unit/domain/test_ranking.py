from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from dunghen.domain.ranking import dense_ranks

units = st.lists(st.integers(0, 10**6).flatmap(lambda den: st.tuples(st.integers(0, den), st.just(den))), max_size=12)


def test_ties_share_a_rank_and_the_next_follows_without_a_gap() -> None:
    rates = [(99, 100), (19, 20), (9, 10), (18, 20), (8, 10), (4, 5), (7, 10)]
    assert list(dense_ranks((i, *rate) for i, rate in enumerate(rates)).values()) == [1, 2, 3, 3, 4, 4, 5]


def test_units_with_few_dossiers_or_none_have_no_rank() -> None:
    entries = [("none", 0, 0), ("four", 4, 4), ("five", 1, 5)]
    assert dense_ranks(entries) == {"five": 1}
    assert dense_ranks(entries, few=0) == {"four": 1, "five": 2}
    assert dense_ranks([]) == {}


def test_rates_that_floats_cannot_tell_apart_have_different_ranks() -> None:
    n = 10**9
    assert (n - 1) / n == n / (n + 1)
    assert dense_ranks([("a", n - 1, n), ("b", n, n + 1)]) == {"a": 2, "b": 1}


@settings(max_examples=40)
@given(units)
def test_ranks_are_those_of_the_exact_fractions(rates: list[tuple[int, int]]) -> None:
    ranked = {i: Fraction(*rate) for i, rate in enumerate(rates) if rate[1] >= 5}
    places = sorted(set(ranked.values()), reverse=True)
    assert dense_ranks((i, *rate) for i, rate in enumerate(rates)) == {i: places.index(f) + 1 for i, f in ranked.items()}
