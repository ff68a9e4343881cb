"""How a unit moved since the period before, in rankings and monthly sheets: said only where two intervals part. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from dunghen.domain.comparison import Reason, compare
from dunghen.domain.rates import Rate

NO_INTERVAL = "NO_INTERVAL"  # of what is not a share of dossiers nothing is said of chance
NOT_KNOWN = "NOT_KNOWN"  # it did not hold in the period before
MEANINGS: Mapping[str, tuple[str, str]] = {
    NO_INTERVAL: ("Không phải tỷ lệ trên hồ sơ: không có khoảng tin cậy", "Not a share of dossiers: there is no interval"),
    NOT_KNOWN: ("Chỉ số chưa có hiệu lực trong kỳ trước", "The indicator did not hold in the period before"),
}


class Movement(msgspec.Struct):
    """Places and value gained (lost: below zero), null unless the two intervals part; `reason`: of /definitions."""

    places: int | None
    difference: float | None
    reason: str


class Placed(NamedTuple):
    """A unit in one period: its share, and its rank if it has one."""

    rate: Rate
    rank: int | None


def movement(now: Placed, then: Placed | None, few: int, of_dossiers: bool) -> Movement:
    """`then` None: what is measured did not hold; `of_dossiers`: whether it is a share of dossiers, of which `few` decide nothing."""
    if then is None or not of_dossiers or any(one.rate.numerator > one.rate.denominator for one in (now, then)):
        return Movement(None, None, NOT_KNOWN if then is None else NO_INTERVAL)
    found = compare(now.rate, then.rate, few)
    if found.reason is not Reason.PARTED:
        return Movement(None, None, found.reason.value)
    return Movement(None if now.rank is None or then.rank is None else then.rank - now.rank, found.value, found.reason.value)
