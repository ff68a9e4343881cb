"""What comparisons of the live map with the batch path found (`dunghen reconcile --keep`): the values of `reconciliations`.

None is ever replaced: a clean comparison does not hide the one before it that was not. How far one vouches for a unit's month is decided in
`standing`; what is compared, and what is not, is said in decision 0037.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from dunghen.contracts.messages import Code, Instant
from dunghen.domain.windows import Window

CITY = "city"  # in `units`: the sums of the whole city
MOST_KEPT = 5000  # in memory: more than thirteen years of nights
State = Literal["reconciled", "differs", "not_reconciled"]
MEANINGS: dict[str, tuple[str, str]] = {
    "reconciled": (
        "Đã đối soát: mọi số liệu, màu và thứ hạng khớp 100 % với sự kiện gốc",
        "Reconciled: every figure, band and rank is what the raw events come to",
    ),
    "differs": ("Đã đối soát: có ô không khớp", "Reconciled: cells differ from the raw events"),
    "not_reconciled": ("Chưa đối soát", "Not reconciled: no comparison is kept that looked at these figures"),
}
Count = Annotated[int, Meta(ge=0)]


class Reconciliation(msgspec.Struct, gc=False, kw_only=True):
    """One comparison at one exact cut. `at`: when it ended, on the city's clock; `as_of`: the shown local day (days since 1970-01-01).

    `compared`: the units that the map showed; `units`: how many cells differ, by unit (`CITY`: the city's own sums): who is compared and
    not in it is equal in every cell. `seconds` it took.
    """

    at: Instant
    as_of: Annotated[int, Meta(ge=0)]
    policy: Count
    first_version: Count
    last_version: Count
    seconds: Annotated[float, Meta(ge=0)]
    events: Count
    answers: Count
    cells: Count
    differences: Count
    compared: tuple[Code, ...] = ()
    units: dict[Code, Count] = {}

    @property
    def state(self) -> State:
        return "differs" if self.differences else "reconciled"


decode_reconciliation = msgspec.json.Decoder(Reconciliation).decode


def reconciliation_key(found: Reconciliation) -> bytes:
    return str(found.at).encode()


class Seen(NamedTuple):
    """What is shown: its local day and its policy."""

    day: int
    policy: int


@dataclass(slots=True)
class ReconciliationBook:
    """The kept comparisons by their instant."""

    _by_at: dict[int, Reconciliation] = field(default_factory=dict)

    def take(self, _key: bytes | None, value: bytes | None) -> None:
        """One record; what nobody of ours could have written says nothing."""
        try:
            found = decode_reconciliation(value or b"")
        except msgspec.DecodeError:
            return
        self._by_at[found.at] = found
        while len(self._by_at) > MOST_KEPT:
            del self._by_at[min(self._by_at)]

    def __iter__(self) -> Iterator[Reconciliation]:
        """The newest first."""
        return iter(sorted(self._by_at.values(), key=lambda one: -one.at))

    @property
    def newest(self) -> Reconciliation | None:
        return self._by_at[max(self._by_at)] if self._by_at else None  # asked at each record: nothing is sorted for it

    def standing(self, unit: str, month: Window, seen: Seen) -> tuple[State, Reconciliation | None]:
        """What is known of a unit's figures in a month.

        Of one that goes on: by the newest comparison of yesterday or today, under the policy that is shown, that had the unit. Of one that
        is over nothing is known: comparisons look at the live windows, and no live window is a month that is over.
        """
        if not month.first <= seen.day <= month.last:
            return "not_reconciled", None
        since = max(seen.day - 1, month.first)
        for one in self:
            if one.as_of >= since and one.policy == seen.policy and unit in one.compared:
                return ("differs" if one.units.get(unit) else "reconciled"), one
        return "not_reconciled", None
