"""When a stage's next round begins, and what waits for it."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pace:
    """How a stage works, in seconds of real time. The first round starts at once, the next after twice the time of the last one, within
    `shortest` and `longest`: short when idle, few and large transactions when much comes. A round of more than `many` records is a backlog:
    there nobody waits for the next record in particular, and the larger the transactions the sooner it is done (a dossier and a day
    changed twice are written once). So the wait grows with the records, up to `behind`, and shrinks again with them. Where most of the
    work is done once for each key of a round, however many records it had, the wait may be `rest` rounds long, `late` at most."""

    shortest: float = 0.03
    longest: float = 0.3
    behind: float = 3.0
    rest: float = 0.0
    late: float = 10.0
    many: int = 1000
    settle: float = 0.0  # part of the last round's time that a round waits after its first record: for what comes together
    tick: float = 1.0
    at_once: int = 40_000  # records in one transaction at most, give or take one fetch

    def usual(self, took: float) -> float:
        """Seconds from the beginning of a round that took so long to that of the next one, where there is no backlog."""
        return min(max(2 * took, self.shortest), self.longest)

    def wait(self, count: int, took: float) -> float:
        """The same for a round of so many records."""
        usual = self.usual(took)
        if count <= self.many:
            return usual
        return max(usual, min(self.longest * count / self.many, max(self.behind, min(self.rest * took, self.late))))

    def settling(self, took: float) -> float:
        """Seconds from the first record to the round, where the last one took so long; never more than `shortest`."""
        return min(self.settle * took, self.shortest)


@dataclass(slots=True)
class Beat:
    """The rounds of one kind of stage in a process begin together: what a fold writes for a unit comes from all partitions at once, and
    the next stage, and who reads it, is woken once for all instead of once for each. `at`: before that no round begins."""

    at: float = 0.0

    def not_before(self, at: float) -> None:
        """A round has ended, and leaves the machine to others until then."""
        self.at = max(self.at, at)


class Waiting:
    """faust events, each a list of records, that wait for the next round of one partition; bounded by records, not by events: one agent
    feeds all partitions of a topic, and under a steady trickle of small batches none may hold up the others."""

    def __init__(self, most: int) -> None:
        self.most, self.records = most, 0
        self.some, self.room = asyncio.Event(), asyncio.Event()
        self.room.set()
        self._events: deque[Any] = deque()

    def __bool__(self) -> bool:
        return bool(self._events)

    async def put(self, event: Any) -> None:
        """Waits while `most` records are here; one agent at a time."""
        await self.room.wait()
        self._events.append(event)
        self._count(len(event.value))

    def pop(self) -> Any:
        """The oldest; raises IndexError where there is none."""
        event = self._events.popleft()
        self._count(-len(event.value))
        return event

    def _count(self, by: int) -> None:
        self.records += by
        for state, holds in ((self.some, bool(self._events)), (self.room, self.records < self.most)):
            state.set() if holds else state.clear()
