"""The first stage, pure: events of dossiers → changed records, changed day counters, dead letters. One state a partition; no I/O, no clock.

State is only as good as the fence under which it was loaded (`architecture.md` §5): nothing here may be used after a refused write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, repeat

import msgspec

from dunghen.contracts.dead_letters import Misplaced, Origin, Reason, dead_letter
from dunghen.contracts.messages import DeadLetter, DossierEvent, decode_event, decode_events
from dunghen.contracts.topics import OWN_KEY, belongs
from dunghen.domain.marks import NO_MARKS, Mark, changes, marks
from dunghen.domain.policy import Policy
from dunghen.domain.record import append_quietly, fold, modern
from dunghen.domain.record_layout import EARLIER
from dunghen.domain.rules import DossierRules
from dunghen.platform.kafka import Record
from services.scoring.brake import Brake
from services.scoring.held_cells import COUNTED, DAYS, Cells, Days, counted
from services.scoring.prune import Past, refusal_of

NEXT, POLICY, RETIRED = OWN_KEY + b"next", OWN_KEY + b"policy", OWN_KEY + b"retired"
AT_ONCE = 2000
Touched = dict[str, set[int]]
Records = dict[bytes, bytes]


class Braked(Exception):
    """Nothing from this source offset on may be set aside."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


@dataclass(slots=True)
class Round:
    """What one round of messages changed. `stopped_at`: the source offset before which the brake stopped it; None: all were taken.

    `foreign`: records that count in another partition.
    """

    records: dict[bytes, bytes] = field(default_factory=dict)
    touched: Touched = field(default_factory=dict)
    dead: list[DeadLetter] = field(default_factory=list)
    stopped_at: int | None = None
    foreign: int = 0


@dataclass(slots=True)
class FoldState:
    """All dossiers of one partition of `dossier-events`, and the day counters they add up to under `policy`."""

    topic: str
    partition: int
    policy: Policy
    records: dict[bytes, bytes] = field(default_factory=dict)
    cells: Cells = field(default_factory=Cells)
    counted: bytes = b""  # as loaded: by what, and how far, `cells` were counted
    next: int = 0  # as loaded: the source offset that comes after what the state holds; then the stage's business
    published: int = 0  # the policy version under which this partition's cells stand in `unit-days`; 0: none yet
    retired: tuple[int, ...] = ()  # versions whose cells still stand there and may go
    converted: set[bytes] = field(default_factory=set)  # dossiers that the topic has in the layout of an earlier release
    past: Past = field(default_factory=Past)
    brake: Brake = field(default_factory=Brake)
    partitions: int = 0  # of the source topic; 0: whatever stands in this one counts

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """One record of `dossiers` while loading."""
        if key is None:
            return
        if key.startswith(OWN_KEY):
            self._take_own(key, value)
        elif value is None:
            self.records.pop(key, None)
        elif value[1:2] in EARLIER:
            self.records[key] = modern(value)
            self.converted.add(key)
        else:
            self.records[key] = value

    def _take_own(self, key: bytes, value: bytes | None) -> None:
        if key.startswith(DAYS):
            self.cells.take(key, value)
        elif key == COUNTED:
            self.counted = value or b""
        elif key == NEXT:
            self.next = int(value or 0)
        elif key == POLICY:
            self.published = int(value or 0)
        elif key == RETIRED:
            self.retired = tuple(int(v) for v in (value or b"").split(b",") if v)
        else:
            self.past.take(key, value)

    def adopt(self, policy: Policy) -> bool:
        """Takes the counters as they were loaded, if they are what this program would count under `policy`; else False: count anew."""
        if self.counted != counted(policy, self.next):
            return False
        self.policy = policy
        return True

    def recount(self, policy: Policy) -> Cells:
        """Adopts a policy: counts every dossier anew under it; what is frozen stays as it was counted. Gives the cells."""
        for _ in self.recounting(policy):
            pass
        return self.cells

    def recounting(self, policy: Policy) -> Iterator[None]:
        """The same in parts of AT_ONCE dossiers; nothing may be applied before the last.

        For a takeover, where other stages of this process have transactions open that the broker ends after 10 seconds.
        """
        self.policy, self.cells = policy, Cells({unit: Days(days) for unit, days in self.past.cells().items()})
        records = iter(self.records.values())
        while part := list(islice(records, AT_ONCE)):
            cells_under(part, policy, self.cells)
            yield

    def apply(self, messages: Iterable[Record]) -> Round:
        """Folds one round of new source records in, as far as the brake lets it, and gives what that changed."""
        done, loud, messages = Round(), set[bytes](), list(messages)
        events = decode_events([message.value or b"" for message in messages]) or repeat(None)
        try:
            self._fold_all(zip(messages, events, strict=False), done, loud)
        except Braked as stop:
            done.stopped_at = stop.offset
        done.touched = _shift_all(self.cells, (self.records, done.records, loud), self.policy.rules)
        self.records.update(done.records)
        return done

    def _fold_all(self, read: Iterable[tuple[Record, DossierEvent | None]], done: Round, loud: set[bytes]) -> None:
        """`loud` gets the keys of dossiers whose marks may have changed. The records stay as they were before the round."""
        changed, known, horizon, all_fresh = done.records, self.records.get, self.past.horizon, not self.past.doomed
        for message, event in read:
            key = message.key or b""
            if event is not None and event.kind == "progressed" and all_fresh and event.dossier.encode() == key:
                old = changed.get(key) or known(key)
                if old is not None and (new := append_quietly(old, event, horizon)) is not None:
                    changed[key] = new
                    continue
            if self._fold_one(message, event, done):
                loud.add(key)

    def _fold_one(self, message: Record, event: DossierEvent | None, done: Round) -> bool:
        """Whether the record is another one now. `event`: None if it is still to be decoded."""
        key = message.key or b""
        try:
            event = event or decode_event(message.value or b"")
            if event.dossier.encode() != key or key.startswith(OWN_KEY):  # `is_dossier_key`, without the call
                raise Misplaced("the key is not the event's dossier, or one of ours")
            old = done.records.get(key) or self.records.get(key)
            if old is None and self.partitions and not belongs(key, self.partition, self.partitions):
                done.foreign += 1
                return False
            if (self.past.frozen if old is None else self.past.doomed) and self.past.refuses(key, old, self.policy.rules):
                done.dead.append(self._beyond_horizon(message.offset, event))
                return False
            new = fold(old, event, self.past.horizon)
            if new is not None:
                done.records[key] = new
            return new is not None
        except (msgspec.MsgspecError, ValueError) as fault:
            if self.brake.take(message.offset):
                raise Braked(message.offset) from None
            done.dead.append(dead_letter(Origin(self.topic, self.partition, message.offset), message.value, fault))
            return False

    def _beyond_horizon(self, offset: int, event: DossierEvent) -> DeadLetter:
        reason, detail = Reason.BEYOND_HORIZON.value, refusal_of(event, self.past.horizon)
        return DeadLetter(topic=self.topic, partition=self.partition, offset=offset, reason=reason, detail=detail, event=event)


def cells_under(records: Iterable[bytes], policy: Policy, base: Cells | None = None) -> Cells:
    """The day counters that all these dossiers add up to under one policy, on top of `base`, which is used up."""
    cells = Cells() if base is None else base
    rules = policy.rules
    for record in records:
        unit, found = marks(record, rules)
        if found:
            _shift(cells[unit], set(), found)
    return cells


def _shift_all(cells: Cells, changed: tuple[Records, Records, Iterable[bytes]], rules: DossierRules) -> Touched:
    """`changed`: records before and after, and the keys of those that may mark otherwise. Gives {unit: days whose counters changed}."""
    touched: Touched = {}
    before, after, keys = changed
    for key in keys:
        old = before.get(key)
        unit, now = marks(after[key], rules)
        was_unit, was = marks(old, rules) if old is not None else (unit, NO_MARKS)
        if unit == was_unit:
            if was is not now and (found := changes(was, now)):
                _shift(cells[unit], touched.setdefault(unit, set()), found)
        else:
            for moved, found in ((was_unit, changes(was, NO_MARKS)), (unit, changes(NO_MARKS, now))):
                if found:
                    _shift(cells[moved], touched.setdefault(moved, set()), found)
    return touched


def _shift(days: Days, seen: set[int], found: Iterable[Mark]) -> None:
    for day, counter, by in found:
        days[day][counter] += by
        seen.add(day)
