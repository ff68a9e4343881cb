"""Whether the look-ahead would have been right: asked on every working day of held-back months, compared with what became of it.

Beside it two simpler answers to the same question: as many as a week ago (the same question five working days before, answered by what
became of it), and as large a share of what is due as a week ago.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean
from typing import NamedTuple

from dunghen.cli.look_ahead.living import LivingCity
from dunghen.cli.simulate.city import Plan
from dunghen.contracts.city_files import read_city
from dunghen.domain.days import day_number
from dunghen.domain.look_ahead import (
    HORIZONS,
    LEVEL,
    Expected,
    Paces,
    days_in,
    expect,
    last_day,
    summed,
    together,
)
from dunghen.domain.pace import LATE, open_in, record_in
from dunghen.domain.policy import Policy
from dunghen.domain.traits import NEVER

START = date(2026, 3, 2)  # a Monday after Tết
HOURS = (8, 10, 14, 16, 18)  # of the local day at which it is asked, day after day
WEEK = len(HOURS)  # working days
CITY = ""
MONTH_DAYS = 30
MANY = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A city of `per_day` dossiers a working day from `seed`, `months` long, of which the last `held_back` are asked of.

    `uneven`: see `LivingCity`.
    """

    seed: int
    per_day: int
    months: int
    held_back: int
    uneven: float = 0.0


class Asked(NamedTuple):
    """What was expected of a unit (CITY: of all), and which of its dossiers it was asked of."""

    unit: str
    horizon: int
    turn: int  # counts the working days on which it was asked
    until: int  # local day
    expected: Expected


class Answered(NamedTuple):
    """The same with what became of it, and with what became of the same question a week ago: (due, breached)."""

    asked: Asked
    breached: int
    before: tuple[int, int] | None


@dataclass
class Backtest:
    """One run. `answers` gives every question that the held-back months decided, in no particular order."""

    wanted: Wanted
    say: Callable[[str], object] = lambda _: None
    _past: dict[tuple[str, int, int], tuple[int, int]] = field(default_factory=dict)  # (unit, horizon, turn) -> (due, breached)

    def answers(self) -> Iterator[Answered]:
        """Asks day by day; what is decided by then is settled first, so that nothing of the future is known."""
        policy = Policy.from_bodies(1, read_city("danang"))
        first, end = day_number(START), day_number(START) + self.wanted.months * MONTH_DAYS
        city = LivingCity(policy, Plan(self.wanted.seed, self.wanted.per_day), first, self.wanted.uneven)
        begin = end - self.wanted.held_back * MONTH_DAYS - 7
        waiting: list[tuple[Asked, list[str]]] = []
        turns = (day for day in range(begin, end) if policy.calendar.is_working(day))
        for turn, day in enumerate(turns):
            for until in sorted({asked.until for asked, _ in waiting if asked.until < day}):
                city.tell(policy.zone.start_of(until + 1))
                yield from self._settled(city, [found for found in waiting if found[0].until == until])
            waiting = [found for found in waiting if found[0].until >= day]
            now = policy.zone.at(day, HOURS[turn % WEEK] * 3600)
            city.tell(now)
            waiting += _ask(city, turn, now)
            city.forget(day)
            self.say(f"{turn + 1} working days asked of, {len(city.dossiers)} dossiers held")

    def _settled(self, city: LivingCity, found: list[tuple[Asked, list[str]]]) -> Iterator[Answered]:
        for asked, codes in found:
            breached = _breached(city, codes, asked.until)
            self._past[asked.unit, asked.horizon, asked.turn] = asked.expected.due, breached
            if asked.turn >= WEEK:
                yield Answered(asked, breached, self._past.get((asked.unit, asked.horizon, asked.turn - WEEK)))


def _ask(city: LivingCity, turn: int, now: int) -> Iterator[tuple[Asked, list[str]]]:
    calendar = city.policy.calendar
    today = calendar.zone.day_of(now)
    opened, records = city.open_and_record(today)
    days = {unit: days_in(record) for unit, record in records.items()}
    whole = summed(days.values())
    due = defaultdict(list)
    for code, dossier, stand in city.stands():
        if stand.open and stand.due_on < NEVER:
            due[dossier.unit].append((due_day_in(stand.pace), code))
    for horizon in HORIZONS:
        until = last_day(calendar, now, horizon)
        every = {unit: expect(opened[unit], Paces(days[unit], whole), until, (calendar, now)) for unit in city.units}
        codes = {unit: [code for day, code in due[unit] if today <= day <= until] for unit in city.units}
        for unit in city.units:
            yield Asked(unit, horizon, turn, until, every[unit]), codes[unit]
        yield Asked(CITY, horizon, turn, until, together(every.values())), [code for of in codes.values() for code in of]


def due_day_in(pace: str) -> int:
    """Of an open dossier; 0: it has none, or has ended."""
    return next((day for _, day in open_in({pace: 1}).due), 0)


def _breached(city: LivingCity, codes: list[str], until: int) -> int:
    """How many of these ended late or are open past their due day now that `until` is over; a stopped or moved one is not."""
    return sum(breached_of(city.stand_of(code).pace, until) for code in codes)


def breached_of(pace: str, until: int) -> bool:
    """Whether a dossier of this word (`domain.pace`) ended late, or is open and was due up to local day `until`, which is over."""
    if due_day := due_day_in(pace):
        return due_day <= until
    return any(left == LATE for _, left in record_in({pace: 1}))


def figures(answers: Iterable[Answered]) -> list[dict[str, object]]:
    """One row for each horizon and level (units, the city, and units with `MANY` due or more): how often the interval held what came,
    how wide it was, and the mean absolute errors.
    """
    rows: dict[tuple[str, int], list[Answered]] = defaultdict(list)
    for answer in answers:
        if answer.asked.expected.mean is None or answer.before is None:
            continue
        unit, horizon, due = answer.asked.unit, answer.asked.horizon, answer.asked.expected.due
        rows["units" if unit else "city", horizon].append(answer)
        if unit and due >= MANY:
            rows[f"units with {MANY} due", horizon].append(answer)
    return [{"of": of, "working_days": horizon, **_row(found)} for (of, horizon), found in sorted(rows.items())]


def _row(found: Sequence[Answered]) -> dict[str, float]:
    def mean(of: Callable[[Answered], float]) -> float:
        return round(fmean(map(of, found)), 3)

    return {
        "asked": len(found),
        "due": mean(lambda a: a.asked.expected.due),
        "breached": mean(lambda a: a.breached),
        "expected": mean(lambda a: a.asked.expected.mean or 0.0),
        "nominal": LEVEL,
        "coverage": mean(lambda a: (a.asked.expected.low or 0) <= a.breached <= (a.asked.expected.high or 0)),
        "width": mean(lambda a: (a.asked.expected.high or 0) - (a.asked.expected.low or 0)),
        "error": mean(lambda a: abs((a.asked.expected.mean or 0.0) - a.breached)),
        "error_as_last_week": mean(lambda a: abs((a.before or (0, 0))[1] - a.breached)),
        "error_share_of_last_week": mean(lambda a: abs(_by_share(a) - a.breached)),
    }


def _by_share(answer: Answered) -> float:
    due, breached = answer.before or (0, 0)
    return answer.asked.expected.due * breached / due if due else 0.0


def run(wanted: Wanted, say: Callable[[str], object], progress: Callable[[str], object]) -> None:
    """One JSON line a row to `say`."""
    for row in figures(Backtest(wanted, progress).answers()):
        say(json.dumps({"seed": wanted.seed, "per_day": wanted.per_day, "uneven": wanted.uneven, **row}))
