from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dunghen.domain.comparison import MEANINGS, Reason, compare
from dunghen.domain.rates import Rate

rates = st.integers(1, 10**5).flatmap(lambda den: st.builds(Rate, st.integers(0, den), st.just(den)))


def test_a_difference_counts_only_where_the_intervals_part() -> None:
    assert compare(Rate(95, 100), Rate(60, 100)).reason is Reason.PARTED
    assert compare(Rate(60, 100), Rate(95, 100)).reason is Reason.PARTED
    assert compare(Rate(90, 100), Rate(88, 100)).reason is Reason.OVERLAPPING


def test_of_few_or_none_nothing_is_concluded() -> None:
    assert compare(Rate(4, 4), Rate(0, 1000)).reason is Reason.TOO_FEW
    assert compare(Rate(5, 5), Rate(0, 1000), few=6).reason is Reason.TOO_FEW
    assert compare(Rate(0, 0), Rate(5, 10)) == (0, 0, Reason.NOTHING_OCCURRED)
    assert compare(Rate(5, 10), Rate(0, 0)).value is None


@given(rates, rates)
def test_the_difference_is_exact_and_turns_its_sign_with_the_sides(rate: Rate, other: Rate) -> None:
    there, back = compare(rate, other), compare(other, rate)
    assert Fraction(there.numerator, there.denominator) == Fraction(*rate) - Fraction(*other)
    assert (back.numerator, back.denominator, back.reason) == (-there.numerator, there.denominator, there.reason)


def test_every_reason_has_its_words_in_both_languages() -> None:
    assert set(MEANINGS) == set(Reason)
    assert all(vi and en for vi, en in MEANINGS.values())
