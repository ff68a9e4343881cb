"""When a dossier's clock stood still, and how that moves its promise (`domain.md` §3)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import DAY_SECONDS
from dunghen.domain.deadline import TimeLimit, due_at
from dunghen.domain.rules import SupplementRule
from dunghen.domain.statuses import PAUSING, SUPPLEMENT


class Pause(NamedTuple):
    """From one instant to another (0: still); `supplement`: it began with a request for papers, not for a payment.

    `said_at`: the instant of that step, which lies before `began` where it lies before the reception.
    """

    began: int
    ended: int
    supplement: bool
    said_at: int


class Term(NamedTuple):
    """The first promise and the date that the source gives now (instants; 0: there is none), the limit that the promise follows as far as
    known, and the rules of the day received."""

    promised_at: int
    given_at: int
    limit: TimeLimit | None
    rule: SupplementRule
    calendar: WorkingCalendar

    def effective(self, moved: int) -> int:
        """The due date where the pauses so far moved the first promise to an instant: one that comes to another day may be the later."""
        given, day_of = self.given_at or self.promised_at, self.calendar.zone.day_of
        return max(given, moved) if day_of(moved) != day_of(self.promised_at) else given

    def length(self, pause: Pause) -> int:
        """Working seconds, or whole days for terms in calendar days."""
        if self.limit is None or not self.limit.in_calendar_days:
            return self.calendar.between(pause.began, pause.ended)
        day_of = self.calendar.zone.day_of
        return day_of(pause.ended) - day_of(pause.began)

    def later(self, base: int, length: int) -> int:
        """An instant moved by so much; a term in calendar days rolls forward off a day off and keeps its time of day."""
        if not length:
            return base
        if self.limit is None or not self.limit.in_calendar_days:
            return self.calendar.add(base, length)
        zone = self.calendar.zone
        day = self.calendar.roll_forward(zone.day_of(base) + length)
        return zone.at(day, (base + zone.offset_at(base)) % DAY_SECONDS)


class Stretched(NamedTuple):
    """The effective due date (an instant; 0: none, or the clock is stopped), and the pauses that stopped the clock."""

    due_at: int
    pauses: tuple[Pause, ...]


def pauses_of(instants: Sequence[int], statuses: bytes, received: int, end: int) -> list[Pause]:
    """The pauses among a dossier's steps: from a 5 or 6 until the next other step or the end (0: none). Nothing pauses after the end.

    The clock starts at the reception: a pause counts from then on at the earliest, and one that was over by then not at all.
    """
    pauses: list[Pause] = []
    began = kind = 0
    for at, status in zip(instants, statuses, strict=True):
        if end and at >= end:
            break
        if status in PAUSING:
            if not began:
                began, kind = at, status
        elif began:
            pauses.append(Pause(began, at, kind == SUPPLEMENT, began))
            began = 0
    if began:
        pauses.append(Pause(began, end, kind == SUPPLEMENT, began))
    return [pause._replace(began=max(pause.began, received)) for pause in pauses if not 0 < pause.ended <= received]


@lru_cache(maxsize=1 << 12)
def stretch(pauses: tuple[Pause, ...], term: Term) -> Stretched:
    """The due date after the pauses, one after the other. A pause begun after the due day that holds without it changes nothing: that is
    the day of the date that the source gives, be the first promise over or not (`domain.md` §3).

    The answers are kept: a dossier that paused is asked about again at its next event, and before it.

    Payments are always subtracted; the rule says what a supplement does: `subtract`; `restart`, the whole limit runs again from its end
    (where no limit is known: subtract); `first_only`, the first one is subtracted and later ones do not stop the clock.
    """
    day_of = term.calendar.zone.day_of
    base, due = term.promised_at, term.effective(term.promised_at)
    length, effective = 0, []
    for pause in _counted(pauses, term.rule):
        if due and day_of(pause.began) > day_of(due):
            break  # later ones began later still
        effective.append(pause)
        if not pause.ended:
            return Stretched(0, tuple(effective))
        if term.rule == "restart" and pause.supplement and term.limit is not None:
            base, length = due_at(pause.ended, term.limit, term.calendar), 0
        else:
            length += term.length(pause)
        due = term.effective(term.later(base, length)) if term.promised_at else 0
    return Stretched(due, tuple(effective))


def _counted(pauses: Sequence[Pause], rule: SupplementRule) -> Sequence[Pause]:
    if rule != "first_only":
        return pauses
    first = next((pause for pause in pauses if pause.supplement), None)
    return [pause for pause in pauses if not pause.supplement or pause is first]
