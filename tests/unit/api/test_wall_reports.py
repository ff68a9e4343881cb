"""What walls tell of themselves: who may, how often, and what is kept of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from starlette.requests import Request

from services.api.routes_wall import may_report
from services.api.wall_reports import EVERY_SECONDS, MOST_WALLS, SILENT_SECONDS, WallReport, Walls, decode_report

GOOD: dict[str, Any] = {"wall": "0123456789abcdef", "page": "/assets/wall-Ab_1.js", "version": 7, "mode": "live", "failures": 0}


def told(number: int = 0, **more: Any) -> WallReport:
    return decode_report(msgspec.json.encode({**GOOD, "wall": f"{number:016x}", **more}))


def asked(host: str, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw, "client": (host, 1)})


def test_without_a_token_only_this_computer_reports_and_nothing_that_a_proxy_hands_on() -> None:
    assert may_report(asked("127.0.0.1"), "")
    assert may_report(asked("::1"), "")
    assert not may_report(asked("10.0.0.7"), "")
    assert not may_report(asked("127.0.0.1", x_forwarded_for="127.0.0.1"), "")
    assert not may_report(asked("127.0.0.1", via="1.1 proxy"), "")


def test_with_a_token_its_bearer_reports_from_anywhere_and_nobody_else() -> None:
    assert may_report(asked("10.0.0.7", authorization="Bearer s3cret"), "s3cret")
    assert not may_report(asked("127.0.0.1"), "s3cret")
    assert not may_report(asked("127.0.0.1", authorization="Bearer s3crets"), "s3cret")


@pytest.mark.parametrize(
    "wrong",
    [
        {"wall": "Trần Thị Hồng"},
        {"page": "https://elsewhere/x.js"},
        {"mode": "mine"},
        {"failures": -1},
        {"frame_ms": 1e9},
        {"memory_mb": "NaN"},
        {"name": "somebody"},
    ],
)
def test_what_is_no_report_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.DecodeError):
        told() if decode_report(msgspec.json.encode({**GOOD, **wrong})) else None


def test_a_wall_that_speaks_too_often_is_not_heard_and_stays_as_it_was() -> None:
    walls = Walls()
    assert walls.take(told(frame_ms=16), 0) == "accepted"
    assert walls.take(told(frame_ms=900), EVERY_SECONDS - 1) == "limited"
    assert walls.worst(EVERY_SECONDS)["frame_seconds"] == 0.016
    assert walls.take(told(frame_ms=900), EVERY_SECONDS) == "accepted"
    assert walls.worst(EVERY_SECONDS)["frame_seconds"] == 0.9


def test_there_are_never_more_walls_than_a_city_has_and_silent_ones_make_room() -> None:
    walls = Walls()
    assert {walls.take(told(n), 0) for n in range(MOST_WALLS)} == {"accepted"}
    assert walls.take(told(MOST_WALLS), SILENT_SECONDS) == "limited"
    assert walls.take(told(MOST_WALLS), SILENT_SECONDS + 1) == "accepted"
    assert len(walls.last) == 1


def test_the_worst_of_all_walls_is_shown_and_what_they_show() -> None:
    walls = Walls()
    walls.take(told(1, memory_mb=4, event_age_seconds=2, failures=1), 0)
    walls.take(told(2, memory_mb=90, event_age_seconds=40, mode="lost", page="/assets/wall-old.js"), 0)
    assert walls.worst(1) == {"frame_seconds": 0, "memory_bytes": 90 * 1_048_576, "event_age_seconds": 40, "failures": 1}
    assert (walls.by_mode(1)["live"], walls.by_mode(1)["lost"], walls.by_mode(1)["held"], walls.pages(1)) == (1, 1, 0, 2)
    assert walls.by_mode(SILENT_SECONDS + 1)["live"] == 0
