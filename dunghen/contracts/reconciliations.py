"""What comparisons of the live map with the batch path found (`dunghen reconcile --keep`): the values of `reconciliations`.

None is ever replaced: a clean comparison does not hide the one before it that was not. How far one vouches for a unit's month is decided in
`standing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dunghen.contracts.messages import Code, Instant
from dunghen.domain.windows import WINDOWS, Window, resolve

CITY = "city"  # in `units`: the sums of the whole city
MOST_KEPT = 5000  # in memory: more than thirteen years of nights
State = Literal["reconciled", "differs", "not_reconciled"]
MEANINGS: dict[str, tuple[str, str]] = {
    "reconciled": ("Đã đối soát: khớp 100 % với sự kiện gốc", "Reconciled: equal to the raw events in every cell"),
    "differs": ("Đã đối soát: có ô không khớp", "Reconciled: cells differ from the raw events"),
    "not_reconciled": ("Chưa đối soát", "Not reconciled: no comparison is kept that looked at these days"),
}
Count = Annotated[int, Meta(ge=0)]


class Reconciliation(msgspec.Struct, gc=False, kw_only=True):
    """One comparison at one exact cut. `at`: when it ended, on the city's clock; `as_of`: the shown local day (days since 1970-01-01).

    `units`: how many cells differ, by unit (`CITY`: the city's own sums); who is not in it is equal in every cell. `seconds` it took.
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
    units: dict[Code, Count] = {}

    @property
    def state(self) -> State:
        return "differs" if self.differences else "reconciled"


decode_reconciliation = msgspec.json.Decoder(Reconciliation).decode


def reconciliation_key(found: Reconciliation) -> bytes:
    return str(found.at).encode()


@dataclass(slots=True)
class ReconciliationBook:
    """The kept comparisons by their instant."""

    _by_at: dict[int, Reconciliation] = field(default_factory=dict)

    def take(self, _key: bytes | None, value: bytes | None) -> Reconciliation | None:
        """One record; what nobody of ours could have written says nothing."""
        try:
            found = decode_reconciliation(value or b"")
        except msgspec.DecodeError:
            return None
        self._by_at[found.at] = found
        while len(self._by_at) > MOST_KEPT:
            del self._by_at[min(self._by_at)]
        return found

    def __iter__(self) -> Iterator[Reconciliation]:
        """The newest first."""
        return iter(sorted(self._by_at.values(), key=lambda one: -one.at))

    @property
    def newest(self) -> Reconciliation | None:
        return next(iter(self), None)

    def standing(self, unit: str, days: Window, today: int) -> tuple[State, Reconciliation | None]:
        """What is known of a unit in the days first..last, as seen on day `today`: by the newest comparison that looked at all of them.

        One looked at all of them if one of its windows holds them; of days that are over it must have come after the last.
        """
        first, last = days.first, min(days.last, today)
        over = days.last < today
        for one in self:
            seen = one.as_of > days.last if over else one.as_of >= first
            if seen and any(_holds(resolve(name, one.as_of), first, min(last, one.as_of)) for name in WINDOWS):
                return ("differs" if one.units.get(unit) else "reconciled"), one
        return "not_reconciled", None


def _holds(window: Window, first: int, last: int) -> bool:
    return window.first <= first and last <= window.last
