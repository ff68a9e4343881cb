"""One-stop desks: what is told of tickets, appointments and answers, and what a desk's day comes to (issue 7; decision 0028). Pure.

A desk's day is a fold over the set of its events: every merge is a first, a last or a newest, so order and repetition change nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from dunghen.domain.days import date_of
from dunghen.domain.indicator_values import Stated

DeskEventKind = Literal[
    "ticket_taken", "ticket_called", "ticket_served", "ticket_abandoned",
    "appointment_booked", "appointment_kept", "appointment_missed", "answered",
]  # fmt: skip
DESK_EVENT_KINDS: tuple[DeskEventKind, ...] = DeskEventKind.__args__  # type: ignore[attr-defined]
AnswerChannel = Literal["kiosk", "app", "phone", "paper"]
ANSWER_CHANNELS: tuple[AnswerChannel, ...] = AnswerChannel.__args__  # type: ignore[attr-defined]
SCORES = (1, 2, 3, 4, 5)
SATISFIED_FROM = 4
SOON_SECONDS = 15 * 60  # called within so long: waited a short time [?]
BOUNDS = (60, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200)  # seconds, each the longest of its bucket; beyond: one more
LATE_DAYS = 31  # so long after a desk's day its events are taken: then it is closed
AHEAD_DAYS = 366  # so far ahead an appointment is booked
KEPT_DAYS = 400  # as long as the topic keeps the events


_PLACE = re.compile(r"(?P<unit>[!-~]{1,40})\.(?P<desk>[A-Z]{0,4}-?[0-9]{1,3})", re.ASCII)


def placed(place: str) -> tuple[str, str]:
    """(unit, desk) of a desk's place in the city, `20242.Q01`; two empty texts where it is none."""
    found = _PLACE.fullmatch(place)
    return (found["unit"], found["desk"]) if found else ("", "")


class Said(NamedTuple):
    """One event of a desk's day. `number`: the ticket's, the appointment's, or of an answer within its channel. Instants: s, µs."""

    kind: DeskEventKind
    number: int
    occurred_at: int
    arrived_at: int
    channel: str = ""
    score: int = 0


class Ticket(NamedTuple):
    """Instants in seconds, 0: not told. `called` first, `recalled` last; `taken` first, `served` and `abandoned` last."""

    taken: int = 0
    called: int = 0
    recalled: int = 0
    served: int = 0
    abandoned: int = 0


class Appointment(NamedTuple):
    """What was told of one; kept wins over missed."""

    kept: bool = False
    missed: bool = False


class Answer(NamedTuple):
    """The newest statement of one answer, by (occurred, arrived, score)."""

    occurred_at: int
    arrived_at: int
    score: int


class Spans(NamedTuple):
    """Lengths of time: how many in each bucket of BOUNDS, and their sum in seconds."""

    buckets: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)
    seconds: int = 0

    @property
    def n(self) -> int:
        return sum(self.buckets)

    def within(self, seconds: int) -> int:
        """How many are no longer than this bound, one of BOUNDS."""
        return sum(self.buckets[: BOUNDS.index(seconds) + 1])

    def quantile(self, part: int, of: int) -> int | None:
        """The bound that part/of of them do not exceed; None: beyond the last, or there are none."""
        needed, so_far = -(-part * self.n // of), 0
        for bound, n in zip(BOUNDS, self.buckets, strict=False):
            so_far += n
            if n and so_far >= needed:
                return bound
        return None


class DeskTally(NamedTuple):
    """What desks and days come to, addable. Tickets that are neither served nor abandoned are `taken` alone."""

    taken: int = 0
    served: int = 0
    abandoned: int = 0
    waits: Spans = Spans()
    services: Spans = Spans()
    appointments: int = 0
    kept: int = 0
    missed: int = 0
    scores: tuple[int, ...] = (0,) * len(SCORES)

    @property
    def answers(self) -> int:
        return sum(self.scores)

    @property
    def satisfied(self) -> int:
        return sum(self.scores[SATISFIED_FROM - 1 :])


@dataclass(slots=True)
class Lines:
    """The tickets, appointments and answers of one desk on one day, by number; of an answer `channel number`."""

    tickets: dict[int, Ticket] = field(default_factory=dict)
    appointments: dict[int, Appointment] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    def take(self, said: Said) -> None:
        """One event."""
        n = said.number
        if said.kind == "answered":
            key, told = f"{said.channel} {n}", Answer(said.occurred_at, said.arrived_at, said.score)
            self.answers[key] = max(self.answers.get(key, told), told)
        elif said.kind.startswith("ticket"):
            self.tickets[n] = _ticket(self.tickets.get(n, Ticket()), said)
        else:
            kept, missed = self.appointments.get(n, Appointment())
            self.appointments[n] = Appointment(kept or said.kind == "appointment_kept", missed or said.kind == "appointment_missed")

    def waiting(self) -> int:
        """Tickets that nobody has called."""
        return sum(not (t.called or t.served or t.abandoned) for t in self.tickets.values())

    def calling(self) -> list[int]:
        """The numbers that are called and not yet done, the last called first."""
        called = [(-t.recalled, number) for number, t in self.tickets.items() if t.called and not (t.served or t.abandoned)]
        return [number for _, number in sorted(called)]


def _ticket(before: Ticket, said: Said) -> Ticket:
    at = said.occurred_at
    if said.kind == "ticket_taken":
        return before._replace(taken=_first(before.taken, at))
    if said.kind == "ticket_called":
        return before._replace(called=_first(before.called, at), recalled=max(before.recalled, at))
    if said.kind == "ticket_served":
        return before._replace(served=max(before.served, at))
    return before._replace(abandoned=max(before.abandoned, at))


def _first(a: int, b: int) -> int:
    return min(a, b) if a else b


def tally_of(lines: Lines) -> DeskTally:
    """What a desk's day comes to.

    Waited: from taken to first called, where both are told and in this order. Served: from the last call (from the first where the
    last lies behind the end) to the end. Who was served has not left, whatever else was told.
    """
    tickets, scores = lines.tickets.values(), [0] * len(SCORES)
    for answer in lines.answers.values():
        scores[answer.score - 1] += 1
    return DeskTally(
        taken=len(tickets),
        served=sum(t.served > 0 for t in tickets),
        abandoned=sum(t.abandoned > 0 and not t.served for t in tickets),
        waits=spans(t.called - t.taken for t in tickets if 0 < t.taken <= t.called),
        services=spans(t.served - begun for t in tickets if 0 < (begun := _begun(t)) <= t.served),
        appointments=len(lines.appointments),
        kept=sum(a.kept for a in lines.appointments.values()),
        missed=sum(a.missed and not a.kept for a in lines.appointments.values()),
        scores=tuple(scores),
    )


def _begun(ticket: Ticket) -> int:
    return ticket.recalled if ticket.recalled <= ticket.served else ticket.called


def spans(lengths: Iterable[int]) -> Spans:
    """Seconds into buckets."""
    buckets, total = [0] * (len(BOUNDS) + 1), 0
    for seconds in lengths:
        buckets[bisect_left(BOUNDS, seconds)] += 1
        total += seconds
    return Spans(tuple(buckets), total)


def added(tallies: Iterable[DeskTally]) -> DeskTally:
    """Σ of everything."""
    whole = DeskTally()
    for tally in tallies:
        whole = _plus(whole, tally)
    return whole


def _plus(a: DeskTally, b: DeskTally) -> DeskTally:
    return DeskTally(
        a.taken + b.taken,
        a.served + b.served,
        a.abandoned + b.abandoned,
        _both(a.waits, b.waits),
        _both(a.services, b.services),
        a.appointments + b.appointments,
        a.kept + b.kept,
        a.missed + b.missed,
        tuple(map(sum, zip(a.scores, b.scores, strict=True))),
    )


def _both(a: Spans, b: Spans) -> Spans:
    return Spans(tuple(map(sum, zip(a.buckets, b.buckets, strict=True))), a.seconds + b.seconds)


Figure = Callable[[DeskTally], tuple[int, int]]
FIGURES: Mapping[str, Figure] = {
    "DESK.WAIT_15": lambda tally: (tally.waits.within(SOON_SECONDS), tally.waits.n),
    "DESK.ABANDONED": lambda tally: (tally.abandoned, tally.abandoned + tally.served),
    "DESK.SATISFIED": lambda tally: (tally.satisfied, tally.answers),
    "DESK.KEPT": lambda tally: (tally.kept, tally.kept + tally.missed),
}
DESK_FACTS = frozenset(FIGURES)  # facts that nobody tells: they are made of desk events


def stated_of(tally: DeskTally, day: int) -> Iterator[tuple[str, str, Stated]]:
    """The facts of a unit's day, (code, period, figures): what indicators are made of."""
    period = date_of(day).isoformat()
    for code, figure in FIGURES.items():
        yield code, period, Stated(*figure(tally))
