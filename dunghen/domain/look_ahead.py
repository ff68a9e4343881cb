"""Open dossiers due within the next working days, and how many of them are expected to breach at the unit's present pace. Pure.

A dossier that is open with k quarters of a working day left breaches if it ends in none of the quarters k, k−1 … 0, nor in the evening
behind them: it is not late before midnight (`domain.md` §4). Of each of them the record of what was due lately says how many came to it
open and how many ended in it: the product-limit estimate with late entry (Kaplan and Meier 1958; a term of two days never came to its
fifth-last day). What is over of the present quarter, or evening, is left out in proportion. A unit's quarters are drawn towards the city's
where its record is thin: WEIGHT dossiers of the city are added to each (beta-binomial shrinkage).
See decision 0036.

The interval holds LEVEL of what chance and a record of this size let one expect; not that a unit changes its pace.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, exp, floor, lgamma, log
from typing import NamedTuple

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.pace import EVENING, LATE, QUARTERS, Open, Record, time_left

HORIZONS = (1, 3, 5)  # working days, today counted while it is worked
LEVEL = 0.9
RECORD_DAYS = 20  # working days: so long ago the present pace begins
WEIGHT = 4.0  # dossiers of the city that a unit's quarter is mixed with
ENOUGH = 30  # dossiers that must have come to a quarter in the whole city, or it says nothing
CLASSES = (1, 3, 6, 10)  # terms of up to so many working days are alike, and all longer ones
AS_ONE = 1e-6  # differences that are none
LONGEST_RECORD = 400  # local days, of a calendar that has not so many working days
FARTHEST = max(HORIZONS) * QUARTERS


class Reason(StrEnum):
    """By what record something is expected, or why nothing is."""

    OWN_PACE = "OWN_PACE"  # at least half of what it stands on is the unit's own
    CITY_PACE = "CITY_PACE"  # too few of its own: mostly the city's
    NOTHING_DUE = "NOTHING_DUE"
    TOO_LITTLE_DATA = "TOO_LITTLE_DATA"


class Expected(NamedTuple):
    """`due`: open and due within the horizon. `mean` of them are expected to breach, `low` to `high` at LEVEL; None: see `reason`.

    `shaken`: what part of the variance comes of the record's size, by which all err together.
    """

    due: int
    mean: float | None
    variance: float | None
    low: int | None
    high: int | None
    reason: Reason
    shaken: float | None = None


class Chance(NamedTuple):
    """Of a breach: its mean and its second moment, since it is known from a record only; `own`: what share of that is the unit's."""

    mean: float
    square: float
    own: float


class Reached(NamedTuple):
    """Of a class of terms so many dossiers came to a quarter open, and so many ended in it."""

    open: int = 0
    ended: int = 0


Days = Mapping[tuple[int, int], Reached]  # by (class, quarters left or EVENING)
NOBODY = Reached()
ALL = -1  # all classes together


def class_of(term: int) -> int:
    """Which terms are alike."""
    return sum(term > most * QUARTERS for most in CLASSES)


def days_in(record: Record) -> Days:
    """How many dossiers came to each of the last quarters open, and how many ended in it."""
    opened, ended = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for (term, left), dossiers in record.items():
        for kind in (class_of(term), ALL):
            for quarter in range(max(left, 0), min(max(term, left), FARTHEST) + 1):
                opened[kind, quarter] += dossiers
            if left in (EVENING, LATE):
                opened[kind, EVENING] += dossiers
            if left != LATE and left <= FARTHEST:
                ended[kind, left] += dossiers
    return {place: Reached(count, ended[place]) for place, count in opened.items()}


def summed(units: Iterable[Days]) -> Days:
    """The same of several units together."""
    whole: dict[tuple[int, int], Reached] = {}
    for days in units:
        for place, reached in days.items():
            before = whole.get(place, NOBODY)
            whole[place] = Reached(before.open + reached.open, before.ended + reached.ended)
    return whole


def last_day(calendar: WorkingCalendar, now: int, days: int) -> int:
    """The last local day of so many working days from an instant on; its own day is the first of them until its work is over."""
    day = calendar.zone.day_of(now)
    if now >= calendar.end_of(day) or not calendar.is_working(day):
        day = calendar.next_working_day(day)
    for _ in range(days - 1):
        day = calendar.next_working_day(day)
    return day


def first_day_of_record(calendar: WorkingCalendar, today: int) -> int:
    """The first local day of the last RECORD_DAYS working days before today, or LONGEST_RECORD days before it."""
    day, left = today, RECORD_DAYS
    while left and day > today - LONGEST_RECORD:
        day -= 1
        left -= calendar.is_working(day)
    return day


@dataclass(frozen=True, slots=True)
class Paces:
    """What a unit's dossiers are expected to do: by its own quarters, and the city's."""

    own: Days
    city: Days

    def chance(self, kind: int, left: float) -> Chance | None:
        """Of a breach for a dossier of a class of terms, open with so much `left` (`pace.time_left`); None: too little data."""
        mean = square = 1.0
        own = total = 0.0
        for quarter, over in _to_come(left):
            if self.city.get((ALL, quarter), NOBODY).open < ENOUGH and (quarter != EVENING or left <= 0):
                return None  # few come to the evening where few are late: asked by day, that is enough to know
            share, size, known = self._ends(kind, quarter, over)
            mean *= 1 - share
            square *= (1 - share) ** 2 + share * (1 - share) / (size + 1)
            own, total = own + known, total + size
        return Chance(mean, square, own / total)

    def _ends(self, kind: int, quarter: int, over: float) -> tuple[float, float, float]:
        """(share of those who come to the rest of a quarter open that end in it, dossiers behind that, the unit's own of them)."""
        share = _rest(self.city.get((ALL, quarter), NOBODY), over)
        share = _mixed(self.city.get((kind, quarter), NOBODY), over, share)[0]
        share, own = _mixed(self.own.get((kind, quarter), NOBODY), over, share)
        return share, own + WEIGHT, own


def _to_come(left: float) -> Iterator[tuple[int, float]]:
    """Every quarter that a dossier has yet to come through, and the evening behind them, with how much of it is over."""
    if left > 0:
        last = min(int(left), FARTHEST)
        for quarter in range(last, -1, -1):
            yield quarter, 1 - (left - last) if quarter == int(left) else 0.0
    yield EVENING, max(-left, 0.0)


def _rest(reached: Reached, over: float) -> float:
    left = reached.open - over * reached.ended
    return (1 - over) * reached.ended / left if left else 0.0


def _mixed(reached: Reached, over: float, share: float) -> tuple[float, float]:
    """(the share with WEIGHT dossiers of another share added, dossiers that it has itself); ends are spread evenly over a quarter."""
    size = reached.open - over * reached.ended
    return ((1 - over) * reached.ended + WEIGHT * share) / (size + WEIGHT), size


def expect(found: Open, paces: Paces, until: int, at: tuple[WorkingCalendar, int]) -> Expected:
    """How many of what is open, due from today up to local day `until`, will breach: be open or ended late when their due day is over."""
    calendar, now = at
    today = calendar.zone.day_of(now)
    groups = Counter[tuple[int, int]]()
    for (term, day), count in found.due.items():
        if today <= day <= until:
            groups[class_of(term), day] += count
    due = groups.total()
    if not due:
        return Expected(0, None, None, None, None, Reason.NOTHING_DUE)
    mean = own = chances = 0.0
    shaken: dict[int, float] = defaultdict(float)  # by class: how far its record may be off, all its dossiers together
    for (kind, day), count in groups.items():
        chance = paces.chance(kind, time_left(calendar, now, day))
        if chance is None:
            return Expected(due, None, None, None, None, Reason.TOO_LITTLE_DATA)
        mean += count * chance.mean
        own += count * chance.own
        chances += count * (chance.mean - chance.square)
        shaken[kind] += count * max(chance.square - chance.mean**2, 0.0) ** 0.5
    together = sum(by * by for by in shaken.values())
    reason = Reason.OWN_PACE if 2 * own >= due else Reason.CITY_PACE
    return Expected(due, mean, chances + together, *interval(due, mean, chances + together), reason, together)


def as_of_so_many(found: Expected, told: int) -> Expected:
    """The same expectation of `told` dossiers like those that are due: what may be said where their exact number may not."""
    if found.mean is None or found.variance is None or not found.due:
        return found._replace(due=told)
    part, together = told / found.due, found.shaken or 0.0
    mean, shaken = round(found.mean * part, 9), round(together * part * part, 9)  # 5 of 7 halves are 2.5 as 5 of 9 are
    variance = round((found.variance - together) * part + shaken, 9)
    return Expected(told, mean, variance, *interval(told, mean, variance), found.reason, shaken)


def nearest(mean: float) -> int:
    """The whole number of dossiers that an expectation is told as."""
    return floor(mean + 0.5)


def together(units: Iterable[Expected]) -> Expected:
    """Of several units: what each expects, added up; they err apart from one another."""
    every = [unit for unit in units if unit.due]
    due = sum(unit.due for unit in every)
    if not due:
        return Expected(0, None, None, None, None, Reason.NOTHING_DUE)
    known = [(unit.mean, unit.variance, unit.shaken or 0.0) for unit in every if unit.mean is not None and unit.variance is not None]
    if len(known) < len(every):
        return Expected(due, None, None, None, None, Reason.TOO_LITTLE_DATA)
    mean, variance, shaken = (sum(parts) for parts in zip(*known, strict=True))
    return Expected(due, mean, variance, *interval(due, mean, variance), Reason.OWN_PACE, shaken)


def interval(due: int, mean: float, variance: float) -> tuple[int, int]:
    """The fewest and the most of `due` at LEVEL, equal tails, for a count with this mean and variance: binomial of fewer trials where it
    varies less than `due` equal chances, else beta-binomial. The nearest whole number to the mean always lies within.
    """
    low, high = _quantiles(due, mean, variance)
    return min(low, nearest(mean)), max(high, nearest(mean))


def _quantiles(due: int, mean: float, variance: float) -> tuple[int, int]:
    if not 0 < mean < due or variance <= AS_ONE:
        return nearest(mean), nearest(mean)
    share = mean / due
    spread = variance / (due * share * (1 - share))
    if spread <= 1 + AS_ONE:
        trials = min(ceil(mean * mean / max(mean - variance, AS_ONE)), due)  # rounded up: rather too wide than too narrow
        return _between(trials, mean / trials, None)
    size = (due - spread) / (spread - 1) if spread < due else 1e-3
    return _between(due, share, size)


def _between(trials: int, share: float, size: float | None) -> tuple[int, int]:
    """Quantiles of the (beta-)binomial, by adding it up. `size`: a + b of the beta distribution, None: none."""
    tail, total, low = (1 - LEVEL) / 2, 0.0, None
    for count in range(trials + 1):
        total += exp(_log_share(trials, count, share, size))
        if low is None and total > tail:
            low = count
        if total >= 1 - tail:
            return low or 0, count
    return low or 0, trials


def _log_share(n: int, k: int, share: float, size: float | None) -> float:
    choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    if size is None:
        return choose + k * log(share) + (n - k) * log(1 - share)
    a, b = share * size, (1 - share) * size
    return choose + lgamma(k + a) + lgamma(n - k + b) - lgamma(n + size) - lgamma(a) - lgamma(b) + lgamma(size)
