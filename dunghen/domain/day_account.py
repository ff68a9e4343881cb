"""A term in calendar days laid out day by day ("ngày", `domain.md` §3): every day counts, so days are shown and not working hours. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from dunghen.domain.account import Course
from dunghen.domain.calendar import WorkingCalendar

DayKind = Literal["counted", "paused", "remaining", "late"]
DAY_KINDS: tuple[DayKind, ...] = ("counted", "paused", "remaining", "late")
MOST_DAYS = 4000  # what lasts longer is a wrong date


class CountedDay(NamedTuple):
    """A local day number, and what it is of the term."""

    day: int
    kind: DayKind


class DayAccount(NamedTuple):
    """The days after the one from which the term counts, in order. `dated`: there is a due day, so that counted + remaining is the term."""

    days: tuple[CountedDay, ...]
    dated: bool

    def count(self, kind: DayKind) -> int:
        """How many days are so."""
        return sum(each.kind == kind for each in self.days)

    @property
    def limit(self) -> int | None:
        """The days that the due day allows, pauses apart; None where there is none to count to."""
        return self.count("counted") + self.count("remaining") if self.dated else None


def day_account(course: Course, calendar: WorkingCalendar) -> DayAccount:
    """The days of a course. A pause takes the days after the one on which it began, up to the one on which it ended, as it moves the date.

    The day asked about has counted; a day behind the due day is late.
    """
    day_of = calendar.zone.day_of
    due = day_of(course.due_at) if course.due_at else 0
    begin, told = calendar.start_day(course.begin), day_of(course.told_at)
    begin = min(begin, due) if due else begin
    paused = [(day_of(began), day_of(ended)) for began, ended in course.runs]
    last = min(max(told, due), begin + MOST_DAYS)
    return DayAccount(tuple(_days(range(begin + 1, last + 1), paused, due, told)), bool(due))


def _days(days: range, paused: list[tuple[int, int]], due: int, told: int) -> Iterator[CountedDay]:
    for day in days:
        late = bool(due) and day > due
        if not late and any(began < day <= ended for began, ended in paused):
            yield CountedDay(day, "paused")
        elif late:
            yield CountedDay(day, "late")
        else:
            yield CountedDay(day, "counted" if day <= told else "remaining")
