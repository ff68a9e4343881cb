"""The open dossiers of one partition and which stages each has crossed; what is newly crossed becomes rows of the outbox. No I/O, no clock.

One heap of the next instants worth looking at instead of a timer a dossier. A dossier that ended is not kept: its ledger is enough, and
what it crossed before its end without anybody looking gets its row as it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import NamedTuple, TypeVar

from dunghen.contracts.messages import Notice
from dunghen.domain.policy import Policy
from dunghen.domain.recipients import Whose
from dunghen.domain.record import modern
from dunghen.domain.warnings import Crossing, Facts, crossings, ended_with, facts_of, mark_of, next_crossing
from services.alerts.decisions import Case, Live, Moment, decide, instead, lost, over, supersession
from services.alerts.ports import Progress, Row, Spoken

Told = frozenset[str]  # `Crossing.mark`s
Shared = TypeVar("Shared", Told, Whose)
NOTHING: Told = frozenset()
STOPPED = "STOPPED"  # the clock of a notice stands still: it waits for the next event
MOST_SHARED = 100_000


class Entry(NamedTuple):
    """An open dossier. `look_at`: the next instant at which it crosses something (0: none); `told`: the stages decided, for `whose`."""

    record: bytes
    look_at: int = 0
    told: Told = NOTHING
    whose: Whose | None = None


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
    _shared: dict[object, object] = field(default_factory=dict)  # thousands of dossiers have the same stages behind them

    def put(self, key: bytes, record: bytes | None, now: int) -> list[Row]:
        """A new record of a dossier (None: gone), by which it may turn out that stages were crossed long ago."""
        old = self.dossiers.get(key)
        if record is None:
            self.dossiers.pop(key, None)
            return []
        record = modern(record)
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
        for key, (packed, offset) in records.items():
            record = modern(packed)
            facts, why = self._facts(record)
            if facts is None:
                if why == "ENDED" and offset >= (progress.next if progress else 0) and self._ended_since_live(record):
                    self.dossiers[key] = Entry(record)  # until `resume`
                continue
            settled = all(running.due_at for running in facts.clocks)
            known = progress is not None and offset < progress.next and progress.policy == self.policy.version and settled
            if not known:
                unsure.append(key)
            self.dossiers[key] = Entry(record, 0, self._crossed_by(facts) if known else NOTHING, self._share(facts.whose))
        return unsure

    def _ended_since_live(self, record: bytes) -> bool:
        ended = ended_with(record, self.policy)
        return ended is not None and ended.at >= self.live.since

    def _crossed_by(self, facts: Facts) -> Told:
        return self._share(frozenset(c.mark for c in crossings(facts, self.policy) if c.at <= self.decided_to))

    def resume(self, unsure: Iterable[bytes], spoken: Mapping[str, frozenset[Spoken]], now: int) -> list[Row]:
        """After `start`: what the outage held. `spoken`: what the ledger has of the unsure dossiers, under whatever due date.

        Such a stage still holds if it was crossed, by the present due date, before the outage; else the dossier has left it since.
        """
        moved = set(unsure)
        for key in moved:
            self.dossiers[key] = self._recalled(self.dossiers[key], spoken.get(key.decode(), frozenset()))
        rows = []
        for key, entry in list(self.dossiers.items()):
            rows += self._look(key, entry, now, by_event=key in moved)
        self.decided_to = max(self.decided_to, now)
        self._heap = [(entry.look_at, key) for key, entry in self.dossiers.items() if entry.look_at]
        heapify(self._heap)
        return rows

    def _recalled(self, entry: Entry, spoken: frozenset[Spoken]) -> Entry:
        facts, _ = self._facts(entry.record)
        if facts is None:
            return entry
        here = [each for each in spoken if each.unit == facts.whose.unit and each.clock != "feed" and not each.over]
        marks = {mark_of(each.clock, each.due_at, each.stage) for each in here}
        stopped = {running.clock for running in facts.clocks if not running.due_at}
        told = frozenset(mark for mark in marks if mark in self._crossed_by(facts) or mark.partition(":")[0] in stopped)
        handlers = {each.handler for each in here}
        passed_on = bool(handlers) and not handlers & {facts.whose.handler, ""}
        whose = Whose(facts.whose.unit, max(handlers)) if passed_on else facts.whose
        return entry._replace(told=self._share(told), whose=self._share(whose))

    def supersession(self, notice: Notice, now: int) -> str:
        """Why a pending notice has lost its sense; "" if it has not; what waits is NOT_YET or STOPPED."""
        case, why = self.case_of(notice.dossier)
        if case is None:
            return why
        stopped = any(running.clock == notice.clock and not running.due_at for running in case.facts.clocks)
        return STOPPED if stopped else supersession(notice, case, Moment(now, self.policy))

    def lost(self, notice: Notice, now: int) -> str:
        """Why its recipient is not told any more, asked now; "" if that one is. See `decisions.lost`."""
        case, _ = self.case_of(notice.dossier)
        return lost(notice, case, self.live, Moment(now, self.policy)) if case else ""

    def instead(self, notice: Notice, now: int) -> list[Row]:
        """What takes the place of a notice that was never sent. See `decisions.instead`."""
        case, _ = self.case_of(notice.dossier)
        return instead(notice, case, self.live, Moment(now, self.policy)) if case else []

    def case_of(self, dossier: str) -> tuple[Case | None, str]:
        """The dossier as it stands; where it is not open, why: ENDED, OUTSIDE, UNREADABLE."""
        entry = self.dossiers.get(dossier.encode())
        if entry is None:
            return None, "ENDED"
        facts, why = self._facts(entry.record)
        return (Case(dossier, facts, crossings(facts, self.policy), entry.told), why) if facts else (None, why)

    def _look(self, key: bytes, entry: Entry, now: int, *, by_event: bool) -> list[Row]:
        facts, why = self._facts(entry.record)
        if facts is None:
            self.dossiers.pop(key, None)
            return self._over(key, entry, now) if why == "ENDED" else []
        found = crossings(facts, self.policy)
        before = entry.whose if entry.whose not in (None, facts.whose) else None
        decided = decide(Case(key.decode(), facts, found, entry.told, before), self.live, Moment(now, self.policy, by_event))
        self.before_live += decided.before_live
        look_at = next_crossing(found, now)
        goes_on = any(running.due_at for running in facts.clocks)
        whose = (
            facts.whose if goes_on else entry.whose or facts.whose
        )  # who heard last: what passes to others meanwhile is said when the clock goes on
        self.dossiers[key] = Entry(entry.record, look_at, self._behind(entry.told, facts, found, now), self._share(whose))
        if look_at:
            heappush(self._heap, (look_at, key))
        return decided.rows

    def _over(self, key: bytes, entry: Entry, now: int) -> list[Row]:
        """What it crossed, and ended before anybody looked. Where it was not open here (no `whose`) only the ledger knows what was told."""
        ended = ended_with(entry.record, self.policy)
        if ended is None:
            return []
        known_to = 1 if entry.whose else max(1, self.decided_to)
        return over(Case(key.decode(), ended.facts, ended.crossed, entry.told), self.live, Moment(now, self.policy), known_to)

    def _behind(self, told: Told, facts: Facts, found: list[Crossing], now: int) -> Told:
        """What counts as told from now on. Of a clock that stands still that stays: after a pause the same stage is not told again."""
        stopped = {running.clock for running in facts.clocks if not running.due_at}
        kept = {mark for mark in told if mark.partition(":")[0] in stopped} if stopped else set[str]()
        return self._share(frozenset(kept.union(c.mark for c in found if c.at <= now)))

    def _share(self, value: Shared) -> Shared:
        if len(self._shared) > MOST_SHARED:
            self._shared.clear()
        return self._shared.setdefault(value, value)  # type: ignore[return-value]

    def _facts(self, record: bytes) -> tuple[Facts | None, str]:
        try:
            return facts_of(record, self.policy)
        except ValueError:
            self.unreadable += 1
            return None, "UNREADABLE"
