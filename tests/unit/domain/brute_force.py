"""`domain.md` §3–§4 read on its own: the rates straight from the events, without records, marks, sums or the project's calendar.

Dates are date objects, working time is a list of intervals that is walked, and every dossier is asked about every window one by one.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

from dunghen.contracts.messages import DossierEvent

HANOI = timezone(timedelta(hours=7))
DAYS_OFF = {date(2026, 1, 1), date(2026, 1, 2)}
DAYS_WORKED = {date(2026, 1, 10)}
LIMITS = {"2.hours": (12, "hours"), "2.working": (3, "working_days"), "2.days": (10, "days"), "2.months": (1, "months")}
WITHIN_AN_INSTANT = (1, 5, 6, 2, 4, 3, 7, 8, 9, 10)
Step = tuple[int, int]


class Story(NamedTuple):
    """One dossier; dates, None where there is none. While it is paused it has no due date."""

    unit: str
    received: date
    ended: date | None
    due: date | None
    promised: date | None
    otherwise: bool
    pauses: tuple[tuple[date, date | None], ...]


@dataclass
class Lapse:
    began: int
    stopped: int | None
    papers: bool


def on(at: int) -> date:
    return datetime.fromtimestamp(at, HANOI).date()


def works(day: date) -> bool:
    return day in DAYS_WORKED or (day.weekday() < 5 and day not in DAYS_OFF)


def _shifts() -> list[tuple[int, int]]:
    found = []
    for day in (date(2025, 11, 1) + timedelta(n) for n in range(400)):
        if works(day):
            for begin, until in ((time(7), time(11, 30)), (time(13, 30), time(17))):
                found.append((int(datetime.combine(day, begin, HANOI).timestamp()), int(datetime.combine(day, until, HANOI).timestamp())))
    return found


SHIFTS = _shifts()


def worked(a: int, b: int) -> int:
    return sum(max(0, min(b, until) - max(a, begin)) for begin, until in SHIFTS)


def after_work(at: int, seconds: int) -> int:
    for begin, until in SHIFTS:
        here = max(0, until - max(at, begin))
        if 0 < seconds <= here:
            return max(at, begin) + seconds
        seconds -= here
    return at


def rolled(day: date) -> date:
    while not works(day):
        day += timedelta(1)
    return day


class Promise(NamedTuple):
    """A due date, and the instant where it is a term in working time or a given one."""

    day: date
    at: int | None


def by_the_limit(start: int, limit: tuple[int, str]) -> Promise:
    amount, unit = limit
    if unit in ("hours", "working_days"):
        at = after_work(start, amount * (3600 if unit == "hours" else 28800))
        return Promise(on(at), at)
    begins = on(next(max(start, begin) for begin, until in SHIFTS if until > start))
    if unit == "days":
        return Promise(rolled(begins + timedelta(amount)), None)
    year, month = (begins.year + 1, 1) if begins.month == 12 else (begins.year, begins.month + 1)
    return Promise(rolled(date(year, month, min(begins.day, monthrange(year, month)[1]))), None)


def place(step: Step) -> tuple[int, int]:
    return step[0], WITHIN_AN_INSTANT.index(step[1])


def story(events: Sequence[DossierEvent], rule: str) -> Story | None:
    """None for what is outside every rate."""
    order = lambda e: (e.occurred_at, e.arrived_at, e.id)  # noqa: E731
    syncs = sorted((e for e in events if e.kind == "synced"), key=order)
    gone = [order(e) for e in events if e.kind == "retracted"]
    if not syncs or (gone and max(gone) > order(syncs[-1])):
        return None
    now = syncs[-1]
    walk = sorted(
        {(e.occurred_at, e.status) for e in events if e.kind == "progressed"} | {(at, s) for e in syncs for s, at in e.steps}, key=place
    )
    says = walk[-1][1] if walk and walk[-1][0] > now.occurred_at else now.status
    proofs = [at for at, s in walk if s in {2, 4, 6, 9, 10}] + [e.occurred_at for e in syncs if e.status in {2, 4, 6, 9, 10}]
    if not proofs or says == 1:
        return None
    received = now.received or min(proofs)
    end = _hard_end(syncs, walk)
    otherwise = end is None and says in {3, 7, 8}
    if otherwise:
        end = _soft_end(syncs, walk)
    running = [Lapse(max(x.began, received), x.stopped, x.papers) for x in _lapses(walk, end) if x.stopped is None or x.stopped > received]
    due, promised, lapses = _dates(syncs, received, running, rule)
    pauses = tuple((on(x.began), None if x.stopped is None else on(x.stopped)) for x in lapses)
    return Story(now.unit, on(received), None if end is None else on(end), due, promised, otherwise, pauses)


def _hard_end(syncs: Sequence[DossierEvent], walk: Sequence[Step]) -> int | None:
    now = syncs[-1]
    says_so = now.status in {9, 10}
    voided = now.occurred_at if now.status in {1, 2, 4, 5, 6} else -1
    candidates = (
        [now.ended] if says_so and now.ended else [],
        [at for at, s in walk if s == 9 and at > voided],
        [now.returned] if says_so and now.returned else [],
        [at for at, s in walk if s == 10 and at > voided],
        [e.occurred_at for e in syncs if e.status in {9, 10}] if voided < 0 else [],
    )
    return next((min(c) for c in candidates if c), None)


def _soft_end(syncs: Sequence[DossierEvent], walk: Sequence[Step]) -> int:
    now, busy = syncs[-1], [x for x in walk if x[1] not in {3, 7, 8}]
    back = busy[-1][0] if busy else 0
    tail = [x[0] for x in walk if not busy or place(x) > place(busy[-1])]
    if now.status in {3, 7, 8}:
        stated = now.ended or min(e.occurred_at for e in syncs if e.status in {3, 7, 8} and not e.ended)
        if now.ended and (not walk or now.occurred_at >= walk[-1][0]):
            return stated
        if stated > back:
            tail.append(stated)
        tail = tail or [back]
    voided = now.occurred_at if now.status in {1, 2, 4, 5, 6} else -1
    return min(at for at in tail if at > voided)


def _lapses(walk: Sequence[Step], end: int | None) -> list[Lapse]:
    found: dict[int | None, Lapse] = {}  # by the instant at which it stopped
    for step in walk:
        at, status = step
        if status in {5, 6} and (end is None or at < end):
            stops = [x[0] for x in walk if x[1] not in {5, 6} and place(x) > place(step) and (end is None or x[0] < end)]
            stop = min(stops) if stops else end
            found.setdefault(stop, Lapse(at, stop, status == 5))
    return sorted(found.values(), key=lambda x: x.began)


def _dates(syncs: Sequence[DossierEvent], received: int, lapses: list[Lapse], rule: str) -> tuple[date | None, date | None, list[Lapse]]:
    """(effective due, first promised, the lapses that had an effect)."""
    now, limit = syncs[-1], LIMITS.get(syncs[-1].procedure)
    promises = [(e.occurred_at, e.due) for e in syncs if e.due]
    promise = Promise(on(min(promises)[1]), min(promises)[1]) if promises else by_the_limit(received, limit) if limit else None
    if rule == "first_only":
        papers = [x for x in lapses if x.papers]
        lapses = [x for x in lapses if not x.papers or x is papers[0]]
    if promise is None:
        return None, None, lapses
    due, counts = _moved(promise, on(now.due) if now.due else promise.day, lapses, (limit, rule))
    return due, promise.day, counts


def _moved(promise: Promise, given: date, lapses: list[Lapse], by: tuple[tuple[int, str] | None, str]) -> tuple[date | None, list[Lapse]]:
    """The due date after the lapses that had an effect (None: the clock is stopped), and these. `given`: the date that the source gives."""
    (limit, rule), first = by, promise.day
    counts, due, since = [], given, []
    for x in lapses:
        if on(x.began) > due:
            continue
        counts.append(x)
        if x.stopped is None:
            return None, counts
        if rule == "restart" and x.papers and limit:
            promise, since = by_the_limit(x.stopped, limit), []
        else:
            since.append((x.began, x.stopped))
        moved = _stretched(promise, since, limit)
        due = given if moved == first else max(given, moved)
    return due, counts


def _stretched(promise: Promise, lapses: list[tuple[int, int]], limit: tuple[int, str] | None) -> date:
    if limit is not None and limit[1] in ("days", "months"):
        days = sum((on(b) - on(a)).days for a, b in lapses)
        return rolled(promise.day + timedelta(days)) if days else promise.day
    assert promise.at is not None
    seconds = sum(worked(a, b) for a, b in lapses)
    return on(after_work(promise.at, seconds)) if seconds else promise.day


RATES = ("official", "resolved", "due_cohort", "statutory")


def rates(stories: Iterable[Story | None], unit: str, window: tuple[date, date, date]) -> dict[str, tuple[int, int]]:
    """(numerator, denominator) of each rate for one unit and (first, last, last day that is over)."""
    good, count = dict.fromkeys(RATES, 0), dict.fromkeys(RATES, 0)
    for s in stories:
        if s is not None and s.unit == unit and s.received <= window[1]:
            for rate, yes in _counted(s, *window):
                good[rate] += yes
                count[rate] += 1
    return {rate: (good[rate], count[rate]) for rate in RATES}


def _counted(s: Story, first: date, last: date, over: date) -> Iterator[tuple[str, bool]]:
    if s.ended is None or max(s.ended, s.received) > last:
        yield "official", s.due is None or last <= s.due
    elif max(s.ended, s.received) >= first:
        yield "official", s.due is None or s.ended <= s.due
        yield "resolved", s.due is None or s.ended <= s.due
    for rate, day in (("due_cohort", s.due), ("statutory", s.promised)):
        if day is not None and first <= max(day, s.received) <= min(last, over):
            yield rate, s.ended is not None and s.ended <= day


def open_on(stories: Iterable[Story | None], unit: str, day: date) -> tuple[int, int, int]:
    """(pending, overdue, paused) of one unit at the end of a day; paused is a part of pending."""
    pending = overdue = paused = 0
    for s in stories:
        if s is None or s.unit != unit or s.received > day or (s.ended is not None and max(s.ended, s.received) <= day):
            continue
        if s.due is not None and s.due < day:
            overdue += 1
        else:
            pending += 1
            paused += any(began <= day and (ended is None or day < ended) for began, ended in s.pauses)
    return pending, overdue, paused
