"""The open dossiers of one partition and which stages each has crossed; what is newly crossed becomes rows of the outbox. No I/O, no clock.

One heap of the next instants worth looking at instead of a timer a dossier. A dossier that ended is not kept: its ledger is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from sys import intern
from typing import NamedTuple

from dunghen.contracts.messages import Notice
from dunghen.domain.policy import Policy
from dunghen.domain.warnings import Facts, crossings, facts_of, next_crossing
from services.alerts.decisions import Case, Live, decide, supersession
from services.alerts.ports import Progress, Row

Told = frozenset[str]  # names of stages
NOTHING: Told = frozenset()
Spoken = frozenset[tuple[str, str]]  # (stage, unit) as the ledger has them


class Entry(NamedTuple):
    """An open dossier. `look_at`: the next instant at which it crosses something (0: none); `told`: the stages decided for `unit`."""

    record: bytes
    look_at: int = 0
    told: Told = NOTHING
    unit: str = ""


@dataclass
class Watch:
    """`live` says since when, and from which outage, this process decides. `decided_to`: every crossing up to it is decided."""

    policy: Policy
    live: Live
    dossiers: dict[bytes, Entry] = field(default_factory=dict)
    decided_to: int = 0
    before_live: int = 0  # crossings from before go-live: decided by that rule alone, without a row
    unreadable: int = 0
    _heap: list[tuple[int, bytes]] = field(default_factory=list)

    def put(self, key: bytes, record: bytes | None, now: int) -> list[Row]:
        """A new record of a dossier (None: gone), by which it may turn out that stages were crossed long ago."""
        old = self.dossiers.get(key)
        if record is None:
            self.dossiers.pop(key, None)
            return []
        if old is None:
            return self._look(key, Entry(record), now, by_event=True)
        return [] if old.record == record else self._look(key, old._replace(record=record), now, by_event=True)

    def look(self, now: int) -> list[Row]:
        """Everything that came due up to now, by the clock alone."""
        rows = []
        while self._heap and self._heap[0][0] <= now:
            at, key = heappop(self._heap)
            entry = self.dossiers.get(key)
            if entry is not None and entry.look_at == at:  # else it was looked at again meanwhile
                rows += self._look(key, entry, now, by_event=False)
        self.decided_to = max(self.decided_to, now)
        return rows

    def adopt(self, policy: Policy, now: int) -> list[Row]:
        """Another policy: every dossier is looked at under it; what it moves into the past counts as told by an event."""
        rows = self.look(now)
        self.policy = policy
        for key, entry in list(self.dossiers.items()):
            rows += self._look(key, entry, now, by_event=True)
        return rows

    def start(self, records: Mapping[bytes, tuple[bytes, int]], progress: Progress | None) -> list[bytes]:
        """Takes over the newest {key: (record, source offset)}. Gives the dossiers of which only the ledger knows what was told.

        Of the others it is known: every stage that they had crossed up to `progress.decided_to`.
        """
        unsure = []
        self.decided_to = progress.decided_to if progress else self.live.since
        for key, (record, offset) in records.items():
            facts, _ = self._facts(record)
            if facts is None:
                continue
            known = progress is not None and offset < progress.next and progress.policy == self.policy.version and facts.due_at > 0
            if not known:
                unsure.append(key)
            self.dossiers[key] = Entry(record, 0, self._crossed_by(facts) if known else NOTHING, facts.unit)
        return unsure

    def _crossed_by(self, facts: Facts) -> Told:
        return frozenset(c.stage.name for c in crossings(facts, self.policy) if c.at <= self.decided_to)

    def resume(self, unsure: Iterable[bytes], spoken: Mapping[str, Spoken], now: int) -> list[Row]:
        """After `start`: what the outage held. `spoken`: what the ledger has of the unsure dossiers, under whatever due date.

        Such a stage still holds if it was crossed, by the present due date, before the outage; else the dossier has left it since.
        """
        moved = set(unsure)
        for key in moved:
            entry = self.dossiers[key]
            facts, _ = self._facts(entry.record)
            told = frozenset(stage for stage, unit in spoken.get(key.decode(), ()) if unit == entry.unit)
            self.dossiers[key] = entry._replace(told=told & self._crossed_by(facts) if facts and facts.due_at else told)
        rows = []
        for key, entry in list(self.dossiers.items()):
            rows += self._look(key, entry, now, by_event=key in moved)
        self.decided_to = max(self.decided_to, now)
        self._heap = [(entry.look_at, key) for key, entry in self.dossiers.items() if entry.look_at]
        heapify(self._heap)
        return rows

    def supersession(self, notice: Notice, now: int) -> str:
        """Why a pending notice has lost its sense; "" if it has not."""
        entry = self.dossiers.get(notice.dossier.encode())
        if entry is None:
            return "ENDED"
        facts, why = self._facts(entry.record)
        return supersession(notice, facts, crossings(facts, self.policy), now) if facts and not why else why

    def _look(self, key: bytes, entry: Entry, now: int, *, by_event: bool) -> list[Row]:
        facts, _ = self._facts(entry.record)
        if facts is None:
            self.dossiers.pop(key, None)
            return []
        told = entry.told if entry.unit in (facts.unit, "") else NOTHING  # another unit has not heard of it
        found = crossings(facts, self.policy)
        rows, before_live = decide(Case(key.decode(), facts, found, told), self.live, now, by_event=by_event)
        self.before_live += before_live
        if facts.due_at:  # else what was told stays: after a pause the same stage is not told again
            told = frozenset(c.stage.name for c in found if c.at <= now)
        look_at = next_crossing(found, now)
        self.dossiers[key] = Entry(entry.record, look_at, told, intern(facts.unit))
        if look_at:
            heappush(self._heap, (look_at, key))
        return rows

    def _facts(self, record: bytes) -> tuple[Facts | None, str]:
        try:
            return facts_of(record, self.policy)
        except ValueError:
            self.unreadable += 1
            return None, "UNREADABLE"
