"""Raw events of a dossier: the same document whatever order and how often they come, and never a word too much."""

from __future__ import annotations

from random import Random
from typing import Any

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.feeds import Patience
from dunghen.domain.policy import Policy
from services.api.dossier_events import MOST_EVENTS, Course, body_of, course_of, events_shown, joined, setter_of

AT = 1_794_790_800  # Monday 2026-11-16 08:00 in Đà Nẵng
POLICY = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"}})
PATIENCE = Patience(900, 86400)


def event(n: int, **more: Any) -> DossierEvent:
    given = {"kind": "progressed", "status": 4, "occurred_at": AT + n, "arrived_at": (AT + n) * 10**6, "source": "one-stop", **more}
    return DossierEvent(**{"id": f"{n:016x}", "dossier": "D-1", "unit": "20242", "handler": "p00000000000000aa", **given})


def test_any_order_and_repetition_gives_the_same_events() -> None:
    r = Random(6)
    records = [(0, n, event(r.randrange(20))) for n in range(30)]
    course, at = Course(), 0
    while at < len(records):
        at, begin = at + r.randrange(1, 6), max(0, at - r.randrange(4))
        course = joined(course, records[begin:at]) or course
    whole = joined(Course(), records)
    assert whole is not None
    assert (course.events, course.places) == (whole.events, {0: 30})
    assert joined(course, records) is None


def test_a_record_that_was_copied_to_another_partition_is_the_same_event() -> None:
    course = joined(Course(), [(0, 4, event(1)), (0, 9, event(2))])
    again = joined(course or Course(), [(5, 0, event(1)), (5, 1, event(2)), (5, 2, event(3))])
    assert again is not None
    assert [e.occurred_at - AT for e in again.events] == [1, 2, 3]
    assert again.places == {0: 10, 5: 3}


def test_a_document_holds_the_newest_and_says_how_many_it_does_not() -> None:
    course = joined(Course(), [(0, n, event(n)) for n in range(MOST_EVENTS + 7)])
    assert course is not None
    more = joined(course, [(0, MOST_EVENTS + 7, event(MOST_EVENTS + 7))])
    assert more is not None
    assert (len(more.events), more.left_off, more.events[0].occurred_at) == (MOST_EVENTS, 8, AT + 8)
    assert course_of(body_of(more)) == more


def test_no_official_is_kept_and_late_is_what_a_silent_feed_would_have_been() -> None:
    course = joined(Course(), [(0, 0, event(0)), (0, 1, event(60, arrived_at=(AT + 60 + 901) * 10**6))])
    assert course is not None
    assert [(e["late"], e["arrived_at"]) for e in events_shown(course, POLICY, PATIENCE)] == [
        (False, "2026-11-16T08:00:00+07:00"),
        (True, "2026-11-16T08:16:01+07:00"),
    ]
    assert set(events_shown(course, POLICY, PATIENCE)[0]) == {
        "kind", "status", "unit", "occurred_at", "arrived_at", "late", "source", "steps",
    }  # fmt: skip


def test_who_set_a_pause_is_the_step_or_the_sync_that_has_it() -> None:
    synced = event(50, kind="synced", status=5, steps=((5, AT + 10), (4, AT + 20)), source="national")
    course = joined(Course(), [(0, 0, event(10, status=5)), (0, 1, synced)])
    assert course is not None
    assert setter_of(course, AT + 10, 5, POLICY.zone) == {"source": "one-stop", "arrived_at": "2026-11-16T08:00:10+07:00"}
    only = joined(Course(), [(0, 1, synced)])
    assert setter_of(only or Course(), AT + 10, 5, POLICY.zone)["source"] == "national"
    assert setter_of(course, AT + 50, 5, POLICY.zone)["source"] is None  # a sync's bare 5 is no pause
