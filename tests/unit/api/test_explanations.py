"""What officials read of a due date: sentences that can be done again by hand, and minutes that add up."""

from __future__ import annotations

import base64
from datetime import date
from random import Random
from typing import Any

import pytest

from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.policies import Applied, policy_records
from dunghen.domain.days import Zone, day_number
from dunghen.domain.policy import Policy
from dunghen.domain.record import fold
from services.api.dossier_events import Course, joined
from services.api.explanations import explanation_of, reason_now, versions_of

ZONE = Zone("Asia/Ho_Chi_Minh")
PROCEDURES = [
    {"code": "5wd", "name": "Đăng ký biến động", "limit": 5, "unit": "working_days"},
    {"code": "10d", "name": "Cấp giấy phép", "limit": 10, "unit": "days"},
]
NOBODY = {"source": None, "arrived_at": None, "days": None, "denied_at": None}
HALF = "2026-11-05T14:00:00+07:00"
STAGES = [
    {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"], "clocks": ["dossier"]},
    {"stage": "due", "terms": "long", "remaining_working_hours": 0, "roles": ["official"], "clocks": ["dossier"]},
]


def policy(rule: str = "subtract", **overrides: Any) -> Policy:
    bodies = {
        "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
        "procedures": {"procedures": PROCEDURES},
        "rules": {"supplement_rule": rule},
        "calendar": {"overrides": overrides},
        "stages": {"stages": STAGES},
    }
    return Policy.from_bodies(7, bodies)


def at(text: str) -> int:
    day, clock = text.split()
    return ZONE.at(day_number(date(2026, 11, 1)) + int(day) - 1, int(clock[:2]) * 3600 + int(clock[3:5]) * 60 + int(clock[6:] or 0))


def body(*events: tuple[str, int, dict[str, Any]], procedure: str = "5wd") -> dict[str, Any]:
    """A document of the read model: taken in on Tuesday 3 at 08:00, then what is given: (when, status, facts of a sync or none)."""
    record = None
    course = (("3 08:00", 2, {"received": at("3 08:00")}), *events)
    for n, (when, status, facts) in enumerate(course):
        plain = {"id": f"{n:016x}", "dossier": "D-1", "unit": "20242", "procedure": procedure, "arrived_at": at(when) * 10**6}
        kind = "synced" if facts else "progressed"
        record = fold(record, DossierEvent(kind=kind, occurred_at=at(when), status=status, **plain, **facts)) or record
    assert record is not None
    return {"record": base64.b64encode(record).decode(), "unit": "20242", "procedure": procedure}


def test_who_asked_before_the_reception_is_named_though_the_pause_counts_from_the_reception_on() -> None:
    asked = DossierEvent(
        id="a" * 16, dossier="D-1", unit="20242", kind="progressed", occurred_at=at("2 09:00"), arrived_at=at("2 10:00") * 10**6, status=5,
        source="one-stop",
    )  # fmt: skip
    course = joined(Course(), [(0, 0, asked)])
    document = body(("2 09:00", 5, {}), ("4 08:00", 4, {}))
    (pause,) = explanation_of(document, policy(), at("5 08:00"), course or Course())["pauses"]
    assert (pause["from"], pause["to"]) == ("2026-11-03T08:00:00+07:00", "2026-11-04T08:00:00+07:00")
    assert (pause["source"], pause["arrived_at"]) == ("one-stop", "2026-11-02T10:00:00+07:00")


def told(now: str, *events: tuple[str, int, dict[str, Any]], by: Policy | None = None, procedure: str = "5wd") -> dict[str, Any]:
    return explanation_of(body(*events, procedure=procedure), by or policy(), at(now), Course())


def test_the_dossier_of_the_sketch_reads_as_there() -> None:
    """Received 3/11 08:00, 5 working days, paused from Thursday 10:00 to Friday 14:30: 11/11 10:30; at Tuesday 09:42 8:48 are left."""
    found = told("10 09:42", ("5 10:00", 5, {}), ("6 14:30", 4, {}))
    assert found["due"]["due_at"] == "2026-11-11T10:30:00+07:00"
    assert found["totals"] == {
        "counted": 31 * 60 + 12,
        "paused": 10 * 60 + 30,
        "remaining": 8 * 60 + 48,
        "late": 0,
        "void": 0,
        "limit": 2400,
    }
    assert found["due"]["sentence"]["vi"] == (
        "Hẹn lần đầu 08:00 thứ Ba 10/11/2026 (tiếp nhận 08:00 thứ Ba 03/11/2026 + 5 ngày làm việc) + 10 giờ 30 tạm dừng = "
        "10:30 thứ Tư 11/11/2026."
    )
    assert found["pauses"] == [
        {
            "from": "2026-11-05T10:00:00+07:00",
            "to": "2026-11-06T14:30:00+07:00",
            "minutes": 630,
            "status": 5,
            "ordinal": 1,
            "effect": "ADDED",
            **NOBODY,
        }
    ]
    assert found["procedure"]["limit_text"] == {"vi": "5 ngày làm việc", "en": "5 working days"}
    assert found["procedure"]["limit_minutes"] == 2400


@pytest.mark.parametrize(
    ("given", "vi", "en"),
    [
        (
            told("4 08:00"),
            "Tiếp nhận 08:00 thứ Ba 03/11/2026 + 5 ngày làm việc (40 giờ) = 08:00 thứ Ba 10/11/2026.",
            "Received 08:00 Tue 03/11/2026 + 5 working days (40 h) = 08:00 Tue 10/11/2026.",
        ),
        (
            told("4 08:00", ("3 09:00", 4, {"due": at("9 17:00")})),
            "Nguồn dữ liệu hẹn trả 17:00 thứ Hai 09/11/2026 và chưa đổi.",
            "The source promises 17:00 Mon 09/11/2026 and has not changed it.",
        ),
        (
            told("4 08:00", ("3 09:00", 4, {"due": at("9 17:00")}), ("3 10:00", 4, {"due": at("12 17:00")})),
            "Nguồn dữ liệu đổi hẹn trả từ 17:00 thứ Hai 09/11/2026 sang 17:00 thứ Năm 12/11/2026.",
            "The source moved the date from 17:00 Mon 09/11/2026 to 17:00 Thu 12/11/2026.",
        ),
        (
            told("6 08:00", ("4 08:00", 5, {})),
            "Tạm dừng từ 08:00 thứ Tư 04/11/2026: đồng hồ đứng nên chưa có hẹn trả. Đã tính 8 giờ, khi tiếp tục còn 32 giờ làm việc.",
            "Paused since 08:00 Wed 04/11/2026: the clock stands still, so there is no due date. 8 h have counted, 32 h of work are left "
            "when it goes on.",
        ),
        (
            told("6 08:00", ("4 08:00", 5, {}), ("5 08:00", 4, {}), by=policy("restart")),
            "Bổ sung xong 08:00 thứ Năm 05/11/2026, thời hạn tính lại từ đầu: + 5 ngày làm việc = 08:00 thứ Năm 12/11/2026.",
            "Papers complete 08:00 Thu 05/11/2026, the limit runs anew: + 5 working days = 08:00 Thu 12/11/2026.",
        ),
        (
            told("6 08:00", by=policy(**{"2026-11-04": []})),
            "Tiếp nhận 08:00 thứ Ba 03/11/2026 + 5 ngày làm việc (40 giờ) = 08:00 thứ Tư 11/11/2026. Ngày nghỉ trong kỳ: 04/11.",
            "Received 08:00 Tue 03/11/2026 + 5 working days (40 h) = 08:00 Wed 11/11/2026. Days off in between: 04/11.",
        ),
        (
            told("6 08:00", procedure="10d"),
            "Tiếp nhận 08:00 thứ Ba 03/11/2026 + 10 ngày kể từ 03/11/2026; rơi vào ngày nghỉ thì sang ngày làm việc kế tiếp, đến hết giờ "
            "làm việc = 17:00 thứ Sáu 13/11/2026.",
            "Received 08:00 Tue 03/11/2026 + 10 days from 03/11/2026 on; a day off gives way to the next working day, until its end of "
            "work = 17:00 Fri 13/11/2026.",
        ),
        (
            told("9 08:00", ("4 08:00", 5, {}), ("5 08:00", 4, {}), procedure="10d"),  # Saturday 14 is off: Monday
            "Hẹn lần đầu 17:00 thứ Sáu 13/11/2026 (tiếp nhận 08:00 thứ Ba 03/11/2026 + 10 ngày) + 1 ngày tạm dừng; rơi vào ngày nghỉ thì "
            "sang ngày làm việc kế tiếp = 17:00 thứ Hai 16/11/2026.",
            "First promise 17:00 Fri 13/11/2026 (received 08:00 Tue 03/11/2026 + 10 days) + 1 day of pause; a day off gives way to the "
            "next working day = 17:00 Mon 16/11/2026.",
        ),
        (
            told("6 08:00", procedure="unknown"),
            "Nguồn dữ liệu không gửi hẹn trả và chưa biết thời hạn của thủ tục: không có hẹn trả.",
            "The source gives no date and the procedure's limit is not known: there is no due date.",
        ),
    ],
)
def test_the_calculation_of_a_date_in_one_sentence(given: dict[str, Any], vi: str, en: str) -> None:
    assert given["due"]["sentence"] == {"vi": vi, "en": en}


def test_minutes_add_up_to_their_totals_whatever_the_seconds() -> None:
    r = Random(6)
    for _ in range(200):
        day = r.randrange(4, 9)
        pause = f"{day} {r.randrange(7, 11):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}"
        ended = f"{day + r.randrange(1, 4)} {r.randrange(7, 17):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}"
        now = f"{r.randrange(3, 25)} {r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}"
        found = told(now, (pause, 5, {}), (ended, 4, {}))
        summed = {
            kind: sum(span["minutes"] for span in found["spans"] if span["kind"] == kind) for kind in found["totals"] if kind != "limit"
        }
        assert summed == {kind: minutes or 0 for kind, minutes in found["totals"].items() if kind != "limit"}
        assert found["totals"]["limit"] == 2400 == found["totals"]["counted"] + found["totals"]["remaining"]


def test_what_was_never_accepted_has_no_date_and_says_so() -> None:
    record = fold(None, DossierEvent(id="0" * 16, dossier="D-1", unit="20242", kind="synced", status=3, occurred_at=1, arrived_at=1))
    assert record is not None
    refused = {"record": base64.b64encode(record).decode(), "unit": "20242", "procedure": ""}
    found = explanation_of(refused, policy(), at("6 08:00"), Course())
    assert (found["due"]["how"], found["totals"]["remaining"], found["spans"]) == ("OUTSIDE", None, [])
    assert found["due"]["sentence"]["vi"] == "Hồ sơ chưa được tiếp nhận hoặc đã bị rút: không có hẹn trả."
    assert reason_now(refused, policy(), at("6 08:00"), []) == {"reason": "OUTSIDE", "next": None}


def test_a_wrong_date_in_the_next_century_does_not_fill_a_page() -> None:
    found = told("4 08:00", ("3 09:00", 4, {"due": (1 << 32) - 1}))
    assert len(found["spans"]) < 10
    assert found["totals"]["remaining"] > 1_000_000


def test_of_each_kind_the_newest_version_up_to_the_shown_one_is_named() -> None:
    records = [
        *policy_records(1, {"city": {}, "calendar": {}, "rules": {}}, Applied(1)),
        *policy_records(4, {"calendar": {}}, Applied(2)),
        *policy_records(9, {"calendar": {}, "stages": {}}, Applied(3)),
    ]
    versions = versions_of({(r.kind, r.version): r for r in records}, 5)
    assert versions == {"policy": 5, "calendar": 4, "procedures": 0, "rules": 1, "stages": 0}


def test_why_nobody_is_told_now_and_what_comes_next() -> None:
    by, due = policy(), at("10 08:00")  # 40 hours from Tuesday 3 at 08:00; half of them are over on Thursday at 14:00
    half, end = ({"clock": "dossier", "due_at": due, "stage": stage} for stage in ("half", "due"))
    coming = {"at": "2026-11-10T08:00:00+07:00", "clock": "dossier", "stage": "due"}
    assert reason_now(body(), by, at("5 13:00"), []) == {"reason": "NOT_DUE", "next": {**coming, "at": HALF, "stage": "half"}}
    assert reason_now(body(), by, at("6 08:00"), []) == {"reason": "NOT_TOLD", "next": coming}
    assert reason_now(body(), by, at("6 08:00"), [half]) == {"reason": "ALREADY_TOLD", "next": coming}
    assert reason_now(body(), by, at("10 08:00"), [half]) == {"reason": "NOT_TOLD", "next": None}
    assert reason_now(body(), by, at("10 08:00"), [half, end]) == {"reason": "ALREADY_TOLD", "next": None}
    assert reason_now(body(("4 08:00", 5, {})), by, at("5 08:00"), [])["reason"] == "PAUSED"
    assert reason_now(body(("4 08:00", 9, {})), by, at("5 08:00"), [])["reason"] == "ENDED"


def test_a_term_in_calendar_days_is_counted_in_days() -> None:
    """10 days from Tuesday 3; a pause of one day; Saturday 14 is off, so Monday 16: on Monday 9 five have counted and seven remain."""
    found = told("9 08:00", ("4 08:00", 5, {}), ("5 08:00", 4, {}), procedure="10d")
    days = found["days"]
    assert {kind: days[kind] for kind in ("counted", "paused", "remaining", "late", "limit")} == {
        "counted": 5, "paused": 1, "remaining": 7, "late": 0, "limit": 12,
    }  # fmt: skip
    assert (days["each"][0], days["each"][1]["kind"], days["each"][-1]) == (
        {"day": "2026-11-04", "kind": "counted"},
        "paused",
        {"day": "2026-11-16", "kind": "remaining"},
    )
    assert (found["pauses"][0]["days"], found["pauses"][0]["effect"]) == (1, "ADDED")
    assert told("4 08:00")["days"] is None


def test_a_term_in_calendar_days_that_stands_still_says_how_many_have_counted() -> None:
    found = told("6 08:00", ("4 08:00", 5, {}), procedure="10d")
    assert found["due"]["sentence"]["vi"].endswith("chưa có hẹn trả. Đã tính 1 ngày.")
    assert found["due"]["sentence"]["en"].endswith("there is no due date. 1 day has counted.")


def test_days_behind_the_due_day_are_late() -> None:
    days = told("18 08:00", procedure="10d")["days"]  # due on Friday 13
    assert (days["counted"], days["remaining"], days["late"], days["limit"]) == (10, 0, 5, 10)


def test_a_sync_that_says_it_goes_on_does_not_end_a_pause_and_that_is_said() -> None:
    (pause,) = told("6 08:00", ("4 08:00", 5, {}), ("5 09:00", 4, {"received": at("3 08:00")}))["pauses"]
    assert (pause["to"], pause["effect"], pause["denied_at"]) == (None, "OPEN", "2026-11-05T09:00:00+07:00")
    (pause,) = told("6 08:00", ("4 08:00", 5, {}))["pauses"]
    assert pause["denied_at"] is None


def test_the_hours_of_the_week_are_one_line() -> None:
    assert told("4 08:00")["working_hours"] == {
        "vi": "thứ Hai–thứ Sáu 07:00–11:30, 13:30–17:00",
        "en": "Mon–Fri 07:00–11:30, 13:30–17:00",
    }


def test_a_name_in_english_is_given_where_the_catalogue_has_one() -> None:
    bodies = {"procedures": {"procedures": [{**PROCEDURES[0], "name_en": "Registration of changes"}, PROCEDURES[1]]}}
    by = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"}, **bodies})
    assert told("4 08:00", by=by)["procedure"]["name"] == {"vi": "Đăng ký biến động", "en": "Registration of changes"}
    assert told("4 08:00", by=by, procedure="10d")["procedure"]["name"] == {"vi": "Cấp giấy phép", "en": None}
