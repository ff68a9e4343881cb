"""Ends that the source took back: a stop and a step that goes on, a result and a sync that says open, and what holds is not among them."""

from __future__ import annotations

from typing import Any

from dunghen.contracts.messages import DossierEvent
from services.api.dossier_events import Course, joined
from services.api.taken_back import TakenBack, taken_back


def course(*said: tuple[str, int, int]) -> Course:
    plain: dict[str, Any] = {"dossier": "D-1", "unit": "20242", "source": "s"}
    events = [
        DossierEvent(id=f"{n:016x}", kind=kind, status=status, occurred_at=at, arrived_at=at * 10**6, **plain)  # type: ignore[arg-type]
        for n, (kind, status, at) in enumerate(said)
    ]
    return joined(Course(), [(0, n, event) for n, event in enumerate(events)]) or Course()


def test_a_stop_falls_with_the_step_that_goes_on_and_a_result_only_with_a_sync() -> None:
    told = course(("progressed", 8, 100), ("progressed", 4, 200), ("progressed", 9, 300), ("progressed", 4, 400))
    assert taken_back(told, 300) == [TakenBack(8, 100, 200, "s")]
    told = course(("progressed", 9, 300), ("synced", 4, 500))
    assert taken_back(told, 0) == [TakenBack(9, 300, 500, "s")]


def test_what_holds_and_what_is_said_again_is_not_taken_back() -> None:
    assert taken_back(course(("progressed", 8, 100), ("synced", 8, 150)), 100) == []
    told = course(("progressed", 8, 100), ("synced", 8, 150), ("progressed", 4, 200), ("synced", 8, 250))
    assert taken_back(told, 250) == [TakenBack(8, 100, 200, "s")]


def test_a_pause_is_no_end_and_nothing_is_said_of_nothing() -> None:
    assert taken_back(course(("progressed", 5, 100), ("progressed", 4, 200)), 0) == []
    assert taken_back(Course(), 0) == []
