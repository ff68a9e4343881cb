"""Bands and how screens write a rate (`domain.md` §4). Everything is decided on the integers, never on floats or rounded per cents."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

Band = Literal["green", "yellow", "orange", "red", "none"]
BANDS: tuple[Band, ...] = ("green", "yellow", "orange", "red", "none")
_Z = 1.959963984540054  # the normal quantile of a 95 % interval


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The lowest rate of each band in thousandths (900 is 90 %; Quảng Nam's map of 2022). Below orange is red."""

    green: int = 900
    yellow: int = 800
    orange: int = 700


def band(num: int, den: int, thresholds: Thresholds = Thresholds()) -> Band:
    """The band of num/den; `none` where nothing happened."""
    if den == 0:
        return "none"
    share = num * 1000
    if share >= thresholds.green * den:
        return "green"
    if share >= thresholds.yellow * den:
        return "yellow"
    return "orange" if share >= thresholds.orange * den else "red"


def wilson(num: int, den: int) -> tuple[float, float]:
    """The 95 % interval (low, high) of num/den by Wilson; all of 0–1 where nothing happened."""
    if den == 0:
        return 0.0, 1.0
    share, squared = num / den, _Z * _Z
    centre = (share + squared / (2 * den)) / (1 + squared / den)
    reach = _Z * sqrt(share * (1 - share) / den + squared / (4 * den * den)) / (1 + squared / den)
    return (0.0 if num == 0 else centre - reach), (1.0 if num == den else centre + reach)


def display_percent(num: int, den: int, thresholds: Thresholds = Thresholds()) -> str:
    """num/den in per cent with a decimal point, rounded half up to one decimal, or to as many as it takes not to tell a lie.

    A written figure never lies in another band than the rate, and is 100 or 0 only where the rate is. Empty where nothing happened.
    """
    if den == 0:
        return ""
    decimals, unit = 1, 1000
    while not _faithful(rounded := (2 * num * unit + den) // (2 * den), unit, (num, den), thresholds):
        decimals, unit = decimals + 1, unit * 10
    whole, fraction = divmod(rounded, unit // 100)
    return f"{whole}.{fraction:0{decimals}}"


def _faithful(rounded: int, unit: int, rate: tuple[int, int], thresholds: Thresholds) -> bool:
    num, den = rate
    return (
        band(rounded, unit, thresholds) == band(num, den, thresholds) and (rounded == unit) == (num == den) and (rounded == 0) == (num == 0)
    )
