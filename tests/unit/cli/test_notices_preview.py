"""What a change would tell whom, before it is made. Ten working days from Monday 2026-11-16 08:00 are half gone on 2026-11-23 08:00."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dunghen.cli.notices_preview import Change, Preview, preview
from dunghen.contracts.messages import DossierEvent
from dunghen.domain.directory import Directory, Person, Post
from dunghen.domain.policy import Policy
from dunghen.domain.record import fold

HEAD = Person("p00000000000000aa", (Post("20242", "unit_head"),), "a@danang.example")
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "Đà Nẵng"},
    "units": {"units": [{"code": "20242", "name": "Hải Châu", "kind": "locality", "notice_address": "hc@danang.example"}]},
    "procedures": {"procedures": [{"code": "1.1", "name": "Đăng ký", "limit": 10, "unit": "working_days"}]},
    "stages": {
        "stages": [
            {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"]},
            {"stage": "breach", "terms": "long", "percent": 100, "roles": ["official"]},
        ]
    },
}


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp())


RECEIVED = at("2026-11-16 08:00")
RECORD = fold(
    None,
    DossierEvent(
        id="0" * 16,
        dossier="D",
        unit="20242",
        kind="synced",
        occurred_at=RECEIVED,
        arrived_at=1,
        status=4,
        received=RECEIVED,
        procedure="1.1",
    ),
)


def looked_at(when: str, people: tuple[Person, ...] = (), record: bytes | None = None, **changed: Any) -> Preview:
    before, after = Policy.from_bodies(1, BODIES), Policy.from_bodies(2, {**BODIES, **changed})
    return preview({b"D": record or RECORD or b""}, Change(before, after, Directory(people), at(when)))


def stages(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"stages": [{"terms": "long", "roles": ["official"], **row} for row in rows]}


def figures(found: Preview) -> tuple[int, int, int, int, int]:
    return sum(found.stages.values()), found.history, found.moved, found.gone, found.new


def test_a_day_off_moves_what_is_ahead_and_tells_nobody() -> None:
    off = {"calendar": {"overrides": {"2026-11-25": []}}}
    assert figures(looked_at("2026-11-24 09:00", calendar=off["calendar"])) == (0, 0, 1, 0, 0)


def test_what_the_calendar_moves_back_is_told_to_nobody_again() -> None:
    worked = {"overrides": {"2026-11-21": [[25200, 41400], [48600, 61200]]}}
    assert figures(looked_at("2026-11-24 09:00", calendar=worked)) == (0, 0, 1, 0, 0)


def test_a_shorter_limit_tells_at_once_what_it_brings_near() -> None:
    shorter = {"procedures": [{"code": "1.1", "name": "Đăng ký", "limit": 5, "unit": "working_days"}]}
    found = looked_at("2026-11-18 15:00", procedures=shorter)
    assert (figures(found), dict(found.recipients)) == ((1, 0, 1, 0, 0), {("20242", "UNIT_ADDRESS"): 1})
    assert found.lines()[0] == "1 stages would be told at once (half 1), 0 are too late to be told"


def test_who_would_be_told_is_named_by_internal_id() -> None:
    early = stages({"stage": "tenth", "percent": 10}, {"stage": "half", "percent": 50}, {"stage": "breach", "percent": 100})
    found = looked_at("2026-11-17 09:00", (HEAD,), stages=early)
    assert (figures(found), dict(found.recipients)) == ((1, 0, 0, 0, 0), {(HEAD.id, "NOBODY_FOUND"): 1})
    assert "@" not in "\n".join(found.lines())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (({"stage": "half", "percent": 50},), (0, 0, 0, 1, 0)),
        (({"stage": "half", "percent": 50}, {"stage": "nine", "percent": 90}, {"stage": "breach", "percent": 100}), (0, 0, 0, 0, 1)),
        (({"stage": "tenth", "percent": 10}, {"stage": "breach", "percent": 100}), (0, 1, 0, 1, 0)),
    ],
)
def test_stages_that_come_and_go_are_counted(rows: tuple[dict[str, Any], ...], expected: tuple[int, ...]) -> None:
    assert figures(looked_at("2026-11-20 15:00", stages=stages(*rows))) == expected


def test_what_cannot_be_read_is_passed_over() -> None:
    assert figures(looked_at("2026-11-20 15:00", record=b"?")) == (0, 0, 0, 0, 0)


ESCALATING = {"stage": "breach", "percent": 100, "acknowledge_working_hours": 8, "escalate_to": ["leader"]}
LEADER = Person("p00000000000000bb", (Post("H17", "leader"),), "b@danang.example")


def test_an_escalation_that_comes_into_force_over_a_breach_is_told_to_the_leader() -> None:
    found = looked_at("2026-12-01 09:00", (HEAD, LEADER), stages=stages({"stage": "half", "percent": 50}, ESCALATING))
    assert dict(found.stages) == {"breach_escalated": 1}
    assert dict(found.recipients) == {(LEADER.id, "LEADER"): 1}


def test_an_escalation_of_what_is_told_only_by_the_change_is_not_told_with_it() -> None:
    shorter = {"procedures": [{"code": "1.1", "name": "Đăng ký", "limit": 5, "unit": "working_days"}]}
    found = looked_at("2026-11-24 09:00", (HEAD, LEADER), procedures=shorter, stages=stages(ESCALATING))
    assert (dict(found.stages), found.history) == ({}, 1)  # both came over a day ago
    found = looked_at("2026-11-23 17:00", (HEAD, LEADER), procedures=shorter, stages=stages({**ESCALATING, "acknowledge_working_hours": 1}))
    assert (dict(found.stages), dict(found.recipients)) == ({"breach": 1}, {(HEAD.id, "NOBODY_FOUND"): 1})
