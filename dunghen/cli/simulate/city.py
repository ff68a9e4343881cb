"""A made-up city: which dossiers come in on a day, at which unit, and how its units differ. Every day is a pure function of the seed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from dunghen.cli.simulate.lives import Habits, Life, Start, live
from dunghen.domain.days import DAY_SECONDS, date_of, weekday_of
from dunghen.domain.deadline import TimeLimit
from dunghen.domain.policy import Policy
from dunghen.domain.policy_parts import Procedure
from dunghen.domain.units import KINDS, Unit

_BY_WEEKDAY = (1.25, 1.05, 1.0, 0.95, 0.9, 0.6, 0.3)  # Saturday and Sunday count only where they are worked
_BY_ITSELF = 0.15  # online, accepted without an official, of what a working day brings to the desks
_BY_KIND = {"department": 3.0, "land_office": 3.0}
_BY_TYPE = {"Phường": 2.6, "Xã": 0.55, "Đặc khu": 0.0}
_SLOWEST, _SILENT_SHARE = 9, 0.02
_FACILITY_SHARE = 0.02
_ANY = TimeLimit(5, "working_days")


@dataclass(frozen=True, slots=True)
class Plan:
    """How many dossiers a working day brings, and from which seed. `first` is the number of the first dossier of a unit and day."""

    seed: int
    per_day: int
    first: int = 1


class MadeUpCity:
    """The units, procedures and calendar of a policy, brought to life."""

    def __init__(self, policy: Policy, plan: Plan) -> None:
        self.policy, self.plan = policy, plan
        self.calendar = policy.calendar
        self.facilities = [unit for unit in policy.catalogue.all if unit.kind == "health"]  # desks, and no dossiers
        self.units = sorted((u for u in policy.catalogue.all if _weight(u)), key=lambda u: u.code)
        whole = sum(_weight(u) for u in self.units)
        self._share = {u.code: _weight(u) / whole for u in self.units}
        self.habits = {u.code: self._habits(u.code) for u in self.units}
        self._procedures = _procedures_by_kind(policy)

    def silent_units(self) -> list[str]:
        """Units whose feed stops when the live part begins."""
        return [u.code for u in Random(f"{self.plan.seed} silent").sample(self.units, max(1, int(len(self.units) * _SILENT_SHARE)))]

    def lives(self, day: int) -> Iterator[Life]:
        """Every dossier received on a local day, unit after unit: at the desks on working days, and some by itself online at any hour."""
        for unit in self.units:
            rng = Random(f"{self.plan.seed} {unit.code} {day}")
            usual = self.plan.per_day * self._share[unit.code]
            by_itself = _poisson(usual * _BY_ITSELF, rng)
            at_desks = _poisson(usual * _BY_WEEKDAY[weekday_of(day)], rng) if self.calendar.is_working(day) else 0
            for number in range(by_itself + at_desks):
                itself = number < by_itself
                received = self.calendar.zone.at(day, rng.randrange(DAY_SECONDS)) if itself else self.arrival(day, rng)
                yield self._one(unit, (received, itself), self.plan.first + number, rng)

    def _one(self, unit: Unit, received_by: tuple[int, bool], number: int, rng: Random) -> Life:
        """`received_by` = (when, whether by itself)."""
        received, by_itself = received_by
        day = self.calendar.zone.day_of(received)
        procedure = rng.choices(*self._procedures[unit.kind])[0]
        code = f"{wire_code(unit)}-{date_of(day):%y%m%d}-{number:05d}"
        return live(
            Start(code, unit.code, procedure.code, procedure.limit or _ANY, received, Random(procedure.code).random() < 0.4, by_itself),
            self.habits[unit.code],
            self.calendar,
            rng,
        )

    def share(self, unit: str) -> float:
        """What part of the city's work this unit has; of what comes to its desks, where that is all."""
        return self._share.get(unit, _FACILITY_SHARE)

    def arrival(self, day: int, rng: Random) -> int:
        """Mid-morning and mid-afternoon are busiest."""
        begin, until = rng.choices(self.calendar.hours_on(day), weights=[3, 2][: len(self.calendar.hours_on(day))])[0]
        return self.calendar.zone.at(day, begin + int((until - begin) * rng.betavariate(2.0, 2.4)))

    def _habits(self, unit: str) -> Habits:
        rng = Random(f"{self.plan.seed} {unit} habits")
        slow = int(rng.random() * len(self.units)) < _SLOWEST
        pace = rng.uniform(0.92, 1.2) if slow else min(max(rng.gauss(0.67, 0.1), 0.4), 0.92)
        return Habits(pace, rng.uniform(0.25, 0.45), rng.uniform(0.02, 0.1), rng.uniform(0.3, 0.85))


def wire_code(unit: Unit) -> str:
    """The code under which the unit's own system sends: its first wire code, else its public code."""
    return unit.wire_codes[0] if unit.wire_codes else unit.code


def _weight(unit: Unit) -> float:
    if unit.kind == "health":
        return 0.0
    return _BY_KIND.get(unit.kind, _BY_TYPE.get(unit.type, 1.0)) * Random(f"{unit.code} size").uniform(0.3, 1.7)


def _procedures_by_kind(policy: Policy) -> dict[str, tuple[list[Procedure], list[int]]]:
    """For each kind of unit its procedures and how often each is asked for."""
    known = [p for p in policy.procedures.all if p.limit]
    by_kind = {kind: [p for p in known if kind in p.kinds] or known for kind in KINDS}
    return {kind: (found, [p.weight for p in found]) for kind, found in by_kind.items()}


def _poisson(mean: float, rng: Random) -> int:
    if mean > 40:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
