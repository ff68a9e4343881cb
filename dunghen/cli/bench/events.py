"""Realistic events for measuring: the made-up city's lives as normalised events, about 250 bytes each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from dunghen.cli.simulate.city import MadeUpCity, Plan
from dunghen.cli.simulate.lives import Life, Moment
from dunghen.contracts.event_ids import event_id
from dunghen.contracts.messages import DIGITISED, FEE, PAID_ONLINE, DossierEvent, encode
from dunghen.domain.policy import Policy


def city_events(policy: Policy, today: int, count: int) -> Iterator[tuple[str, bytes]]:
    """(dossier, event) in the order in which they happened within each week; both on-time and late, contributions taken back."""
    city = MadeUpCity(policy, Plan(seed=11, per_day=5000))
    days = itertools.chain.from_iterable(range(today - 60, today - 5) for _ in itertools.count())
    made = itertools.chain.from_iterable(_week(city, list(itertools.islice(days, 5)), number) for number in itertools.count())
    return itertools.islice(made, count)


def _week(city: MadeUpCity, days: list[int], number: int) -> Iterator[tuple[str, bytes]]:
    moments: list[tuple[int, str, Life, Moment]] = []
    for day in days:
        for life in city.lives(day):
            life.code = f"{life.code[:-5]}{number:03d}{life.code[-4:]}"
            moments += [(m.at, life.code, life, m) for m in life.moments]
    moments.sort(key=lambda x: x[:2])
    for at, code, life, moment in moments:
        yield code, encode(_event(life, moment, at))


def _event(life: Life, moment: Moment, at: int) -> DossierEvent:
    event = DossierEvent(
        id="0" * 16,
        dossier=life.code,
        unit=life.unit,
        kind="synced" if moment.whole else "progressed",
        occurred_at=at,
        arrived_at=at * 1_000_000,
        source="H17",
        status=moment.status,
    )
    if moment.whole:
        over = bool(life.ended) and at >= life.ended and moment.status not in (2, 4, 5, 6)
        event.submitted, event.received, event.due = life.submitted, life.received, life.due_said_at(at)
        event.ended = life.ended if over else 0
        event.channel, event.procedure = life.channel, life.procedure
        event.flags = FEE * life.fee | PAID_ONLINE * life.paid_online | DIGITISED * life.digitised
        event.steps = tuple(
            (status, when) for pair in life.supplements for status, when in zip((5, 4), pair, strict=True) if 0 < when <= at
        )
    event.id = event_id(event, at)
    return event
