"""Who looks at the map of tests/compose finds each wrong figure, and nothing where there is none (made-up answers, no engine)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from onlooker import HAI_CHAU, Onlooker
from stack import Stack
from telling import Telling

TAKEN_AGO = (40.0, 30.0, 20.0)  # seconds, of three dossiers; the first and the third were on time


def answer(received: int, *, stale: bool = False, **other: Any) -> dict[str, Any]:
    rest = {"overdue": 0, "paused": 0, "due_today": 0, "pending": 0, "value": 0.5}
    row = {"numerator": (received + 1) // 2, "denominator": received, "received": received, "finished": received, **rest, **other}
    return {"version": 7, "stale": stale, "city": {"code": "H17", **row}, "units": [{"code": HAI_CHAU, **row}]}


def looks(shown: dict[str, Any], *, before: int = 0, lag: float | None = None) -> list[str]:
    """What is found in one answer that is asked for now."""
    now = time.monotonic()
    telling = Telling(Stack(), told=[True, False, True], taken=[now - ago for ago in TAKEN_AGO])
    onlooker = Onlooker(telling.stack, telling, received=before)
    if lag is not None:
        onlooker.hear({"kafka_lag_seconds": lag})
    onlooker.judge(shown, now, before, len(telling.taken))
    return onlooker.faults


def test_what_is_right_is_found_nothing_in() -> None:
    assert looks(answer(3)) == []


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "more": (answer(4), {}, "more than was told"),
    "more on time": (answer(3, numerator=3), {}, "more than was told"),
    "more late": (answer(3, numerator=1), {}, "more than was told"),
    "fewer": (answer(2, stale=True), {"before": 3}, "less than the 3 that were shown"),
    "half": (answer(3, finished=2, pending=1), {}, "parts of a dossier"),
    "another sum": ({**answer(3), "city": {**answer(2)["city"]}}, {}, "units 3, city 2"),
    "old": (answer(2), {}, "not said to be stale"),
    "old by its ticks alone": (answer(0), {"lag": 41.0}, "not said to be stale"),
    "younger than it is": (answer(2), {"lag": 5.0}, "not said to be stale"),
}


@pytest.mark.parametrize(("shown", "how", "fault"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_found(shown: dict[str, Any], how: dict[str, Any], fault: str) -> None:
    assert any(fault in each for each in looks(shown, **how))


def test_what_is_old_and_says_so_is_right() -> None:
    assert looks(answer(2, stale=True)) == []
    assert looks(answer(2), lag=19.0) == []
