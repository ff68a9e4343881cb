"""What the public may know of a count below a unit's own figures (`domain.md` §7, issue 7 E6). Pure.

A count is given rounded down to a multiple of five that leaves at least five of the whole, and below five not at all. So no difference of
two such counts, of whatever windows and days, nor of one and its whole, ever comes to one to four dossiers. The whole itself is a unit's
figure, which is public and exact.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

SMALLEST = 5


class Reason(StrEnum):
    """How a count was given."""

    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"
    SUPPRESSED = "SUPPRESSED"


class Coarse(NamedTuple):
    """A count as the public sees it, None: suppressed."""

    dossiers: int | None
    reason: Reason


def coarse(count: int, of: int) -> Coarse:
    """A count out of `of` dossiers, also where the two were not counted at the same moment. None of them is not told from one to four."""
    told = min(count, of - SMALLEST)
    return Coarse(told - told % SMALLEST, Reason.AT_LEAST) if told >= SMALLEST else Coarse(None, Reason.SUPPRESSED)


def exact(count: int) -> Coarse:
    """The same count for who may see it."""
    return Coarse(count, Reason.EXACT)
