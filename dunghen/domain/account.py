"""Working time laid out: what of it counted, stood still, remains or is late, interval by interval. Pure arithmetic on a calendar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from dunghen.domain.calendar import WorkingCalendar

Kind = Literal["counted", "paused", "remaining", "late", "void"]
KINDS: tuple[Kind, ...] = ("counted", "paused", "remaining", "late", "void")
MOST_DAYS = 400  # what lasts longer is one span, or a wrong date in the next century would fill a page


class Span(NamedTuple):
    """One working interval, in seconds since 1970 UTC, and its working seconds. `void`: passed before a limit began anew."""

    kind: Kind
    begin: int
    until: int
    seconds: int


class Course(NamedTuple):
    """What is laid out: from `begin` to `told_at` (past) and on to `due_at` (0: there is none).

    `runs`: the pauses (from, until) in order, not overlapping. `budget`: so many working seconds outside the pauses may pass, and behind
    them it is late; None: behind the due date it is late, paused or not. `since`: what lies between it and `begin` is void.
    """

    begin: int
    told_at: int
    due_at: int
    runs: tuple[tuple[int, int], ...] = ()
    budget: int | None = None
    since: int = 0


def spans_of(course: Course, calendar: WorkingCalendar) -> Iterator[Span]:
    """The working intervals in order, none of them empty and none across midnight (but see MOST_DAYS)."""
    if 0 < course.since < course.begin:
        yield from _by_day("void", course.since, course.begin, calendar)
    turn = course.due_at if course.budget is None else _spent_at(course, calendar)
    until = max(course.told_at, turn) if course.due_at else course.told_at
    for begin, end in _pieces(course, turn, until):
        kind = _kind(course, turn, begin)
        if kind is not None:
            yield from _by_day(kind, begin, end, calendar)


def _pieces(course: Course, turn: int, until: int) -> list[tuple[int, int]]:
    """The time from `begin` to `until`, cut wherever its kind may change."""
    edges = {course.begin, course.told_at, turn, until, *(edge for run in course.runs for edge in run)}
    inside = sorted(edge for edge in edges if course.begin <= edge <= until)
    return list(pairwise(inside))


def _kind(course: Course, turn: int, at: int) -> Kind | None:
    """What the piece that begins at an instant is; None: nothing, it lies behind all that is told."""
    if _paused(course, at) and (course.budget is not None or not turn or at < turn):
        return "paused"
    if turn and at >= turn:
        return "late" if at < course.told_at else None
    return "counted" if at < course.told_at else "remaining"


def _paused(course: Course, at: int) -> bool:
    index = bisect_right(course.runs, (at, 1 << 40)) - 1
    return index >= 0 and at < course.runs[index][1]


def _spent_at(course: Course, calendar: WorkingCalendar) -> int:
    """The first instant by which the budget has passed outside the pauses."""
    at, left = course.begin, course.budget or 0
    for began, ended in course.runs:
        passed = calendar.between(at, began) if began > at else 0
        if passed >= left and began >= at:
            break
        at, left = max(at, ended), left - passed
    return calendar.add(at, left)


def _by_day(kind: Kind, begin: int, until: int, calendar: WorkingCalendar) -> Iterator[Span]:
    zone = calendar.zone
    first, last = zone.day_of(begin), zone.day_of(until)
    if last - first > MOST_DAYS:
        yield Span(kind, begin, until, calendar.between(begin, until))
        return
    for day in range(first, last + 1):
        for opens, closes in calendar.hours_on(day):
            a, b = max(begin, zone.at(day, opens)), min(until, zone.at(day, closes))
            if a < b:
                yield Span(kind, a, b, b - a)
