"""Publishes break-downs: of each unit and month that is over what may be told, out of the read model of dossiers (decision 0032).

One document a unit and month. It is looked at when the local day turns and when dossiers of the month were written, once nothing more came
for a while: what is published of a load that is half done would hide more than it tells.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from dunghen.domain.breakdowns import By, Cell, Cells, Month, Shown, counts_of, publish
from dunghen.domain.policy import Policy
from dunghen.domain.traits import NEVER
from dunghen.domain.windows import Window, whole
from dunghen.platform.clock import Clock, real_milliseconds
from dunghen.platform.logs import get_logger
from dunghen.platform.store import Between, Collection, Document, Put, Query, Store, Write
from services.api import metrics
from services.api.dossier_projector import DossierProjector
from services.api.settings import ApiSettings
from services.api.storing import follow_into

log = get_logger("breakdowns")
BREAKDOWNS = Collection("breakdowns", (("unit", "first"),))
LOOK_SECONDS = 1.0
MONTHS = 13  # so many months back are looked at anew; older ones stay as they were published
MOST_MONTHS = 1200  # of one answer


def month_of(day: int) -> Window:
    """The calendar month of a local day."""
    return whole("month", day)


def closed_months(today: int) -> list[Window]:
    """The months that are over, the newest first."""
    found = [month_of(month_of(today).first - 1)]
    while len(found) < MONTHS:
        found.append(month_of(found[-1].first - 1))
    return found


def body_of(month: Month) -> dict[str, Any]:
    """A month as it is stored: no code or name is a member's name, which stores do not take."""
    parts: dict[str, Mapping[Any, Shown]] = {"plain": month.plain, "procedures": month.procedures, "weekdays": month.weekdays}
    return {"shown": [{"part": part, "of": of, **_packed(shown)} for part, each in parts.items() for of, shown in each.items()]}


def month_in(document: Document) -> Month:
    """The same back."""
    parts: dict[str, dict[str, Shown]] = {"plain": {}, "procedures": {}, "weekdays": {}}
    if "shown" in document.body:
        for each in document.body["shown"]:
            parts[each["part"]][each["of"]] = _unpacked(each)
    else:
        for part, found in parts.items():
            found.update({name: _unpacked_before(of) for name, of in document.body.get(part, {}).items()})
    return Month({By(by): of for by, of in parts["plain"].items()}, parts["procedures"], parts["weekdays"])


def _packed(shown: Shown) -> dict[str, Any]:
    return {
        "cells": [{"of": name, "finished": cell.finished, "on_time": cell.on_time} for name, cell in shown.cells.items()],
        "rest": list(shown.rest),
        "told": [{"of": name, "count": count} for name, count in shown.told.items()],
    }


def _unpacked(packed: dict[str, Any]) -> Shown:
    cells: Cells = {each["of"]: Cell(each["finished"], each["on_time"]) for each in packed["cells"]}
    return Shown(cells, Cell(*packed["rest"]), {each["of"]: each["count"] for each in packed["told"]})


def _unpacked_before(packed: list[Any]) -> Shown:
    """Of a release that stored arrays of arrays, and at first no weekdays."""
    cells: Cells = {name: Cell(finished, on_time) for name, finished, on_time in packed[0]}
    return Shown(cells, Cell(*packed[1]), dict(packed[2]))


async def published(store: Store, unit: str, days: Window) -> list[Document]:
    """The months of a unit that lie wholly within these days and are published, the oldest first. Raises StoreAwayError."""
    page = await store.find(Query(BREAKDOWNS.name, {"unit": unit, "first": Between(days.first, days.last)}, ("first",), limit=MOST_MONTHS))
    return [document for document in page.documents if month_of(document.body["first"]).last <= days.last]


@dataclass
class BreakdownProjector:
    """`run` never returns. Beside `dossiers` in its process, whose writes it hears of."""

    settings: ApiSettings
    store: Store
    clock: Clock
    dossiers: DossierProjector
    _day: int = 0
    _touched: dict[tuple[str, int], float] = field(default_factory=dict)  # (unit, first day of the month) -> when, in real seconds

    def on_written(self, writes: Iterable[Write]) -> None:
        """Dossiers were stored: of which units and months they are."""
        now = monotonic()
        for write in writes:
            if isinstance(write, Put) and (day := write.body.get("closed_day", NEVER)) < NEVER:
                self._touched[write.body["unit"], month_of(day).first] = now

    async def run(self) -> None:
        """For ever; while the store is away it waits."""
        await follow_into(self.store, [BREAKDOWNS], self._keep_looking, log)

    async def _keep_looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Publishes what is to be published now; nothing while the read model is behind."""
        policy = self.dossiers.shown()
        if policy is None or not self.dossiers.level:
            return
        today = policy.zone.day_of(self.clock.seconds())
        for unit, first in self._due(policy, today):
            await self._publish(policy, unit, month_of(first))
            self._touched.pop((unit, first), None)
        self._day = today

    def _due(self, policy: Policy, today: int) -> list[tuple[str, int]]:
        quiet = monotonic() - self.settings.breakdown_settle_seconds
        months = [month.first for month in closed_months(today)]
        settled = {place for place, at in self._touched.items() if at <= quiet and place[1] in months}
        if today != self._day:
            settled |= {
                (unit.code, first) for unit in policy.catalogue.on(today) for first in months if (unit.code, first) not in self._touched
            }
        return sorted(settled, key=lambda place: (-place[1], place[0]))

    async def _publish(self, policy: Policy, unit: str, month: Window) -> None:
        tally = await self.store.tally("dossiers", {"unit": unit, "closed_day": Between(month.first, month.last)}, "cut")
        id_ = f"{unit}|{month.first}"
        stored = await self.store.get(BREAKDOWNS.name, id_)
        if not tally and stored is None:
            return
        counts = counts_of({cut: dossiers for cut, dossiers in tally.items() if isinstance(cut, str)}, lambda code: _field(policy, code))
        was = month_in(stored) if stored else None
        told = publish(counts, was)
        if told == was:
            return
        body = {"unit": unit, "first": month.first, "at": self.clock.seconds(), **body_of(told)}
        version = max(stored.version + 1 if stored else 1, real_milliseconds())
        await self.store.apply([Put(BREAKDOWNS.name, id_, version, body)], {})
        metrics.BREAKDOWNS.inc()


def _field(policy: Policy, procedure: str) -> str:
    known = policy.procedures.get(procedure)
    return known.field if known else ""
