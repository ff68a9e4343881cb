from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dunghen.domain.bands import BANDS, Band, Thresholds, band, display_percent, wilson

rates = st.integers(1, 300_000).flatmap(lambda den: st.tuples(st.integers(0, den), st.just(den)))


@pytest.mark.parametrize(
    ("num", "den", "colour"),
    [
        (9, 10, "green"),
        (89_999, 100_000, "yellow"),
        (8, 10, "yellow"),
        (7, 10, "orange"),
        (699, 1000, "red"),
        (0, 9, "red"),
        (0, 0, "none"),
    ],
)
def test_a_band_begins_exactly_at_its_threshold(num: int, den: int, colour: Band) -> None:
    assert band(num, den) == colour


def test_thresholds_are_data() -> None:
    assert band(955, 1000, Thresholds(955, 900, 500)) == "green"
    assert band(954, 1000, Thresholds(955, 900, 500)) == "yellow"


@given(rates, rates)
def test_a_higher_rate_is_never_in_a_worse_band(a: tuple[int, int], b: tuple[int, int]) -> None:
    if Fraction(*a) <= Fraction(*b):
        assert BANDS.index(band(*a)) >= BANDS.index(band(*b))


@pytest.mark.parametrize(
    ("num", "den", "text"),
    [
        (144625, 184513, "78.4"),
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (8995, 10_000, "89.95"),
        (89_996, 100_000, "89.996"),
        (9, 10, "90.0"),
        (7, 8, "87.5"),
        (5, 5, "100.0"),
        (9999, 10_000, "99.99"),
        (99_999, 100_000, "99.999"),
        (0, 7, "0.0"),
        (1, 30_000, "0.003"),
        (1, 16, "6.3"),  # 6.25 half up
        (0, 0, ""),
    ],
)
def test_a_figure_has_one_decimal_or_as_many_as_keep_it_true(num: int, den: int, text: str) -> None:
    assert display_percent(num, den) == text


@given(rates)
@example((269_999, 300_000))
def test_a_written_figure_is_in_the_band_of_its_rate_and_near_it(rate: tuple[int, int]) -> None:
    text = display_percent(*rate)
    written = Fraction(Decimal(text)) / 100
    assert band(written.numerator, written.denominator) == band(*rate)
    assert abs(written - Fraction(*rate)) <= Fraction(1, 2000)
    assert (text == "100.0") == (rate[0] == rate[1])


@given(rates)
def test_the_interval_contains_the_rate_and_stays_between_0_and_1(rate: tuple[int, int]) -> None:
    low, high = wilson(*rate)
    assert 0 <= low <= rate[0] / rate[1] <= high <= 1
    assert low < high


def test_the_interval_is_wilsons() -> None:
    assert wilson(8, 10) == pytest.approx((0.49016, 0.94332), abs=1e-5)
    assert wilson(0, 0) == (0.0, 1.0)
