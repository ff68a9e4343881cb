"""Where an open dossier stands in an official's list: by working time left (sketch of the officials' page; `domain.md` §3–§4). Pure."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.reckoning import Reckoning

Group = Literal["overdue", "today", "later", "paused", "ended"]
GROUPS: tuple[Group, ...] = ("overdue", "today", "later", "paused", "ended")


class Place(NamedTuple):
    """`left_seconds`: working time until the due instant, negative behind it, None without one; of what has ended, as its end left it.

    `on_time_today`: its instant is past and its day is not, so that finished today it still counts as on time: notices compare instants,
    rates dates. `moved`: the source gives another due date now than it gave first.
    """

    group: Group
    left_seconds: int | None
    on_time_today: bool
    moved: bool


def place_of(found: Reckoning, calendar: WorkingCalendar, now: int) -> Place:
    """The place of a dossier at an instant. `overdue` by the instant; what has no due date and is not paused stands under `later`."""
    day_of, due, end = calendar.zone.day_of, found.due_at, found.end.at
    left = calendar.between(end or now, due) if due else None
    moved = bool(found.head.due and found.head.first_due and found.head.due != found.head.first_due)
    late = bool(due) and not end and now > due
    return Place(_group(found, late, bool(due) and day_of(due) <= day_of(now)), left, late and day_of(now) <= day_of(due), moved)


def _group(found: Reckoning, late: bool, today: bool) -> Group:
    if found.end.at:
        return "ended"
    if found.stopped:
        return "paused"
    if late:
        return "overdue"
    return "today" if today else "later"


def whole_minutes(seconds: int) -> int:
    """Time left in minutes, begun ones counted: what has passed and what is left add up to a term of whole minutes."""
    return -(-seconds // 60)
