"""Realistic events for measuring: the made-up city's lives as normalised events, about 250 bytes each.

Making a life up costs more than folding it: for millions `Dossiers` makes BASE of them and tells these again under other codes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from dunghen.cli.simulate.city import MadeUpCity, Plan
from dunghen.cli.simulate.lives import Life, Moment
from dunghen.contracts.event_ids import event_id
from dunghen.contracts.messages import DIGITISED, FEE, PAID_ONLINE, DossierEvent, decode_event, encode
from dunghen.domain.policy import Policy

Keyed = tuple[str, bytes]  # (dossier, encoded event)
BASE, PER_DAY, WEEK_DAYS, DAYS_AGO = 50_000, 5000, 5, (60, 5)
CYCLE_WEEKS = (DAYS_AGO[0] - DAYS_AGO[1]) // WEEK_DAYS  # then the same days come again


def city_events(policy: Policy, today: int, count: int) -> Iterator[Keyed]:
    """(dossier, event) in the order in which they happened within each week; both on-time and late, contributions taken back."""
    return itertools.islice(itertools.chain.from_iterable(_weeks(policy, today)), count)


@dataclass(slots=True)
class Dossiers:
    """`count` dossiers of a city: whole lives, or first what opens each of them and later what becomes of a part.

    `today`: a local day; `base`: so many lives are made up, `per_day` of them on a working day, week after week; the rest are copies.
    """

    policy: Policy
    today: int
    count: int
    base: int = BASE
    per_day: int = PER_DAY
    _opening: list[Keyed] = field(default_factory=list)
    _later: list[list[Keyed]] = field(default_factory=list)  # of each dossier of `_opening`
    _cycles_told: int = 0

    def __post_init__(self) -> None:
        places: dict[str, int] = {}
        for told, week in enumerate(_weeks(self.policy, self.today, min(self.per_day, self.base // 4))):
            for code, value in week:
                if code in places:
                    self._later[places[code]].append((code, value))
                else:
                    places[code] = len(self._opening)
                    self._opening.append((code, value))
                    self._later.append([])
            self._cycles_told = told // CYCLE_WEEKS + 1
            if len(places) >= min(self.base, self.count):
                break

    @property
    def later_count(self) -> int:
        """How many events come after the opening ones."""
        whole, rest = divmod(self.count, len(self._opening))
        return whole * self.later_of_a_copy + sum(map(len, self._later[:rest]))

    def opening(self) -> Iterator[Keyed]:
        """One event a dossier, `count` in all."""
        return (self._copy(self._opening[place], number) for number, place in itertools.islice(self._all(), self.count))

    def whole(self) -> Iterator[Keyed]:
        """Everything, dossier by dossier: what one round folds of a dossier is one record of its state."""
        for number, place in itertools.islice(self._all(), self.count):
            for event in (self._opening[place], *self._later[place]):
                yield self._copy(event, number)

    @property
    def later_of_a_copy(self) -> int:
        """How many events `later` gives for each copy."""
        return sum(map(len, self._later))

    @property
    def copies(self) -> int:
        """How often each life is told in full."""
        return self.count // len(self._opening)

    def later(self, copies: range) -> Iterator[Keyed]:
        """All further events of these copies of every life, in the order in which they happened. Which dossiers a copy is of changes
        from life to life, so that it is spread over all; two numbers never name the same dossier. Raises IndexError beyond `copies`."""
        if copies.stop > self.copies:
            raise IndexError(f"{self.count} dossiers are {self.copies} copies")
        events = [(place, event) for place, events in enumerate(self._later) for event in events]
        for place, event in sorted(events, key=lambda found: decode_event(found[1][1]).occurred_at):
            for copy in copies:
                yield self._copy(event, (copy + place) % self.copies)

    def _all(self) -> Iterator[tuple[int, int]]:
        """(number of the copy, place in `_opening`), without end."""
        return ((number, place) for number in itertools.count() for place in range(len(self._opening)))

    def _copy(self, event: Keyed, number: int) -> Keyed:
        """The same under the code of a cycle of weeks that was not told; which one stands in the three digits before the last four."""
        code, value = event
        if not number:
            return event
        other = f"{code[:-7]}{int(code[-7:-4]) + self._cycles_told * number:03d}{code[-4:]}"
        return other, value.replace(code.encode(), other.encode(), 1)


def _weeks(policy: Policy, today: int, per_day: int = PER_DAY) -> Iterator[Iterator[Keyed]]:
    city = MadeUpCity(policy, Plan(seed=11, per_day=per_day))
    days = itertools.chain.from_iterable(range(today - DAYS_AGO[0], today - DAYS_AGO[1]) for _ in itertools.count())
    return (_week(city, list(itertools.islice(days, WEEK_DAYS)), number // CYCLE_WEEKS) for number in itertools.count())


def _week(city: MadeUpCity, days: list[int], cycle: int) -> Iterator[Keyed]:
    moments: list[tuple[int, str, Life, Moment]] = []
    for day in days:
        for life in city.lives(day):
            life.code = f"{life.code[:-5]}{cycle:03d}{life.code[-4:]}"
            moments += [(m.at, life.code, life, m) for m in life.moments]
    moments.sort(key=lambda x: x[:2])
    for at, code, life, moment in moments:
        yield code, encode(event_of(life, moment, at))


def event_of(life: Life, moment: Moment, at: int) -> DossierEvent:
    """A moment of a life as the normalised event that ingest would make of it, arriving at an instant."""
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
