"""The open dossiers of one partition and which stages each has crossed; what is newly crossed becomes rows of the outbox. No I/O, no clock.

Kept of a dossier: the next instant worth looking at (4 bytes), then its record. What it has crossed before that instant is what was decided
of it, so nothing more is kept but of those whose clock stands still. A dossier that ended is not kept: its ledger is enough, and what it
crossed before its end without anybody looking gets its row as it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from dunghen.contracts.messages import Notice
from dunghen.domain.policy import Policy
from dunghen.domain.recipients import Whose
from dunghen.domain.record import modern
from dunghen.domain.warnings import Crossing, Facts, crossings, ended_with, facts_of, is_retracted, next_crossing, said_again
from services.alerts.agenda import Agenda
from services.alerts.decisions import Asking, Case, Live, Moment, decide, instead, lost, over, supersession
from services.alerts.ports import Progress, Row
from services.alerts.recalled import recalled

Told = frozenset[str]  # `Crossing.mark`s
NOTHING: Told = frozenset()
STOPPED = "STOPPED"  # the clock of a notice stands still: it waits for the next event
INSTANT = 4  # bytes before a record


class Before(NamedTuple):
    """What was decided of a dossier when it was looked at last: these stages, for `whose`; None: it was not open here. `back`: it was open
    before, and then outside (retracted)."""

    told: Told = NOTHING
    whose: Whose | None = None
    back: bool = False


class Unsure(NamedTuple):
    """An open dossier of which only the ledger knows what was told."""

    key: bytes
    record: bytes
    facts: Facts


class Newest(NamedTuple):
    """The newest {dossier: record} of a partition, and which of them were written at or behind the offset asked for."""

    records: dict[bytes, bytes]
    changed: set[bytes]


def look_at_of(kept: bytes) -> int:
    """The next instant at which a dossier crosses something; 0: none."""
    return int.from_bytes(kept[:INSTANT], "big")


@dataclass
class Watch:
    """`live` says since when, and from which outage, this process decides. `decided_to`: every crossing up to it is decided.

    `dossiers`: what is kept of each open one, `_apart` what more of those whose clock stands still.
    """

    policy: Policy
    live: Live
    dossiers: dict[bytes, bytes] = field(default_factory=dict)
    decided_to: int = 0
    looks: int = 0  # for the clock's sake
    before_live: int = 0  # crossings from before go-live: decided by that rule alone, without a row
    unreadable: int = 0
    _apart: dict[bytes, Before] = field(default_factory=dict)
    _outside: dict[bytes, str] = field(default_factory=dict)  # no longer open, and not ended either: why (retracted: OUTSIDE)
    _ended: list[tuple[bytes, bytes]] = field(default_factory=list)  # from `start` to `resume`, as the next two
    _changed: set[bytes] = field(default_factory=set)
    _retracted: set[bytes] = field(default_factory=set)
    _sure: bool = False

    def __post_init__(self) -> None:
        self._agenda = Agenda(lambda key: look_at_of(self.dossiers.get(key, b"")))

    def put(self, key: bytes, record: bytes | None, now: int) -> list[Row]:
        """A new record of a dossier (None: gone), by which it may turn out that stages were crossed long ago."""
        kept = self.dossiers.get(key)
        if record is None:
            self._drop(key)
            return []
        record = modern(record)
        if kept is None:
            return self._look(key, record, Before(back=key in self._outside), Moment(now, self.policy, by_event=True))
        if kept[INSTANT:] == record:
            return []
        return self._look(key, record, self._before(key, kept), Moment(now, self.policy, by_event=True))

    def look(self, now: int) -> list[Row]:
        """Everything that came due up to now, by the clock alone."""
        rows = []
        for key in self._agenda.due(now):
            kept = self.dossiers[key]
            rows += self._look(key, kept[INSTANT:], self._before(key, kept), Moment(now, self.policy))
            self.looks += 1
        self.decided_to = now  # back with a clock that is put back: what comes to cross something in that time again is not decided yet
        return rows

    def adopt(self, policy: Policy, now: int) -> list[Row]:
        """Another policy: every dossier is looked at under it; what it moves into the past counts as told by an event."""
        rows, former = self.look(now), self.policy
        for key, kept in list(self.dossiers.items()):
            self.policy = former
            before = self._before(key, kept)
            self.policy = policy
            rows += self._look(key, kept[INSTANT:], before, Moment(now, policy, by_event=True))
        self.policy = policy
        return rows

    def start(self, newest: Newest, progress: Progress | None) -> Sequence[bytes]:
        """Takes the records over, as its own, and gives their dossiers: to be sorted, those that are unsure recalled, then `resume`.

        A part at a time: a million at once would keep everything else of the process waiting for a minute.
        """
        self.dossiers, self._changed = newest
        self.decided_to = min(progress.decided_to, self.live.back_at) if progress else self.live.since
        self._sure = progress is not None and progress.policy == self.policy.version
        return list(self.dossiers)

    def sort(self, dossiers: Iterable[bytes]) -> list[Unsure]:
        """Gives those of them of which only the ledger knows what was told.

        Of the others it is known: every stage that they had crossed up to `Progress.decided_to`. What is not open is let go.
        """
        unsure = []
        for key in dossiers:
            record = modern(self.dossiers[key])
            facts, why = self._facts(record)
            if facts is None:
                self._leave_out(key, why)
                if is_retracted(record):
                    self._retracted.add(key)
                if why == "ENDED" and key in self._changed and self._ended_since_live(record):
                    self._ended.append((key, record))
            elif self._sure and key not in self._changed and all(running.due_at for running in facts.clocks):
                self._keep(key, record, next_crossing(crossings(facts, self.policy), self.decided_to))
            else:
                unsure.append(Unsure(key, record, facts))
                self._keep(key, record, 0)
        return unsure

    def _ended_since_live(self, record: bytes) -> bool:
        ended = ended_with(record, self.policy)
        return ended is not None and ended.at >= self.live.since

    def recall(self, unsure: Iterable[Unsure], spoken: Mapping[str, Sequence[Row]], now: int) -> list[Row]:
        """What an outage held of these. `spoken`: what the ledger has of them, under whatever due date.

        Such a stage still holds if it was crossed, by the present due date, before the outage; else the dossier has left it since.
        """
        rows, moment = list[Row](), Moment(now, self.policy, by_event=True)
        for each in unsure:
            facts, before = self._recalled(each.facts, spoken.get(each.key.decode(), ()))
            rows += self._decide((each.key, each.record), facts, before, moment)
        return rows

    def resume(self, now: int) -> list[Row]:
        """What it held of all others, and of those that have ended in it."""
        rows = [row for key, record in self._ended for row in self._over(key, record, Before(), now)]
        self._ended, self._changed = [], set()
        return rows + self.look(now)

    def forget_outside(self, but: Set[str]) -> None:
        """Why dossiers are not open is not kept any more, but of these and of what was retracted: it may be said again."""
        self._outside = {key: why for key, why in self._outside.items() if key in self._retracted or key.decode() in but}
        self._retracted = set()

    def _recalled(self, facts: Facts, spoken: Sequence[Row]) -> tuple[Facts, Before]:
        """What the ledger has of it, in the name of whatever unit, and whose it was when the last of that was decided."""
        crossed = {c.mark for c in crossings(facts, self.policy) if c.at <= self.decided_to}
        found = recalled(spoken, facts.whose, crossed, _stopped(facts))
        return said_again(facts) if found.outside else facts, Before(found.told, found.whose)

    def supersession(self, notice: Notice, now: int) -> str:
        """Why a pending notice has lost its sense; "" if it has not; what waits is NOT_YET or STOPPED."""
        case, why = self.case_of(notice.dossier)
        if case is None:
            return why
        stopped = any(running.clock == notice.clock and not running.due_at for running in case.facts.clocks)
        return STOPPED if stopped else supersession(notice, case, Moment(now, self.policy))

    def lost(self, notice: Notice, known: Sequence[Row], now: int) -> str:
        """Why its recipient is not told any more, asked now; "" if that one is. See `decisions.lost`."""
        case, _ = self.case_of(notice.dossier)
        return lost(notice, case, self.live, Asking(Moment(now, self.policy), known)) if case else ""

    def instead(self, notice: Notice, known: Sequence[Row], now: int) -> list[Row]:
        """What takes the place of a notice that was never sent. See `decisions.instead`."""
        case, _ = self.case_of(notice.dossier)
        return instead(notice, case, self.live, Asking(Moment(now, self.policy), known)) if case else []

    def case_of(self, dossier: str) -> tuple[Case | None, str]:
        """The dossier as it stands; where it is not open, why: ENDED, OUTSIDE, UNREADABLE."""
        key = dossier.encode()
        kept = self.dossiers.get(key)
        if kept is None:
            return None, self._outside.get(key, "ENDED")
        facts, why = self._facts(kept[INSTANT:])
        if facts is None:
            return None, why
        found = crossings(facts, self.policy)
        return Case(dossier, facts, found, self._told(key, kept, found)), why

    def _before(self, key: bytes, kept: bytes) -> Before:
        """What was decided of it, by the policy of that time."""
        facts, _ = self._facts(kept[INSTANT:])
        if facts is None:
            return Before()
        apart = self._apart.get(key)
        return Before(self._told(key, kept, crossings(facts, self.policy)), apart.whose if apart else facts.whose)

    def _told(self, key: bytes, kept: bytes, found: Sequence[Crossing]) -> Told:
        look_at, apart = look_at_of(kept), self._apart.get(key)
        told = frozenset(c.mark for c in found if not look_at or c.at < look_at)
        return told | apart.told if apart else told

    def _look(self, key: bytes, record: bytes, before: Before, moment: Moment) -> list[Row]:
        facts, why = self._facts(record)
        if facts is None:
            self._leave_out(key, why)
            return self._over(key, record, before, moment.now) if why == "ENDED" else []
        return self._decide((key, record), said_again(facts) if before.back else facts, before, moment)

    def _decide(self, dossier: tuple[bytes, bytes], facts: Facts, before: Before, moment: Moment) -> list[Row]:
        key, record = dossier
        found = crossings(facts, self.policy)
        passed_on = before.whose if before.whose not in (None, facts.whose) else None
        decided = decide(Case(key.decode(), facts, found, before.told, passed_on), self.live, moment)
        self.before_live += decided.before_live
        self._keep(key, record, next_crossing(found, moment.now), look_at_of(self.dossiers.get(key, b"")))
        self._keep_apart(key, facts, before)
        return decided.rows

    def _keep(self, key: bytes, record: bytes, look_at: int, known: int = 0) -> None:
        self._outside.pop(key, None)
        self.dossiers[key] = look_at.to_bytes(INSTANT, "big") + record
        if look_at and look_at != known:
            self._agenda.add(look_at, key)

    def _keep_apart(self, key: bytes, facts: Facts, before: Before) -> None:
        """Of a clock that stands still what was told stays told: after a pause the same stage is not told again. While none goes on it is
        kept who heard last: what passes to others meanwhile is said when the clock goes on.
        """
        stopped = _stopped(facts)
        told = frozenset(mark for mark in before.told if mark.partition(":")[0] in stopped) if stopped else NOTHING
        goes_on = any(running.due_at for running in facts.clocks)
        whose = facts.whose if goes_on else before.whose or facts.whose
        if told or whose != facts.whose:
            self._apart[key] = Before(told, whose)
        else:
            self._apart.pop(key, None)

    def _drop(self, key: bytes) -> None:
        self.dossiers.pop(key, None)
        self._apart.pop(key, None)
        self._outside.pop(key, None)

    def _leave_out(self, key: bytes, why: str) -> None:
        """It is not open (any more). Why is kept of what was: somebody may be about to be told of it."""
        was_open = key in self.dossiers or key in self._outside
        self._drop(key)
        if was_open and why != "ENDED":
            self._outside[key] = why

    def _over(self, key: bytes, record: bytes, before: Before, now: int) -> list[Row]:
        """What it crossed, and ended before anybody looked. Where it was not open here (no `whose`) only the ledger knows what was told."""
        ended = ended_with(record, self.policy)
        if ended is None:
            return []
        known_to = 1 if before.whose else max(1, self.decided_to)
        return over(Case(key.decode(), ended.facts, ended.crossed, before.told), self.live, Moment(now, self.policy), known_to)

    def _facts(self, record: bytes) -> tuple[Facts | None, str]:
        try:
            return facts_of(record, self.policy)
        except ValueError:
            self.unreadable += 1
            return None, "UNREADABLE"


def _stopped(facts: Facts) -> set[str]:
    """The clocks that stand still."""
    return {running.clock for running in facts.clocks if not running.due_at}
