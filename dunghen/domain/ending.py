"""When the processing of a dossier ended, and who says so (`domain.md` §4, end of processing)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dunghen.domain.record_reading import Head
from dunghen.domain.statuses import DONE, FINAL, OPEN, RETURNED, SOFT


class End(NamedTuple):
    """An instant (0: not ended), whether it ended by 3, 7 or 8, and where the instant is from."""

    at: int
    otherwise: bool
    source: str  # stated, step, returned, assumed; "" not ended


OPEN_STILL = End(0, False, "")


def ended(head: Head, instants: Sequence[int], statuses: bytes, word: int) -> End:
    """The first 9, else the first 10, else 3, 7 or 8 if that is the last word. A newest sync that says "open" voids what is not later.

    What syncs say of 9 and 10 counts as steps do: also where the newest says 3, 7 or 8 (decision 0004).
    """
    said = head.status in FINAL
    if said and head.ended:
        return End(head.ended, False, "stated")
    since = head.occurred_at if head.status in OPEN else -1
    if nine := _first(DONE, since, instants, statuses):
        return End(nine, False, "step")
    if said and head.returned:
        return End(head.returned, False, "returned")
    if ten := _first(RETURNED, since, instants, statuses):
        return End(ten, False, "step")
    if head.final_at and head.status not in OPEN:
        return End(head.final_at, False, "assumed")
    return _otherwise(head, instants, statuses) if word in SOFT else OPEN_STILL


def _first(wanted: int, since: int, instants: Sequence[int], statuses: bytes) -> int:
    """The first step of a status later than an instant; 0: none."""
    index = statuses.find(wanted)
    while index >= 0:
        if instants[index] > since:
            return instants[index]
        index = statuses.find(wanted, index + 1)
    return 0


def _otherwise(head: Head, instants: Sequence[int], statuses: bytes) -> End:
    """The first step of the last unbroken run of 3, 7 and 8; the newest sync's own word counts unless the last other step is later."""
    busy = len(statuses.rstrip(bytes(SOFT)))
    if head.status not in SOFT:
        since = head.occurred_at if head.status in OPEN else -1
        return End(next(at for at in instants[busy:] if at > since), True, "step")
    run = instants[busy] if busy < len(statuses) else 0
    if head.ended and (not instants or head.occurred_at >= instants[-1]):
        return End(head.ended, True, "stated")
    resumed = instants[busy - 1] if busy else 0
    said_at = head.ended or head.said_soft_at
    if run and not resumed < said_at < run:
        return End(run, True, "step")
    return End(max(said_at, resumed), True, "stated" if head.ended else "assumed")
