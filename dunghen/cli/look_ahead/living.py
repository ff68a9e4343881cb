"""A made-up city as the read model has it at any instant: lives told event by event, folded and reckoned as the services do."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import NamedTuple

from dunghen.cli.bench.events import event_of
from dunghen.cli.simulate.city import MadeUpCity, Plan
from dunghen.cli.simulate.lives import Life, Moment
from dunghen.domain.look_ahead import first_day_of_record
from dunghen.domain.pace import Open, Record, open_in, pace_of, record_in
from dunghen.domain.policy import Policy
from dunghen.domain.reckoning import reckon
from dunghen.domain.record import fold
from dunghen.domain.traits import is_open, placed


class Stand(NamedTuple):
    """What the read model keeps of a dossier: `traits.Placement.due_on`, whether it is open, `pace_of`."""

    due_on: int
    open: bool
    pace: str


@dataclass(slots=True)
class Dossier:
    """Its record as folded so far; `stand` None: to be reckoned anew."""

    unit: str
    record: bytes | None = None
    stand: Stand | None = None


@dataclass
class LivingCity:
    """The days from `first` on, told as far as `tell` was asked. `uneven`: by how much (of the logarithm) each unit's pace differs from
    week to week; 0: a unit stays as it is.
    """

    policy: Policy
    plan: Plan
    first: int
    uneven: float = 0.0
    dossiers: dict[str, Dossier] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._city = MadeUpCity(self.policy, self.plan)
        self._usual = dict(self._city.habits)
        self._day = self.first
        self._waiting: list[tuple[int, str, int, Life, Moment]] = []

    @property
    def units(self) -> list[str]:
        """All that have dossiers."""
        return [unit.code for unit in self._city.units]

    def tell(self, until: int) -> None:
        """Everything that happens before an instant."""
        while self.policy.zone.start_of(self._day) < until:
            self._week(self._day // 7)
            for life in self._city.lives(self._day):
                for number, moment in enumerate(life.moments):
                    heapq.heappush(self._waiting, (moment.at, life.code, number, life, moment))
            self._day += 1
        while self._waiting and self._waiting[0][0] < until:
            at, code, _, life, moment = heapq.heappop(self._waiting)
            dossier = self.dossiers.setdefault(code, Dossier(life.unit))
            dossier.record = fold(dossier.record, event_of(life, moment, at)) or dossier.record
            dossier.stand = None

    def stands(self) -> Iterator[tuple[str, Dossier, Stand]]:
        """Every dossier that counts, as it stands now."""
        for code, dossier in self.dossiers.items():
            stand = dossier.stand = dossier.stand or self._stand(dossier)
            if stand.pace:
                yield code, dossier, stand

    def stand_of(self, code: str) -> Stand:
        """One of them."""
        dossier = self.dossiers[code]
        dossier.stand = dossier.stand or self._stand(dossier)
        return dossier.stand

    def open_and_record(self, today: int) -> tuple[dict[str, Open], dict[str, Record]]:
        """By unit what is open, and what was due lately: as the read model is tallied."""
        opened: dict[str, Counter[str]] = defaultdict(Counter)
        over: dict[str, Counter[str]] = defaultdict(Counter)
        since = first_day_of_record(self.policy.calendar, today)
        for _, dossier, stand in self.stands():
            if stand.open:
                opened[dossier.unit][stand.pace] += 1
            if since <= stand.due_on < today:
                over[dossier.unit][stand.pace] += 1
        return {unit: open_in(opened[unit]) for unit in self.units}, {unit: record_in(over[unit]) for unit in self.units}

    def forget(self, today: int) -> None:
        """What has ended and was due before the record begins is not looked at any more."""
        since = first_day_of_record(self.policy.calendar, today)
        gone = [code for code, _, stand in self.stands() if not stand.open and stand.due_on < since]
        for code in gone:
            del self.dossiers[code]

    def _stand(self, dossier: Dossier) -> Stand:
        found = reckon(dossier.record, self.policy.rules) if dossier.record else None
        if found is None:
            return Stand(0, False, "")
        place = placed(found, self.policy.zone)
        return Stand(place.due_on, is_open(place.traits), pace_of(found, self.policy.calendar))

    def _week(self, week: int) -> None:
        if self.uneven:
            for unit, habits in self._usual.items():
                by = Random(f"{self.plan.seed} {unit} {week} uneven").lognormvariate(0.0, self.uneven)
                self._city.habits[unit] = replace(habits, pace=habits.pace * by)
