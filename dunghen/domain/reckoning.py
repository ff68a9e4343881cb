"""From a dossier's record to its instants: received, ended, due, first promised, pauses. What `marks` and `standing` both build on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dunghen.domain.deadline import due_at
from dunghen.domain.ending import End, ended
from dunghen.domain.pauses import Pause, Term, pauses_of, stretch
from dunghen.domain.record_layout import SYNCED
from dunghen.domain.record_reading import Head, read
from dunghen.domain.rules import DossierRules
from dunghen.domain.statuses import ACCEPTING, NEW, PAYMENT, SUPPLEMENT


class Reckoning(NamedTuple):
    """The instants of one dossier (0: none). `due_at` is 0 also while the clock is stopped; `pauses` are those that had an effect."""

    head: Head
    instants: Sequence[int]  # of the steps
    statuses: bytes
    received_at: int
    end: End
    first_due_at: int
    due_at: int
    pauses: tuple[Pause, ...]

    @property
    def stopped(self) -> bool:
        """Whether the clock stands still now."""
        return bool(self.pauses) and not self.pauses[-1].ended


def reckon(record: bytes, rules: DossierRules) -> Reckoning | None:
    """None for what is outside every rate: retracted, never accepted, known by steps only, or "new" as the last word (`domain.md` §4).

    Raises ValueError for a record that cannot be read.
    """
    head, instants, statuses = read(record)
    word = last_word(head, instants, statuses)
    if head.kind != SYNCED or word == NEW:
        return None
    received = head.received if head.received and head.accepted_at else _received_at(head, instants, statuses)
    if not received:
        return None
    end = ended(head, instants, statuses, word)
    if head.first_due and SUPPLEMENT not in statuses and PAYMENT not in statuses:
        return Reckoning(head, instants, statuses, received, end, head.first_due, head.due or head.first_due, ())
    promised, due, pauses = _by_the_limit(head, received, pauses_of(instants, statuses, received, end.at), rules)
    return Reckoning(head, instants, statuses, received, end, promised, due, pauses)


def last_word(head: Head, instants: Sequence[int], statuses: bytes) -> int:
    """The last word on a dossier's status: the last step if it is later than the newest sync, else that sync."""
    return statuses[-1] if instants and instants[-1] > head.occurred_at else head.status


def _received_at(head: Head, instants: Sequence[int], statuses: bytes) -> int:
    """NgayTiepNhan, else the earliest proof of acceptance; 0 if there is no such proof at all."""
    proofs = [at for at, status in zip(instants, statuses, strict=True) if status in ACCEPTING]
    if head.accepted_at:
        proofs.append(head.accepted_at)
    return (head.received or min(proofs)) if proofs else 0


def _by_the_limit(head: Head, received_at: int, pauses: list[Pause], rules: DossierRules) -> tuple[int, int, tuple[Pause, ...]]:
    """What needs the procedure's limit: (first promise, also one that nobody gave; effective due; the pauses that had an effect)."""
    received_day = rules.zone.day_of(received_at)
    limit = rules.limit_of(head.procedure, received_day)
    promised = head.first_due
    if not promised and limit is not None:
        promised = due_at(received_at, limit, rules.calendar)
    if not pauses:
        return promised, head.due or promised, ()
    return promised, *stretch(tuple(pauses), Term(promised, head.due, limit, rules.supplement_rule_on(received_day), rules.calendar))
