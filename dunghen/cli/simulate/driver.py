"""Runs a made-up city: the past at full speed, then live by the shared clock, or a steady load. Continues where it was stopped."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from dunghen.cli.ingest_client import IngestClient
from dunghen.cli.simulate.city import MadeUpCity, Plan, wire_code
from dunghen.cli.simulate.deliveries import Delivery, deliveries, last_words
from dunghen.cli.simulate.desk_days import PAST_DAYS, desk_day
from dunghen.cli.simulate.desk_days import Told as DeskTold
from dunghen.cli.simulate.lives import Life
from dunghen.cli.simulate.sender import BATCH, Said, Sender
from dunghen.cli.simulate.told_facts import Told, facts_of_month, facts_of_year
from dunghen.cli.simulate.told_tasks import follow_ups_known_on, tasks_known_on, tasks_new_on
from dunghen.cli.simulate.wire import Wire
from dunghen.cli.simulate.yearly_facts import yearly_facts
from dunghen.domain.days import date_of
from dunghen.domain.policy import Policy
from dunghen.platform.clock import Clock

Progress = Callable[[int, int], None]  # (days done, days in all)
OLDEST_DAYS = 60  # dossiers received before that say nothing new
HEARTBEAT_SECONDS = 60


@dataclass(slots=True)
class Simulation:
    """One made-up city against one ingest. `state` is where it notes how far it has told."""

    city: MadeUpCity
    sender: Sender
    clock: Clock
    state: Path
    _sources: dict[str, str] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._sources = {u.code: wire_code(u) for u in [*self.city.units, *self.city.facilities]}

    def told_until(self) -> int:
        """The instant up to which this city has been told; 0 if not at all, or with another seed or size."""
        plan = self.city.plan
        known = json.loads(self.state.read_text()) if self.state.exists() else {}
        return int(known["told_until"]) if known.get("plan") == [plan.seed, plan.per_day] else 0

    def _note(self, until: int) -> None:
        plan = self.city.plan
        new = self.state.with_suffix(".new")
        new.write_text(json.dumps({"plan": [plan.seed, plan.per_day], "told_until": until}))
        os.replace(new, self.state)  # killed in between it still knows how far it was

    async def backfill(self, days: int, progress: Progress = lambda done, of: None) -> int:
        """Tells the last `days` days at full speed; gives the dossiers told."""
        now, count = self.clock.seconds(), 0
        today = self.city.calendar.zone.day_of(now)
        waiting: list[Said] = []
        for done, day in enumerate(range(today - days, today + 1), 1):
            for life in self.city.lives(day):
                words = last_words(life, now)
                count += bool(words)
                waiting += [(self._sources[life.unit], life, m) for m in words]
                if len(waiting) >= 4 * BATCH:
                    await self.sender.tell_past(waiting)
                    waiting.clear()
            progress(done, days + 1)
        await self.sender.tell_past(waiting)
        of = self.city.policy, self.city.plan.seed, today
        await self._told(
            {
                "facts": itertools.chain(facts_of_year(*of), yearly_facts(*of)),
                "tasks": tasks_known_on(*of),
                "follow_ups": follow_ups_known_on(*of),
            }
        )
        await self._desks_of_the_past(now, days)
        self._note(now)
        return count

    async def _desks_of_the_past(self, now: int, days: int) -> None:
        """Days that are still open are told; older ones would be refused."""
        today = self.city.calendar.zone.day_of(now)
        for day in range(today - min(days, PAST_DAYS), today + 1):
            await self._tell_desks([told for told in desk_day(self.city, day) if told[0] <= now])

    async def _tell_desks(self, told: Sequence[DeskTold]) -> None:
        await self.sender.desk_events(self.city.policy.city.code, told)

    async def live(self) -> None:
        """For ever: what arrives, when it arrives, day after day; a few units have gone silent."""
        since = self.told_until() or self.clock.seconds()
        self._silent = set(self.city.silent_units())
        today = self.city.calendar.zone.day_of(since)
        heap: list[Delivery] = []
        for day in range(today - OLDEST_DAYS, today + 1):
            self._arrive(day, since, heap)
        desks = [told for told in desk_day(self.city, today) if told[0] > since]
        beat = 0.0
        while True:
            now = self.clock.seconds()
            while today < self.city.calendar.zone.day_of(now):
                today += 1
                self._arrive(today, since, heap)
                of = self.city.policy, self.city.plan.seed, today
                month = facts_of_month(*of, date_of(today).month)
                await self._told({"facts": month, "tasks": tasks_new_on(*of), "follow_ups": follow_ups_known_on(*of)})
                desks += desk_day(self.city, today)
            await self._tell_due(heap, now)
            await self._tell_desks([told for told in desks if told[0] <= now])
            desks = [told for told in desks if told[0] > now]
            self._note(now)
            if time.monotonic() > beat:
                beat = time.monotonic() + HEARTBEAT_SECONDS
                await self._heartbeats(now)
            await asyncio.sleep(0.2)

    async def _told(self, told: Mapping[str, Iterable[Told]]) -> None:
        await self.sender.told(self.city.policy.city.code, told)

    def _arrive(self, day: int, since: int, heap: list[Delivery]) -> None:
        for life in self.city.lives(day):
            if life.unit not in self._silent:
                for delivery in deliveries(life, since):
                    heapq.heappush(heap, delivery)

    async def _tell_due(self, heap: list[Delivery], now: int) -> None:
        """Old news carries its time; a sync of now goes without, as most systems send it."""
        fresh: list[Said] = []
        old: list[Said] = []
        while heap and heap[0].at <= now:
            d = heapq.heappop(heap)
            (fresh if now - d.moment.at < 120 else old).append((self._sources[d.life.unit], d.life, d.moment))
        await self.sender.tell(fresh)
        await self.sender.tell_past(old)

    async def _heartbeats(self, now: int) -> None:
        for unit, source in self._sources.items():
            if unit not in self._silent:
                await self.sender.heartbeat(source, now)

    async def load(self, per_second: float, seconds: float | None = None) -> int:
        """A steady stream of events, whatever the hour: dossiers of the last weeks living side by side. Gives the events told."""
        began, told, stream = time.monotonic(), 0, self._shuffled()
        while seconds is None or time.monotonic() - began < seconds:
            due = int(per_second * (time.monotonic() - began)) - told
            await self.sender.tell_past(batch := list(itertools.islice(stream, due)))
            told += len(batch)
            await asyncio.sleep(max(0.05, 1 / per_second))
        return told

    def _shuffled(self) -> Iterator[Said]:
        """Moments of many dossiers, each dossier's in order, without end."""
        rng, now = Random(self.city.plan.seed), self.clock.seconds()
        today = self.city.calendar.zone.day_of(now)
        fresh = (life for round_ in itertools.count() for day in range(today - 30, today) for life in self._renumbered(day, round_))
        pool: list[Iterator[Said]] = []
        while True:
            while len(pool) < 2000:
                pool.append(self._moments(next(fresh), now))
            place = rng.randrange(len(pool))
            try:
                yield next(pool[place])
            except StopIteration:
                pool[place] = pool[-1]
                pool.pop()

    def _renumbered(self, day: int, round_: int) -> Iterator[Life]:
        for life in self.city.lives(day):
            head, date, number = life.code.rsplit("-", 2)
            life.code = f"{head}-{date}-{(int(number) + 20_000 * round_) % 10_000_000:05d}"
            yield life

    def _moments(self, life: Life, now: int) -> Iterator[Said]:
        return ((self._sources[life.unit], life, m) for m in life.moments if m.at <= now)


def simulation(policy: Policy, plan: Plan, clock: Clock, where: tuple[IngestClient, Path]) -> Simulation:
    """`where` = (ingest, folder of the state)."""
    city = MadeUpCity(policy, plan)
    names = {u.code: f"UBND {u.full_name}" if u.kind == "locality" else u.full_name for u in city.units}
    procedures = {p.code: (p.name, p.field) for p in policy.procedures.all}
    ingest, folder = where
    return Simulation(city, Sender(ingest, Wire(policy.calendar.zone.name, names, procedures)), clock, folder / "simulate.json")
