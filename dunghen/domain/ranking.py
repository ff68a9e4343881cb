"""Ranks of units by a rate (`domain.md` §1, §4): dense, so ties share a rank and the next follows without a gap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Key = TypeVar("Key")

FEW = 5


def dense_ranks(entries: Iterable[tuple[Key, int, int]], few: int = FEW) -> dict[Key, int]:
    """{key: rank} of (key, numerator, denominator), 1 being the highest rate: 1, 2, 3, 3, 4. To be called once for each kind of unit.

    What has fewer than `few` in its denominator, or nothing, has no rank.
    """
    ranked = [(key, num, den) for key, num, den in entries if den >= max(few, 1)]
    # Fractions with denominators up to n that differ do so by 1/n² or more: scaled by more, their whole parts tell them apart.
    shift = 2 * max((den for _, _, den in ranked), default=1).bit_length()
    scaled = {key: (num << shift) // den for key, num, den in ranked}
    places = {value: place for place, value in enumerate(sorted(set(scaled.values()), reverse=True), 1)}
    return {key: places[value] for key, value in scaled.items()}
