"""From a dossier's record to its instants: received, ended, due, first promised, pauses. What `marks` and `standing` both build on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dunghen.domain.deadline import TimeLimit, due_at
from dunghen.domain.ending import End, ended
from dunghen.domain.pauses import Pause, Term, pauses_of, stretch
from dunghen.domain.record import SYNCED, Head, Step, unpack
from dunghen.domain.rules import DossierRules
from dunghen.domain.statuses import ACCEPTING, NEW, PAUSING


class Reckoning(NamedTuple):
    """The instants of one dossier (0: none). `due_at` is 0 also while the clock is stopped; `pauses` are those that had an effect."""

    head: Head
    steps: list[Step]
    received_at: int
    end: End
    first_due_at: int
    due_at: int
    pauses: tuple[Pause, ...]

    @property
    def stopped(self) -> bool:
        """Whether the clock stands still now: there is no due date, and no warning."""
        return bool(self.pauses) and not self.pauses[-1].ended


def reckon(record: bytes, rules: DossierRules) -> Reckoning | None:
    """None for what is outside every rate: retracted, never accepted, known by steps only, or "new" as the last word (`domain.md` §4)."""
    head, steps = unpack(record)
    if head.kind != SYNCED or word_of(head, steps) == NEW:
        return None
    received = _received_at(head, steps)
    if not received:
        return None
    end = ended(head, steps, word_of(head, steps))
    paused = bool(steps) and any(status in PAUSING for _, status in steps)
    if head.first_due and not paused:
        return Reckoning(head, steps, received, end, head.first_due, head.due or head.first_due, ())
    return _with_term(Reckoning(head, steps, received, end, head.first_due, head.due, ()), rules)


def word_of(head: Head, steps: Sequence[Step]) -> int:
    """The last word on a dossier's status: the last step if it is later than the newest sync, else that sync."""
    return steps[-1][1] if steps and steps[-1][0] > head.occurred_at else head.status


def _received_at(head: Head, steps: Sequence[Step]) -> int:
    """NgayTiepNhan, else the earliest proof of acceptance; 0 if there is no such proof at all."""
    if head.received and head.accepted_at:
        return head.received
    proofs = [at for at, status in steps if status in ACCEPTING]
    if head.accepted_at:
        proofs.append(head.accepted_at)
    return (head.received or min(proofs)) if proofs else 0


def _with_term(so_far: Reckoning, rules: DossierRules) -> Reckoning:
    """Adds what needs the procedure's limit: a promise that nobody gave, and the pauses."""
    received_day = rules.zone.day_of(so_far.received_at)
    limit = rules.limit_of(so_far.head.procedure, received_day)
    promised = so_far.first_due_at or _computed(so_far.received_at, limit, rules)
    due = so_far.due_at or promised
    pauses = pauses_of(so_far.steps, so_far.end.at)
    if not pauses or not promised:
        return so_far._replace(first_due_at=promised, due_at=due, pauses=tuple(pauses))
    in_days = limit is not None and limit.in_calendar_days
    term = Term(so_far.received_at, promised, in_days, rules.supplement_rule_on(received_day), rules.calendar)
    moved = stretch(pauses, term)
    if moved.stopped:
        due = 0
    elif rules.zone.day_of(moved.due_at) != rules.zone.day_of(promised):
        due = max(due, moved.due_at)
    return so_far._replace(first_due_at=promised, due_at=due, pauses=moved.pauses)


def _computed(received: int, limit: TimeLimit | None, rules: DossierRules) -> int:
    return due_at(received, limit, rules.calendar) if limit is not None else 0
