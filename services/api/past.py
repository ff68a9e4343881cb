"""The map of another day, of a named period, or as it was known at an instant: out of the store's day counters (domain.md §4).

The present series are kept in memory and only those that changed are decoded again; nothing here writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add
from time import monotonic
from typing import NamedTuple

from dunghen.contracts.cells import completed
from dunghen.contracts.facts import Fact
from dunghen.contracts.messages import UnitScore
from dunghen.contracts.scores import unit_score
from dunghen.domain.rates import DaySeries
from dunghen.domain.windows import Window
from dunghen.platform.store import Between, Document, Query, Store, StoreAwayError
from dunghen.platform.store.port import Where
from services.api.board_messages import Generation
from services.api.history import Days, days_of, has_days_of, taken_back
from services.api.storing import documents
from services.api.told_history import MARK, PAGE, SINCE, TOLD, Known, facts_known, up_to

KEPT_SECONDS = 600.0  # days under a policy for which nobody asked for so long are let go
Of = Mapping[str, str]  # by `unit`, `code` or both: whose statements, or of what


class NotYetWhole(StoreAwayError):
    """New rules are shown, and the store has not all days as they count under them: what it has would be a part of the truth."""


@dataclass(frozen=True, slots=True)
class Moment:
    """As of the end of local day `day`, of which `over` is the last that is over, in these windows."""

    day: int
    over: int
    windows: Mapping[str, Window]


@dataclass(frozen=True, slots=True)
class Times:
    """When one unit's counters changed: minute (seconds) -> its day counters just before."""

    before: Mapping[int, DaySeries]


class _Entry(NamedTuple):
    """A `series` document, decoded; `key`: its unit and fold partition."""

    version: int
    key: tuple[str, int]
    days: Days


@dataclass(frozen=True, slots=True)
class _Held:
    """All day counters under one policy as one reading found them, by document; a later reading makes another."""

    documents: Mapping[str, _Entry]
    units: Mapping[str, DaySeries]
    read_at: float


_NOTHING = _Held({}, {}, float("-inf"))


@dataclass
class Past:
    """What the store knows, for one worker. Every method raises StoreAwayError where the store cannot be reached."""

    store: Store
    fresh_seconds: float = 2.0  # how long what was read answers for
    _kept: Mapping[int, _Held] = field(default_factory=dict)  # by policy, the one asked for last at the end
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def units(self, policy: int) -> Mapping[str, DaySeries]:
        """The day counters of all units under a policy, as the dossiers tell them now. Raises NotYetWhole while they are being written
        for the first time."""
        return (await self._held(policy)).units

    async def units_at(self, policy: int, at: int) -> Mapping[str, DaySeries]:
        """The same as it was known at an instant: what changed in later minutes is taken back."""
        present, revisions = await self._since(policy, at)
        return await asyncio.to_thread(lambda: _series_of(_grouped(taken_back(present, revisions))))

    async def times_since(self, policy: int, at: int) -> Mapping[str, Times]:
        """For each unit that changed after an instant: in which minutes, and what it was before each."""
        present, revisions = await self._since(policy, at)
        return await asyncio.to_thread(_times_of, present, revisions)

    async def _since(self, policy: int, at: int) -> tuple[dict[tuple[str, int], Days], list[Document]]:
        """The days first: what changes while the revisions are read is among these, and taken back although the days lack it."""
        held = await self._held(policy)
        revisions = [
            d async for d in documents(self.store, Query("revisions", {"policy": policy, "at": Between(low=at + 1)}, ("at",), limit=PAGE))
        ]
        return {entry.key: entry.days for entry in held.documents.values()}, revisions

    async def _held(self, policy: int) -> _Held:
        """Kept of the two policies that were asked for last: around new rules readers ask for both by turns."""
        async with self._lock:
            held = self._kept.get(policy, _NOTHING)
            if monotonic() - held.read_at >= self.fresh_seconds:
                if not await has_days_of(self.store, policy):
                    raise NotYetWhole(f"the days under policy {policy} are still being written")
                held = await self._read(policy, held)
            others = [(of, kept) for of, kept in self._kept.items() if of != policy and monotonic() - kept.read_at < KEPT_SECONDS]
            self._kept = dict([*others[-1:], (policy, held)])
            return held

    async def generation_at(self, at: int) -> Generation | None:
        """The policy and day that the map showed at an instant; None before the first."""
        found = await self.store.find(Query("generations", {"at": Between(high=at)}, ("at",), descending=True, limit=1))
        return Generation(found.documents[0].body["policy"], found.documents[0].body["day"]) if found.documents else None

    async def saw(self, at: int) -> bool:
        """Whether the store saw statements arrive at an instant already."""
        since = await self.store.get(SINCE.name, MARK)
        return since is not None and at >= since.body["at"]

    async def known_at(self, at: int, of: Sequence[Of]) -> Known:
        """What was told of a unit, or of each of some codes, and held at an instant."""
        known = Known(at)
        for each in of:
            query = Query(TOLD.name, {**each, "arrived_at": up_to(at)}, ("about", "arrived_at"), limit=PAGE)
            async for document in documents(self.store, query):
                known.take(document)
        return known

    def facts_at(self, at: int, of: Of, after: str) -> AsyncIterator[Fact]:
        """The facts that held at an instant, in the order of what they are about (`told_history.subject`), behind one of these."""
        where: Where = {**of, "about": Between(low=f"{after} " if after else None), "arrived_at": up_to(at)}  # no code has a space
        return facts_known(self.store, Query(TOLD.name, where, ("about", "arrived_at"), limit=PAGE), at)

    async def _read(self, policy: int, held: _Held) -> _Held:
        """Decodes what changed since. Whoever fails or is given up in the middle of it leaves what was held."""
        found, touched = dict(held.documents), set[str]()
        async for document in documents(self.store, Query("series", {"policy": policy}, ("unit",), limit=PAGE)):
            old = found.get(document.id)
            if old is None or old.version != document.version:
                unit = document.body["unit"]
                found[document.id] = _Entry(document.version, (unit, document.body["partition"]), days_of(document))
                touched.add(unit)
        fresh = await asyncio.to_thread(lambda: _series_of(_grouped({e.key: e.days for e in found.values() if e.key[0] in touched})))
        return _Held(found, {**held.units, **fresh}, monotonic())


def _grouped(series: Mapping[tuple[str, int], Days]) -> dict[str, list[Days]]:
    grouped: dict[str, list[Days]] = {}
    for (unit, _), days in series.items():
        grouped.setdefault(unit, []).append(days)
    return grouped


def _series_of(units: Mapping[str, Iterable[Days]]) -> dict[str, DaySeries]:
    """The sums over partitions."""
    return {unit: DaySeries(_summed(partials)) for unit, partials in units.items()}


def _summed(partials: Iterable[Days]) -> Days:
    total: Days = {}
    for days in partials:
        for day, counters in days.items():
            whole, old = completed(list(counters)), total.get(day)
            total[day] = whole if old is None else list(map(add, old, whole))
    return total


def score_at(unit: str, series: DaySeries, moment: Moment) -> UnitScore:
    """One unit, in the shape of a live score."""
    return unit_score(unit, series, (moment.day, moment.over), moment.windows)


def _times_of(present: Mapping[tuple[str, int], Days], revisions: Iterable[Document]) -> dict[str, Times]:
    by_unit: dict[str, list[Document]] = {}
    for revision in revisions:
        by_unit.setdefault(revision.body["unit"], []).append(revision)
    return {unit: Times(_before_each({k: d for k, d in present.items() if k[0] == unit}, of)) for unit, of in by_unit.items()}


def _before_each(series: Mapping[tuple[str, int], Days], revisions: list[Document]) -> dict[int, DaySeries]:
    """One unit's counters before each minute in which they changed."""
    before: dict[int, DaySeries] = {}
    for minute in sorted({revision.body["at"] for revision in revisions}, reverse=True):
        series = taken_back(series, (revision for revision in revisions if revision.body["at"] == minute))
        before[minute] = DaySeries(_summed(series.values()))
    return before
