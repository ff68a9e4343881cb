"""The dossiers behind a rate, as the read model has them: how many in each part and with each flag, and which, page by page."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

from dunghen.domain.rate_parts import Slice, part_of, slices_of
from dunghen.domain.traits import flags_in
from dunghen.platform.store import Between, CursorError, Document, In, Query
from dunghen.platform.store.port import Scalar, Where
from services.api.past import Past

MOST_KEPT = 1000  # answers that are kept for a moment
ORDER = {"ended": "closed_day", "pending": "closed_day", "overdue": "closed_day", "due": "due_on", "promised": "promised_on"}


class Asked(NamedTuple):
    """A rate of a unit over the local days first..last; `over`: the last day that is over."""

    unit: str
    rate: str
    first: int
    last: int
    over: int

    def slices(self) -> tuple[Slice, ...]:
        """Where its dossiers stand."""
        return slices_of(self.rate, self.first, self.last, self.over)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many dossiers have which traits, by slice."""

    traits: Mapping[str, Mapping[int, int]]

    @property
    def dossiers(self) -> int:
        """All of them."""
        return sum(sum(found.values()) for found in self.traits.values())

    def by_part(self) -> Counter[str]:
        """How many are in each part of the rate."""
        counts = Counter[str]()
        for name, found in self.traits.items():
            for traits, count in found.items():
                counts[part_of(name, traits)] += count
        return counts

    def by_flag(self) -> Counter[str]:
        """How many have each flag: one dossier may have several."""
        counts = Counter[str]()
        for found in self.traits.values():
            for traits, count in found.items():
                counts.update(dict.fromkeys(flags_in(traits), count))
        return counts

    def wanted(self, name: str, part: str, flag: str) -> tuple[int, ...]:
        """Of a slice the traits that are in a part and have a flag; "": any."""
        found = self.traits[name]
        return tuple(sorted(t for t in found if part in ("", part_of(name, t)) and (not flag or flag in flags_in(t))))


class Wish(NamedTuple):
    """Which of the dossiers, how many at once, and from where on."""

    part: str = ""
    flag: str = ""
    limit: int = 100
    after: str = ""


class Listed(NamedTuple):
    """A page: each dossier with the part that it is in, and the cursor of the next one, "" on the last."""

    dossiers: list[tuple[str, Document]]
    after: str


@dataclass
class Behind:
    """For one worker. Every method raises StoreAwayError where the store cannot be reached."""

    past: Past  # whose store it is, and which says how long what was read answers for
    _kept: dict[Asked, tuple[float, Tally]] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # one tally at once: officials' pages wait behind at most one

    async def tally(self, asked: Asked) -> Tally:
        """Bounded by the unit's dossiers in these days, whatever the city has."""
        async with self._lock:
            at, kept = self._kept.get(asked, (float("-inf"), None))
            if kept is not None and monotonic() - at < self.past.fresh_seconds:
                return kept
            tally = Tally({s.name: _whole(await self.past.store.tally("dossiers", where_of(asked, s), "traits")) for s in asked.slices()})
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[asked] = monotonic(), tally
            return tally

    async def page(self, asked: Asked, wish: Wish) -> Listed:
        """The dossiers slice by slice, each slice by its day. Raises CursorError."""
        slices, begin, cursor = asked.slices(), *_place(wish.after)
        if begin >= len(slices):
            raise CursorError("a cursor of another question")
        tally = await self.tally(asked) if wish.part or wish.flag else None
        found: list[tuple[str, Document]] = []
        for place in range(begin, len(slices)):
            query = _query(asked, slices[place], wish, tally)
            page = await self.past.store.find(Query(*query, limit=wish.limit - len(found), after=cursor))
            found += [(part_of(slices[place].name, document.body["traits"]), document) for document in page.documents]
            cursor = ""
            if page.after:
                return Listed(found, f"{place}.{page.after}")
            if len(found) == wish.limit and place + 1 < len(slices):
                return Listed(found, f"{place + 1}.")
        return Listed(found, "")


def where_of(asked: Asked, found: Slice) -> Where:
    """A slice of a unit's dossiers as conditions; the member that an index holds first."""
    return {"unit": asked.unit, **{name: Between(low, high) for name, (low, high) in found.days.items()}}


def _query(asked: Asked, found: Slice, wish: Wish, tally: Tally | None) -> tuple[str, Where, tuple[str, ...]]:
    narrowed = {} if tally is None else {"traits": In(tally.wanted(found.name, wish.part, wish.flag))}
    return "dossiers", {**where_of(asked, found), **narrowed}, (ORDER[found.name],)


def _place(after: str) -> tuple[int, str]:
    number, _, cursor = after.partition(".")
    if after and not (number.isascii() and number.isdigit() and len(number) == 1):
        raise CursorError("not a cursor")
    return int(number or 0), cursor


def _whole(tally: Mapping[Scalar, int]) -> dict[int, int]:
    return {value: count for value, count in tally.items() if isinstance(value, int)}


def difference(shown: Mapping[str, int], stored: Mapping[str, int], names: Collection[str]) -> dict[str, int]:
    """By how many dossiers the read model has more (less) than the map, where it has."""
    return {name: by for name in names if (by := stored.get(name, 0) - shown.get(name, 0))}
