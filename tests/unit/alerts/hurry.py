"""Dossiers that change faster than anybody looks: what is told of each comes out of order and at once, policies change meanwhile.

The fold and alerts are behind and away by turns, each on its own, but never further than the slack that the audit is given.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from alerts_world import AN_KHE, BODIES, HAI_CHAU, World, book_of, local, stepped, synced
from msgspec.structs import replace

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.policy import Policy
from dunghen.domain.record import fold
from services.alerts.watch import look_at_of

CITY: dict[str, Any] = {
    **BODIES,
    "stages": {
        **BODIES["stages"],
        "messages": "07:00-19:00",
        "digest_at": "07:30",
        "stages": [{**stage, "digest": stage["stage"] == "half"} for stage in BODIES["stages"]["stages"]],
    },
}  # what is halfway waits for the list of the next morning
BEGIN = local("2026-11-23 08:00")
SLACK = 600
AWAY = 250  # seconds for which one of them is away, at most
LAST = BEGIN + 5400  # nothing arrives later
END = BEGIN + 4 * 3600
DOSSIERS = 12
GAPS = ((0, 0), (0, 0), (0, 3), (5, 60), (60, 500), (700, 2000))  # seconds between two words of one dossier


class Arrival(NamedTuple):
    """One event, by when it arrives."""

    at: int
    event: DossierEvent


def life(chance: random.Random, dossier: str, policy: Policy) -> Iterator[Arrival]:
    """One dossier from its first word to its last. It comes near a stage while somebody looks, by each of its due dates."""
    calendar, at = policy.calendar, BEGIN + chance.randrange(3600)
    received = BEGIN - 60 * chance.randrange(60, 20 * 24 * 60)

    def due() -> int:
        spent = calendar.between(received, BEGIN + chance.randrange(-600, 9000))
        return calendar.add(received, spent * 10 // chance.choice((5, 9, 10)))

    def past() -> int:
        return received + int((BEGIN - received) * chance.random())

    said: dict[str, Any] = {"received": received, "due": due(), "unit": HAI_CHAU}

    def whole(status: int, **changed: Any) -> DossierEvent:
        said.update(changed)
        return synced(at, dossier=dossier, status=status, **said)

    def step() -> DossierEvent:
        return stepped(past(), chance.choice((4, 4, 5, 6, 9, 10)), dossier)

    def now() -> DossierEvent:
        return stepped(at, chance.choice((4, 5, 9)), dossier)

    def retracted() -> DossierEvent:
        return DossierEvent(id=f"{at:016x}", kind="retracted", dossier=dossier, unit="", status=0, occurred_at=at, arrived_at=0)

    turns = (
        (6, step),
        (3, now),
        (3, lambda: whole(9, ended=past())),
        (3, lambda: whole(4, ended=0)),
        (4, lambda: whole(4, due=due())),
        (2, lambda: whole(4, unit=chance.choice((HAI_CHAU, AN_KHE)))),
        (1, retracted),
    )
    yield Arrival(at, whole(2))
    for turn in chance.choices([turn for _, turn in turns], [weight for weight, _ in turns], k=chance.randrange(0, 9)):
        at = min(at + chance.randint(*chance.choice(GAPS)), LAST)
        yield Arrival(at, turn())
    at = min(at + chance.randint(*chance.choice(GAPS)), LAST)
    yield Arrival(at, whole(chance.choice((4, 4, 9)), ended=0))


@dataclass
class Hurry:
    """`run` plays all of it; then `world` has events and ledger, `policies` what was in force since when, `lines` what happened when."""

    seed: int
    world: World = field(default_factory=lambda: World("2026-11-23 08:00"))
    policies: list[tuple[int, Policy]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    chance: random.Random = field(init=False)
    _folded: dict[bytes, bytes] = field(default_factory=dict)
    _waiting: deque[tuple[int, bytes, bytes]] = field(default_factory=deque)  # what the fold has yet to write, and when it does
    _unread: deque[tuple[int, int, dict[str, Any]]] = field(default_factory=deque)  # policies: when alerts reads which
    _written: int = 0  # records of `dossiers`
    _up: bool = True

    def __post_init__(self) -> None:
        self.chance, self.world.book = random.Random(self.seed), book_of(CITY)
        self.policies.append((BEGIN, self.world.book.latest))

    async def run(self) -> Hurry:
        await self.world.start()
        chance = self.chance
        arrivals = sorted(
            (arrival for n in range(DOSSIERS) for arrival in life(chance, f"H17.31-261116-{n:04d}", self.policies[0][1])),
            key=lambda arrival: arrival.at,
        )
        turns = sorted(BEGIN + chance.randrange(LAST - BEGIN) for _ in range(chance.randrange(5)))
        fold_away, away = self._outages(), self._outages()
        moments = sorted({*(a.at for a in arrivals), *turns, *(at for outage in away for at in outage), END})
        now = BEGIN
        while now < END:
            now = self._next(now, moments)
            self.world.clock.at = now
            await self._come_or_go(now, away)
            while turns and turns[0] <= now:
                self._turn_policy(turns.pop(0))
            while arrivals and arrivals[0].at <= now:
                self._arrive(arrivals.pop(0), fold_away)
            self._write(now)
            await self._look(now)
        return self

    def _outages(self) -> list[tuple[int, int]]:
        """Each from one instant to another, which may be the same: begun anew at once."""
        found, at = list[tuple[int, int]](), BEGIN
        for _ in range(self.chance.randrange(4)):
            begins = at + self.chance.randrange(1, 2000)
            found.append((begins, begins + self.chance.choice((0, 1, 10, AWAY))))
            at = found[-1][1] + SLACK + AWAY
        return found

    def _next(self, now: int, moments: list[int]) -> int:
        """The next instant at which anything can happen, or a minute later."""
        looks = map(look_at_of, self.world.handlers.watch.dossiers.values()) if self._up else ()
        ready = [at for at, *_ in [*self._waiting, *self._unread]]
        return min(at for at in (*moments, *looks, *ready, now + 60) if at > now)

    async def _come_or_go(self, now: int, away: list[tuple[int, int]]) -> None:
        up = not any(begins <= now < ends for begins, ends in away)
        if self._up != up or any(begins == ends == now for begins, ends in away):
            self.lines.append(f"{now - BEGIN} alerts {'begins' if up else 'goes'}")
            if up:
                self._read_policies(END)
                self.world.next = self._written
                await self.world.start()
        self._up = up

    def _turn_policy(self, now: int) -> None:
        """Another calendar: four days are off."""
        off, version = self.chance.sample(range(3, 30), 4), self.policies[-1][1].version + 1
        bodies = {**CITY, "calendar": {"overrides": {f"2026-11-{day:02d}": [] for day in off}}}
        self.policies.append((now, book_of(bodies, version).at(version)))
        self._unread.append((now + self.chance.choice((0, 0, 1, 5, AWAY)), version, bodies))
        self.lines.append(f"{now - BEGIN} policy {version}, off {off}, read at {self._unread[-1][0] - BEGIN}")

    def _read_policies(self, now: int) -> None:
        while self._unread and self._unread[0][0] <= now:
            _, version, bodies = self._unread.popleft()
            book_of(bodies, version, self.world.book)

    def _arrive(self, arrival: Arrival, away: list[tuple[int, int]]) -> None:
        """Of what the fold takes in one round it writes the newest record alone."""
        at, event = arrival.at, replace(arrival.event, arrived_at=arrival.at * 1_000_000)
        self.world.events.append(event)
        said = {name: getattr(event, name) for name in ("status", "due", "unit", "ended", "occurred_at") if getattr(event, name)}
        self.lines.append(f"{at - BEGIN} {event.dossier} {event.kind} {said}")
        key = event.dossier.encode()
        record, last = fold(self._folded.get(key), event), self._waiting[-1] if self._waiting else None
        if record is None or record == self._folded.get(key):
            return
        self._folded[key] = record
        if last and last[1] == key and self.chance.random() < 0.5:
            self._waiting[-1] = (last[0], key, record)
            return
        back = next((ends for begins, ends in away if begins <= at < ends), at)
        self._waiting.append((max(back + self.chance.choice((0, 0, 1, 2)), last[0] if last else 0), key, record))

    def _write(self, now: int) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, key, record = self._waiting.popleft()
            self.world.topic_records[key] = (record, self._written)
            self._written += 1
            if self._up:
                self.world.next = self._written
                self.world.handlers.on_record(key, record)

    async def _look(self, now: int) -> None:
        if not self._up:
            return
        self._read_policies(now)
        handlers = self.world.handlers
        handlers.on_tick()
        handlers.courier.delivery._not_before.clear()  # real seconds do not pass here
        handlers.courier._note_at = 0.0
        await self.world.settle()
