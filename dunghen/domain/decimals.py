"""Exact fractions as numbers that every reader can hold (decision 0023). Pure.

A JSON number is a double to most readers, and 64 bits to the others: whole numbers are exact in it up to 2⁵³.
"""

from __future__ import annotations

from fractions import Fraction

MOST_EXACT = (1 << 53) - 1
MILLION = 1_000_000


def millionths(points: Fraction, maximum: int) -> int:
    """Points in millionths, half up; cut instead where rounding would reach a thousandth of the maximum that the points do not.

    Bands and classes begin at thousandths of the maximum: so the rounded figure stands in the band and class of the exact one.
    """
    rounded = (2 * points.numerator * MILLION + points.denominator) // (2 * points.denominator)
    reached = rounded > points * MILLION and maximum and rounded % (maximum * 1000) == 0
    return rounded - 1 if reached else rounded


def readable(whole: int) -> int:
    """A whole number as it is, above 2⁵³ − 1 the nearest that a double holds."""
    return whole if abs(whole) <= MOST_EXACT else int(float(whole))
