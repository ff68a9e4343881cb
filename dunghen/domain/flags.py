"""What a dossier's data should make somebody look at (`domain.md` §2 distortions, §3, §4 "flagged"). A flag never changes a number."""

from __future__ import annotations

from dunghen.domain.days import DAY_SECONDS, Zone
from dunghen.domain.pauses import pauses_of
from dunghen.domain.reckoning import Reckoning
from dunghen.domain.statuses import DONE, FINAL, OPEN, RETURNED, SOFT, SUPPLEMENT, WORKING

FLAGS = {
    "received_assumed": "no date of reception was given: the earliest proof of acceptance stands for it",
    "due_computed": "no due date was ever given: it is computed from the procedure's limit",
    "undated": "ended without any due date: counts as on time",
    "end_assumed": "no date of its end was given: the moment at which the source first said so stands for it",
    "ended_before_received": "the end lies on a day before the reception",
    "due_before_received": "the due date lies on a day before the reception",
    "reopened": "it had ended, and the newest sync says that it is open",
    "reopened_undated": "it was reopened and ended again without a new end date: the first end counts",
    "several_supplements": "papers were asked for more than once",
    "due_moved_later": "the source's due date now lies on a later day than the one first promised",
    "done_without_work": "it ended without ever being in work (a 9 without a 4)",
    "finished_at_reception": "it ended within a minute of its reception",
    "end_backdated": "the end date lies more than a day before the source first said that it ended",
    "end_equals_due": "the end date is exactly the due date",
    "ended_in_last_minutes": "it ended within the last ten minutes before it was due",
}

_A_MINUTE, _LAST_MINUTES = 60, 600


def flags_of(found: Reckoning, zone: Zone) -> frozenset[str]:
    """The names in FLAGS that hold for a dossier."""
    return frozenset(
        name for name, holds in {**_of_reception(found, zone), **_of_course(found, zone), **_of_end(found, zone)}.items() if holds
    )


def _of_reception(found: Reckoning, zone: Zone) -> dict[str, bool]:
    head, due = found.head, found.due_at
    return {
        "received_assumed": not head.received,
        "due_computed": not head.first_due and found.first_due_at > 0,
        "due_before_received": due > 0 and zone.day_of(due) < zone.day_of(found.received_at),
    }


def _of_course(found: Reckoning, zone: Zone) -> dict[str, bool]:
    head = found.head
    requests = [pause for pause in pauses_of(found.instants, found.statuses, 0, 0) if _asks(found, pause.began, pause.ended)]
    return {
        "several_supplements": len(requests) > 1,
        "due_moved_later": head.due > 0 and zone.day_of(head.due) > zone.day_of(head.first_due),
        "reopened": head.status in OPEN and (0 < head.final_at <= head.occurred_at or _step_ended_by(found, head.occurred_at)),
        "reopened_undated": _reopened_undated(found),
    }


def _of_end(found: Reckoning, zone: Zone) -> dict[str, bool]:
    head, end, at = found.head, found.end, found.end.at
    if not at:
        return {}
    stated = end.source == "stated" and head.status in FINAL
    return {
        "undated": not found.due_at,
        "end_assumed": end.source == "assumed",
        "ended_before_received": zone.day_of(at) < zone.day_of(found.received_at),
        "done_without_work": not end.otherwise and WORKING not in found.statuses and not head.said & 1 << WORKING,
        "finished_at_reception": 0 <= at - found.received_at <= _A_MINUTE,
        "end_backdated": stated and head.final_at - at > DAY_SECONDS,
        "end_equals_due": at == found.due_at,
        "ended_in_last_minutes": 0 <= found.due_at - at <= _LAST_MINUTES,
    }


def _asks(found: Reckoning, began: int, ended: int) -> bool:
    steps = zip(found.instants, found.statuses, strict=True)
    return any(status == SUPPLEMENT and began <= at and (not ended or at <= ended) for at, status in steps)


def _step_ended_by(found: Reckoning, by: int) -> bool:
    return any(status in (DONE, RETURNED) and at <= by for at, status in zip(found.instants, found.statuses, strict=True))


def _reopened_undated(found: Reckoning) -> bool:
    """An open sync stood between the 9 or 10 that counts and the newest sync, which says that it is over without a date of a 9 or 10."""
    head, end = found.head, found.end
    undated = head.status in SOFT or (head.status in FINAL and not head.ended)
    return undated and not end.otherwise and 0 < end.at <= head.open_at < head.occurred_at and _had_ended_before_reopening(found)


def _had_ended_before_reopening(found: Reckoning) -> bool:
    return 0 < found.head.final_at <= found.head.open_at or _step_ended_by(found, found.head.open_at)
