"""When a dossier's clock stood still, and how that moves its promise (`domain.md` §3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import DAY_SECONDS
from dunghen.domain.record import Step
from dunghen.domain.rules import SupplementRule
from dunghen.domain.statuses import PAUSING, SUPPLEMENT


class Pause(NamedTuple):
    """From one instant to another (0: still); `supplement`: papers were asked for, not only a payment."""

    began: int
    ended: int
    supplement: bool


@dataclass(frozen=True, slots=True)
class Term:
    """The time from reception to the first promise, both instants, and how it is counted."""

    received_at: int
    promised_at: int
    in_calendar_days: bool
    rule: SupplementRule
    calendar: WorkingCalendar


class Stretched(NamedTuple):
    """The promise after the pauses (an instant; 0 while the clock is stopped), and the pauses that had an effect."""

    due_at: int
    pauses: tuple[Pause, ...]

    @property
    def stopped(self) -> bool:
        return bool(self.pauses) and not self.pauses[-1].ended


def pauses_of(steps: Iterable[Step], end: int) -> list[Pause]:
    """The pauses among a dossier's steps: from a 5 or 6 until the next other step or the end (0: none). Nothing pauses after the end."""
    pauses, began, supplement = [], 0, False
    for at, status in steps:
        if end and at >= end:
            break
        if status in PAUSING:
            began, supplement = began or at, supplement or status == SUPPLEMENT
        elif began:
            pauses.append(Pause(began, at, supplement))
            began, supplement = 0, False
    if began:
        pauses.append(Pause(began, end, supplement))
    return pauses


def stretch(pauses: Sequence[Pause], term: Term) -> Stretched:
    """The first promise moved by the pauses, one after the other. A pause begun after the due day that holds then changes nothing.

    Payments are always subtracted; the rule says what a supplement does: `subtract`; `restart`, the whole term again from its end;
    `first_only`, the first one is subtracted and later ones do not stop the clock.
    """
    day_of = term.calendar.zone.day_of
    base, amount, due, effective = term.promised_at, 0, term.promised_at, []
    asked = False
    for pause in pauses:
        ignored = term.rule == "first_only" and pause.supplement and asked
        asked = asked or pause.supplement
        if ignored or day_of(pause.began) > day_of(due):
            continue
        effective.append(pause)
        if not pause.ended:
            return Stretched(0, tuple(effective))
        if term.rule == "restart" and pause.supplement:
            base, amount = _restarted(pause.ended, term), _length(term.received_at, term.promised_at, term)
        else:
            amount += _length(pause.began, pause.ended, term)
        due = _later(base, amount, term)
    return Stretched(due, tuple(effective))


def _length(a: int, b: int, term: Term) -> int:
    """Working seconds, or whole days for terms in calendar days."""
    day_of = term.calendar.zone.day_of
    return max(day_of(b) - day_of(a) if term.in_calendar_days else term.calendar.between(a, b), 0)


def _later(base: int, amount: int, term: Term) -> int:
    if not amount:
        return base
    if not term.in_calendar_days:
        return term.calendar.add(base, amount)
    return _on_day(term.calendar.roll_forward(term.calendar.zone.day_of(base) + amount), base, term)


def _restarted(resumed: int, term: Term) -> int:
    return _on_day(term.calendar.zone.day_of(resumed), term.promised_at, term) if term.in_calendar_days else resumed


def _on_day(day: int, like: int, term: Term) -> int:
    """The instant on a day at the time of day of another."""
    zone = term.calendar.zone
    return zone.at(day, (like + zone.offset_at(like)) % DAY_SECONDS)
