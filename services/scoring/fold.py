"""The first stage, pure: events of dossiers → changed records, changed day counters, dead letters. One state a partition; no I/O, no clock.

State is only as good as the fence under which it was loaded (`architecture.md` §5): nothing here may be used after a refused write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import msgspec

from dunghen.contracts.dead_letters import Misplaced, Origin, Reason, dead_letter
from dunghen.contracts.messages import DeadLetter, DossierEvent, decode_event, decode_events
from dunghen.contracts.topics import OWN_KEY
from dunghen.domain.marks import COUNTERS, marks
from dunghen.domain.policy import Policy
from dunghen.domain.record import append_quietly, day_of_arrival, fold, seen_on
from dunghen.platform.kafka import Record
from services.scoring.brake import Brake
from services.scoring.prune import Past, refusal_of

NEXT, POLICY, RETIRED = OWN_KEY + b"next", OWN_KEY + b"policy", OWN_KEY + b"retired"
ZERO = [0] * len(COUNTERS)
Cells = dict[str, dict[int, list[int]]]
Touched = dict[str, set[int]]
Mark = tuple[int, int, int]
MarksOf = Callable[[bytes], tuple[str, Sequence[Mark]]]


class Braked(Exception):
    """Nothing from this source offset on may be set aside."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


@dataclass(slots=True)
class Round:
    """What one round of messages changed. `stopped_at`: the source offset before which the brake stopped it; None: all were taken."""

    records: dict[bytes, bytes] = field(default_factory=dict)
    touched: Touched = field(default_factory=dict)
    dead: list[DeadLetter] = field(default_factory=list)
    stopped_at: int | None = None


@dataclass(slots=True)
class FoldState:
    """All dossiers of one partition of `dossier-events`, and the day counters they add up to under `policy`."""

    topic: str
    partition: int
    policy: Policy
    records: dict[bytes, bytes] = field(default_factory=dict)
    cells: Cells = field(default_factory=dict)
    next: int = 0  # as loaded: the source offset that comes after what the state holds; then the stage's business
    published: int = 0  # the policy version under which this partition's cells stand in `unit-days`; 0: none yet
    retired: tuple[int, ...] = ()  # versions whose cells still stand there and may go
    past: Past = field(default_factory=Past)
    brake: Brake = field(default_factory=Brake)

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """One record of `dossiers` while loading."""
        if key is None:
            return
        if key == NEXT:
            self.next = int(value or 0)
        elif key == POLICY:
            self.published = int(value or 0)
        elif key == RETIRED:
            self.retired = tuple(int(v) for v in (value or b"").split(b",") if v)
        elif key.startswith(OWN_KEY):
            self.past.take(key, value)
        elif value is None:
            self.records.pop(key, None)
        else:
            self.records[key] = value

    def recount(self, policy: Policy) -> Cells:
        """Adopts a policy: counts every dossier anew under it; what is frozen stays as it was counted. Gives the cells."""
        self.policy, self.cells = policy, cells_under(self.records.values(), policy, self.past.cells())
        return self.cells

    def apply(self, messages: Iterable[Record]) -> Round:
        """Folds one round of new source records in, as far as the brake lets it, and gives what that changed."""
        done, before = Round(), dict[bytes, bytes | None]()
        messages = list(messages)
        events = decode_events([message.value or b"" for message in messages]) or repeat(None)
        try:
            for message, event in zip(messages, events, strict=False):
                self._fold_one(message, event, (done, before))
        except Braked as stop:
            done.stopped_at = stop.offset
        done.touched = _shift_all(self.cells, before, self.records, self._marks_of())
        return done

    def _marks_of(self) -> MarksOf:
        rules = self.policy.rules
        return lambda record: marks(record, rules)

    def _fold_one(self, message: Record, event: DossierEvent | None, changes: tuple[Round, dict[bytes, bytes | None]]) -> None:
        """`event`: None if it is still to be decoded. `changes`: what the round did, and the records as they were before it."""
        key, records, (done, before) = message.key or b"", self.records, changes
        try:
            event = event or decode_event(message.value or b"")
            if event.dossier.encode() != key or key.startswith(OWN_KEY):  # `is_dossier_key`, without the call
                raise Misplaced("the key is not the event's dossier, or one of ours")
            old = records.get(key)
            if (self.past.frozen if old is None else self.past.doomed) and self.past.refuses(key, old, self.policy.rules):
                done.dead.append(self._beyond_horizon(message.offset, event))
                return
            horizon = self.past.horizon
            if old is not None and event.kind == "progressed":
                new = append_quietly(old, event.occurred_at, event.status, event.step_due)
                if new is not None:
                    records[key] = done.records[key] = seen_on(new, max(day_of_arrival(event), horizon))
                    return
            new = fold(old, event, horizon)
            if new is not None:
                before.setdefault(key, old)
                records[key] = done.records[key] = new
        except (msgspec.MsgspecError, ValueError) as fault:
            if self.brake.take(message.offset):
                raise Braked(message.offset) from None
            done.dead.append(dead_letter(Origin(self.topic, self.partition, message.offset), message.value, fault))

    def _beyond_horizon(self, offset: int, event: DossierEvent) -> DeadLetter:
        reason, detail = Reason.BEYOND_HORIZON.value, refusal_of(event, self.past.horizon)
        return DeadLetter(topic=self.topic, partition=self.partition, offset=offset, reason=reason, detail=detail, event=event)


def cells_under(records: Iterable[bytes], policy: Policy, base: Cells | None = None) -> Cells:
    """The day counters that all these dossiers add up to under one policy, on top of `base`, which is used up."""
    cells: Cells = {} if base is None else base
    rules = policy.rules
    for record in records:
        unit, found = marks(record, rules)
        if found:
            _shift(cells.setdefault(unit, {}), set(), found, 1)
    return cells


def _shift_all(cells: Cells, before: dict[bytes, bytes | None], records: dict[bytes, bytes], marks_of: MarksOf) -> Touched:
    """Takes back the marks of the records before, adds those of now, only where they differ. Gives {unit: days whose counters changed}."""
    touched: Touched = {}
    for key, old in before.items():
        unit, new_marks = marks_of(records[key])
        old_unit, old_marks = marks_of(old) if old is not None else (unit, ())
        if old_unit == unit and old_marks:
            if old_marks == new_marks:
                continue
            same = set(old_marks) & set(new_marks)
            new_marks = [m for m in new_marks if m not in same]
            old_marks = [m for m in old_marks if m not in same]
        if new_marks:
            _shift(cells.setdefault(unit, {}), touched.setdefault(unit, set()), new_marks, 1)
        if old_marks:
            _shift(cells.setdefault(old_unit, {}), touched.setdefault(old_unit, set()), old_marks, -1)
    return touched


def _shift(days: dict[int, list[int]], seen: set[int], found: Iterable[Mark], sign: int) -> None:
    for day, counter, by in found:
        counters = days.get(day)
        if counters is None:
            counters = days[day] = ZERO[:]
        counters[counter] += by * sign
        seen.add(day)
