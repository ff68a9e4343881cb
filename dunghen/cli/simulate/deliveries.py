"""How a life's moments reach us: with delay, now and then late, twice or out of order. Pure functions of the dossier's code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from dunghen.cli.simulate.lives import PAYMENT, SUPPLEMENT, Life, Moment

LATE, REPEATED, SWAPPED = 0.02, 0.02, 0.02


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """A moment of a life, arriving at an instant."""

    at: int
    code: str
    number: int
    life: Life
    moment: Moment


def deliveries(life: Life, after: int) -> Iterator[Delivery]:
    """What arrives later than an instant, in no particular order."""
    rng = Random(f"{life.code} deliveries")
    for number, moment in enumerate(life.moments):
        at = moment.at + rng.randrange(1, 25)
        chance = rng.random()
        if chance < LATE:
            at += rng.randrange(3600, 2 * 86400)
        elif chance < LATE + SWAPPED:
            at += rng.randrange(60, 900)
        if at > after:
            yield Delivery(at, life.code, number, life, moment)
        if rng.random() < REPEATED and at + 600 > after:
            yield Delivery(at + rng.randrange(1, 600), life.code, number, life, moment)


def last_words(life: Life, now: int) -> list[Moment]:
    """What a backfill says of a dossier: its first sync, its pauses' steps, later syncs, and a sync of its last moment."""
    past = [m for m in life.moments if m.at <= now]
    said = [
        m for i, m in enumerate(past) if m.whole or m.status in (SUPPLEMENT, PAYMENT) or (i and past[i - 1].status in (SUPPLEMENT, PAYMENT))
    ]
    if past and not past[-1].whole:
        said = [m for m in said if m is not past[-1]] + [Moment(past[-1].at, past[-1].status, whole=True)]
    return said
