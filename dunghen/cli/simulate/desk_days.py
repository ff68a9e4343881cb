"""Days at the one-stop desks of a made-up city: who takes a ticket, waits, is served or leaves, keeps an appointment, and answers.

A pure function of seed, unit and day. Mornings are full, so people wait longer then and leave sooner; who waited long is less content.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from dunghen.cli.simulate.city import MadeUpCity
from dunghen.domain.days import date_of
from dunghen.domain.desks import LATE_DAYS
from dunghen.domain.units import Unit

Told = tuple[int, dict[str, Any]]  # instant in seconds, one item of `POST /desk-events`
PAST_DAYS = LATE_DAYS - 1
MOST_TICKETS = 1500  # of the whole city and day, however many dossiers it has
BOOKED_AHEAD_DAYS = 3
_SERVICE_SECONDS, _PATIENCE_SECONDS = 420, 2700


def desk_day(city: MadeUpCity, day: int) -> Iterator[Told]:
    """All that happens at all desks on a local day, and the appointments that are booked on it; unit after unit."""
    for unit in [*city.units, *city.facilities]:
        if city.calendar.is_working(day):
            yield from _queue(city, unit, day)
            yield from _appointments(city, unit, day)
        if city.calendar.is_working(day + BOOKED_AHEAD_DAYS):
            yield from _bookings(city, unit, day + BOOKED_AHEAD_DAYS)


def _queue(city: MadeUpCity, unit: Unit, day: int) -> Iterator[Told]:
    rng, mood = Random(f"{city.plan.seed} {unit.code} {day} desks"), Random(f"{city.plan.seed} {unit.code} desks")
    counters, slowness = mood.choice((1, 2, 2, 3)), mood.uniform(120, 720)
    free = [0] * counters
    taken = sorted(city.arrival(day, rng) for _ in range(_tickets(city, unit, rng)))
    for number, at in enumerate(taken, 1):
        desk = min(range(counters), key=lambda i: free[i])
        say = _Saying(unit.code, f"Q{desk + 1:02}", day, number)
        called = max(free[desk], at + int(rng.expovariate(1 / slowness)))
        yield say("ticket_taken", at)
        if called - at > rng.uniform(0.4, 3) * _PATIENCE_SECONDS:
            yield say("ticket_abandoned", at + _PATIENCE_SECONDS // 2)
            continue
        free[desk] = called + int(rng.uniform(0.4, 2) * _SERVICE_SECONDS)
        yield say("ticket_called", called)
        yield say("ticket_served", free[desk])
        if rng.random() < 0.4:
            yield say("answered", free[desk] + 20, channel="kiosk", score=_score(called - at, rng))


def _score(waited: int, rng: Random) -> int:
    return max(1, min(5, round(rng.gauss(4.9 - waited / 2400, 0.7))))


def _tickets(city: MadeUpCity, unit: Unit, rng: Random) -> int:
    usual = min(city.plan.per_day, MOST_TICKETS) * city.share(unit.code)
    return round(usual * rng.uniform(0.7, 1.2) + rng.random())


def _booked(city: MadeUpCity, unit: Unit, day: int) -> int:
    return _tickets(city, unit, Random(f"{city.plan.seed} {unit.code} {day} booked")) // 4


def _bookings(city: MadeUpCity, unit: Unit, on: int) -> Iterator[Told]:
    """Booked on the web at any hour of the day, some days before."""
    begin = city.calendar.zone.at(on - BOOKED_AHEAD_DAYS, 0)
    rng = Random(f"{city.plan.seed} {unit.code} {on} bookings")
    for number in range(1, _booked(city, unit, on) + 1):
        yield _Saying(unit.code, "Q01", on, number)("appointment_booked", begin + rng.randrange(86400))


def _appointments(city: MadeUpCity, unit: Unit, day: int) -> Iterator[Told]:
    rng = Random(f"{city.plan.seed} {unit.code} {day} appointments")
    for number in range(1, _booked(city, unit, day) + 1):
        came = rng.random() < 0.88
        yield _Saying(unit.code, "Q01", day, number)("appointment_kept" if came else "appointment_missed", city.arrival(day, rng))


class _Saying:
    """What is said of one number of a desk's day."""

    def __init__(self, unit: str, desk: str, day: int, number: int) -> None:
        self.of = {"unit": unit, "desk": desk, "on": date_of(day).isoformat(), "number": number}

    def __call__(self, kind: str, at: int, **more: Any) -> Told:
        return at, {**self.of, "kind": kind, "occurred_at": datetime.fromtimestamp(at, UTC).isoformat(), **more}
