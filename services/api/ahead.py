"""What is due within the next working days, out of the read model of dossiers (decision 0036): for one unit or for all together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

from dunghen.domain.look_ahead import (
    ENOUGH,
    HORIZONS,
    Days,
    Expected,
    Paces,
    days_in,
    expect,
    first_day_of_record,
    last_day,
    summed,
    together,
)
from dunghen.domain.pace import Open, open_in, record_in
from dunghen.domain.policy import Policy
from dunghen.platform.store import Between
from dunghen.platform.store.port import Where
from services.api.past import Past

OPEN_SECONDS, RECORD_SECONDS = 30.0, 600.0  # how long what was read answers for: what is open moves all day, the record once a day
SOON_SECONDS = 5.0  # of a record that says nothing yet: the read model is being filled


class Asked(NamedTuple):
    """Of which units; in whose city; the instant, in seconds since 1970 UTC."""

    units: tuple[str, ...]  # codes, of one or of all of the city
    policy: Policy
    now: int


class Horizon(NamedTuple):
    """The next so many working days, the last of them as a local day, and what is expected of what is due until then."""

    working_days: int
    last: int
    expected: Expected


class Ahead(NamedTuple):
    """All horizons; open dossiers in all, and of them those whose clock is stopped and those without a date; where the record begins."""

    horizons: tuple[Horizon, ...]
    open: int
    stopped: int
    undated: int
    record_first: int


class _Records(NamedTuple):
    units: Mapping[str, Days]
    city: Days


@dataclass
class LookAhead:
    """For one worker. One reading of the store at once: who asks for the whole city reads every unit, one after the other."""

    past: Past  # whose store it is
    _records: dict[tuple[int, int], tuple[float, _Records]] = field(default_factory=dict)  # (policy, today) -> (until when, …)
    _answers: dict[tuple[int, tuple[str, ...], int], tuple[float, Ahead]] = field(default_factory=dict)  # by (policy, units, now), the same
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ahead(self, asked: Asked, every: Sequence[str]) -> Ahead:
        """Of the units asked for; `every`: the codes of all of the city, whose record stands behind theirs. Raises StoreAwayError."""
        key = asked.policy.version, asked.units, asked.now
        async with self._lock:
            until, kept = self._answers.get(key, (float("-inf"), None))
            if kept is not None and monotonic() < until:
                return kept
            found = await self._reckoned(asked, every)
            self._answers = {of: answer for of, answer in self._answers.items() if monotonic() < answer[0]}
            self._answers[key] = monotonic() + OPEN_SECONDS, found
            return found

    async def _reckoned(self, asked: Asked, every: Sequence[str]) -> Ahead:
        calendar, now = asked.policy.calendar, asked.now
        today = calendar.zone.day_of(now)
        records = await self._recorded(asked.policy, today, every)
        lasts = [last_day(calendar, now, days) for days in HORIZONS]
        opened, found = list[Open](), list[list[Expected]]()
        for unit in asked.units:
            opened.append(open_in(await self._tally({"unit": unit, "open": True})))  # between two units other requests have their turn
            paces = Paces(records.units.get(unit, {}), records.city)
            found.append([expect(opened[-1], paces, last, (calendar, now)) for last in lasts])
        expected = found[0] if len(found) == 1 else map(together, zip(*found, strict=True))
        horizons = [Horizon(*of) for of in zip(HORIZONS, lasts, expected, strict=True)]
        stopped, undated = sum(of.stopped for of in opened), sum(of.undated for of in opened)
        whole = sum(sum(of.due.values()) for of in opened) + stopped + undated
        return Ahead(tuple(horizons), whole, stopped, undated, first_day_of_record(calendar, today))

    async def _recorded(self, policy: Policy, today: int, every: Sequence[str]) -> _Records:
        until, kept = self._records.get((policy.version, today), (float("-inf"), None))
        if kept is not None and monotonic() < until:
            return kept
        days = Between(first_day_of_record(policy.calendar, today), today - 1)
        units = {unit: days_in(record_in(await self._tally({"unit": unit, "due_on": days}))) for unit in every}
        found = _Records(units, summed(units.values()))
        enough = any(reached.open >= ENOUGH for reached in found.city.values())
        self._records = {(policy.version, today): (monotonic() + (RECORD_SECONDS if enough else SOON_SECONDS), found)}
        return found

    async def _tally(self, where: Where) -> dict[str, int]:
        tally = await self.past.store.tally("dossiers", where, "pace")
        return {word: count for word, count in tally.items() if isinstance(word, str)}
