"""Two rates held against each other (`domain.md` §4): exactly, and saying whether the difference is more than chance. Pure.

A difference of two shares is shown as a movement or a gap only where their Wilson intervals part; else a reason stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from dunghen.domain.bands import wilson
from dunghen.domain.ranking import FEW
from dunghen.domain.rates import Rate


class Reason(StrEnum):
    """What can be said of a difference."""

    PARTED = "PARTED"
    OVERLAPPING = "OVERLAPPING"
    TOO_FEW = "TOO_FEW"
    NOTHING_OCCURRED = "NOTHING_OCCURRED"


MEANINGS: Mapping[Reason, tuple[str, str]] = {
    Reason.PARTED: ("Hai khoảng tin cậy 95 % tách rời: khác nhau rõ rệt", "The two 95 % intervals part: a difference beyond chance"),
    Reason.OVERLAPPING: ("Hai khoảng tin cậy 95 % chồng lên nhau: chưa đủ để kết luận", "The two 95 % intervals overlap: it may be chance"),
    Reason.TOO_FEW: ("Quá ít hồ sơ để so sánh", "Too few dossiers to compare"),
    Reason.NOTHING_OCCURRED: ("Không phát sinh hồ sơ ở một bên", "Nothing occurred on one side"),
}


class Difference(NamedTuple):
    """One rate minus another as an exact fraction, in whole numbers that are not reduced; `denominator` 0: there is none."""

    numerator: int
    denominator: int
    reason: Reason

    @property
    def value(self) -> float | None:
        """−1 to 1; None where there is none."""
        return self.numerator / self.denominator if self.denominator else None


def compare(rate: Rate, other: Rate, few: int = FEW) -> Difference:
    """`rate` minus `other`: a/b − c/d is (ad − cb)/bd. Below `few` dossiers on either side nothing is concluded."""
    numerator = rate.numerator * other.denominator - other.numerator * rate.denominator
    denominator = rate.denominator * other.denominator
    return Difference(numerator, denominator, _reason(rate, other, few))


def _reason(rate: Rate, other: Rate, few: int) -> Reason:
    if not (rate.denominator and other.denominator):
        return Reason.NOTHING_OCCURRED
    if min(rate.denominator, other.denominator) < few:
        return Reason.TOO_FEW
    (low, high), (other_low, other_high) = wilson(*rate), wilson(*other)
    return Reason.PARTED if low > other_high or other_low > high else Reason.OVERLAPPING
