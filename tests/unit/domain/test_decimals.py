"""Exact points as numbers: rounded half up, but never over the edge of a class; whole numbers that every reader holds."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from dunghen.domain.decimals import MOST_EXACT, millionths, readable
from dunghen.domain.indicator_values import class_of
from dunghen.domain.indicators import Class, Text

CLASSES = [Class("a", Text("", ""), 900), Class("b", Text("", ""), 805), Class("c", Text("", ""), 501)]


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (Fraction(144625, 184513) * 20, 15_676_402),
        (Fraction(1, 2_000_000), 1),  # half up
        (Fraction(90) - Fraction(1, 10**9), 89_999_999),  # not 90: that is another class
        (Fraction(90), 90_000_000),
        (Fraction(90) + Fraction(1, 10**9), 90_000_000),
        (Fraction(100) - Fraction(1, 10**30), 99_999_999),
        (Fraction(0), 0),
    ],
)
def test_points_in_millionths(points: Fraction, shown: int) -> None:
    assert millionths(points, 100) == shown


def test_no_rounded_figure_stands_in_another_class() -> None:
    rng = Random(7)
    for _ in range(5_000):
        maximum, edge = rng.randrange(1, 200), rng.choice(CLASSES).at_least
        points = max(Fraction(0), Fraction(edge * maximum, 1000) + Fraction(rng.randrange(-3, 4), rng.randrange(1, 10**8)))
        shown = Fraction(millionths(points, maximum), 10**6)
        assert class_of(shown, maximum, CLASSES) == class_of(points, maximum, CLASSES)
        assert abs(shown - points) < Fraction(1, 10**6)


def test_whole_numbers_stay_as_long_as_a_double_holds_them() -> None:
    assert readable(MOST_EXACT) == MOST_EXACT
    assert readable(MOST_EXACT + 2) == int(float(MOST_EXACT + 2))
