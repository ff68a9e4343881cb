"""When the processing of a dossier ended, and who says so (`domain.md` §4, end of processing)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dunghen.domain.record import Head, Step
from dunghen.domain.statuses import DONE, FINAL, OPEN, SOFT


class End(NamedTuple):
    """An instant (0: not ended), whether it ended by 3, 7 or 8, and where the instant is from."""

    at: int
    otherwise: bool
    source: str  # stated, step, returned, assumed; "" not ended


OPEN_STILL = End(0, False, "")


def ended(head: Head, steps: Sequence[Step], word: int) -> End:
    """The first 9, else the first 10, else 3, 7 or 8 if that is the last word. A sync that says "open" voids every 9 and 10 up to it."""
    nine, ten = _first_ends(steps, head.occurred_at if head.status in OPEN else -1)
    said = head.status in FINAL
    if said and head.ended:
        return End(head.ended, False, "stated")
    if nine:
        return End(nine, False, "step")
    if said and head.returned:
        return End(head.returned, False, "returned")
    if ten:
        return End(ten, False, "step")
    if said:
        return End(head.said_done_at, False, "assumed")
    return _otherwise(head, steps) if word in SOFT else OPEN_STILL


def _first_ends(steps: Sequence[Step], since: int) -> Step:
    nine = ten = 0
    for at, status in steps:
        if status >= DONE and at > since:
            if status == DONE:
                return at, ten
            ten = ten or at
    return nine, ten


def _otherwise(head: Head, steps: Sequence[Step]) -> End:
    """The first step of the last unbroken run of 3, 7 and 8; the newest sync's own word counts unless the last other step is later."""
    tail = len(steps)
    while tail and steps[tail - 1][1] in SOFT:
        tail -= 1
    run = steps[tail][0] if tail < len(steps) else 0
    if head.status not in SOFT:
        return End(run, True, "step")
    if head.ended and (not steps or head.occurred_at >= steps[-1][0]):
        return End(head.ended, True, "stated")
    resumed = steps[tail - 1][0] if tail else 0
    said_at = head.ended or head.said_soft_at
    if run and not resumed < said_at < run:
        return End(run, True, "step")
    return End(max(said_at, resumed), True, "stated" if head.ended else "assumed")
