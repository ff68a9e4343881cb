"""How much time a unit leaves itself: each dossier as a word that a store can tally, and back (decision 0036). Pure.

Time is working time of the city's calendar up to the end of work on the due day, in quarters of a working day: rates compare dates
(`domain.md` §4), so a dossier has until then, and until midnight if somebody works on: EVENING. `term`: what it had when it was received,
by the day promised first; `left`: what was left when it ended, LATE if that was a later day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.reckoning import Reckoning

QUARTERS = 4  # of a working day
LATE = -1
EVENING = -2  # no working time was left, but the due day was not over (a word of its own: edition 4 wrote 0 for it)
LONGEST = 11 * QUARTERS  # who has more time has as much
MOVED = "*"  # behind the word of a dossier to which the source gave a later day, no pause begun by the first one being the reason
STOPPED, UNDATED = "stopped", "undated"  # of open ones without a due date

Record = Mapping[tuple[int, int], int]  # (term, left) -> dossiers whose due day is over


@dataclass(frozen=True, slots=True)
class Open:
    """Open dossiers: by (term, due day as a local day number) how many, and those without a due date: clock stopped, or none given."""

    due: Mapping[tuple[int, int], int] = field(default_factory=dict)
    stopped: int = 0
    undated: int = 0


def quarters_left(calendar: WorkingCalendar, at: int, due_day: int) -> float:
    """Quarters of a working day from an instant to the end of work on a local day; 0 behind it."""
    return max(calendar.between(at, calendar.end_of(due_day)), 0) * QUARTERS / (calendar.day_seconds or 1)


def time_left(calendar: WorkingCalendar, at: int, due_day: int) -> float:
    """The same; behind the end of work 0 to -1: how much is over of the time from there to the end of the day."""
    left = quarters_left(calendar, at, due_day)
    if left > 0:
        return left
    end = calendar.end_of(due_day)
    return -min(max(at - end, 0) / max(calendar.zone.start_of(due_day + 1) - end, 1), 1.0)


def pace_of(found: Reckoning, calendar: WorkingCalendar) -> str:
    """`term|left` of what has ended, `term|@due day` of what is open, else STOPPED or UNDATED; "" for what ended without a due date."""
    ended, due = found.end.at, found.due_at
    if not due:
        return "" if ended else STOPPED if found.stopped else UNDATED
    day_of = calendar.zone.day_of
    due_day, promised = day_of(due), day_of(found.first_due_at or due)
    term = min(int(quarters_left(calendar, found.received_at, promised)), LONGEST)
    moved = MOVED if due_day > promised and not any(day_of(pause.began) <= promised for pause in found.pauses) else ""
    if not ended:
        return f"{term}|@{due_day}{moved}"
    if day_of(ended) > due_day:
        return f"{term}|{LATE}{moved}"
    left = quarters_left(calendar, ended, due_day)
    return f"{term}|{min(int(left), LONGEST) if left > 0 else EVENING}{moved}"


def open_in(tally: Mapping[str, int]) -> Open:
    """Out of so many open dossiers of each word."""
    due = Counter[tuple[int, int]]()
    for word, dossiers in tally.items():
        term, _, day = word.removesuffix(MOVED).partition("|@")
        if day:
            due[int(term), int(day)] += dossiers
    return Open(due, tally.get(STOPPED, 0), tally.get(UNDATED, 0))


def record_in(tally: Mapping[str, int]) -> Record:
    """Out of so many dossiers of each word whose due day is over: what is open among them is late.

    One whose date was moved (a letter of apology, at least a day before expiry: §3) is there twice: it left its first promise a day
    before, and was held to the second.
    """
    found = Counter[tuple[int, int]]()
    for word, dossiers in tally.items():
        term, _, left = word.removesuffix(MOVED).partition("|")
        if left:
            found[int(term), LATE if left.startswith("@") else int(left)] += dossiers
        if word.endswith(MOVED):
            found[int(term), min(int(term), QUARTERS)] += dossiers
    return found
