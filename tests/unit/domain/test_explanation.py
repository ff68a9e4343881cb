"""The account of a due date: hand-made dossiers counted by hand, then thousands of nasty ones against the reckoning and a second calendar.

By hand: Monday 2026-11-02 08:00, Hanoi time; a working day is 07:00-11:30 and 13:30-17:00. DUNGHEN_EXAMPLES=2000 for a long run.
"""

from __future__ import annotations

import os
from datetime import date
from itertools import pairwise
from random import Random
from typing import Any, get_args

import brute_force
import pytest
from nasty_dossiers import START, dossier, event

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.account import KINDS
from dunghen.domain.calendar import VIETNAM_HOURS
from dunghen.domain.days import Zone, day_number
from dunghen.domain.explanation import Effect, Explanation, How, explain
from dunghen.domain.policy import Policy
from dunghen.domain.reckoning import reckon
from dunghen.domain.record import fold
from dunghen.domain.work_list import place_of

ZONE = Zone("Asia/Ho_Chi_Minh")
HOUR, DAY = 3600, 86400
LIMITS = {"3wd": (3, "working_days"), "5wd": (5, "working_days"), "10d": (10, "days"), "12h": (12, "hours"), **brute_force.LIMITS}


def policy(rule: str = "subtract", **overrides: Any) -> Policy:
    procedures = [{"code": code, "name": code, "limit": amount, "unit": unit} for code, (amount, unit) in LIMITS.items()]
    bodies: dict[str, Any] = {
        "city": {"code": "H17", "name": "Đà Nẵng", "time_zone": "Asia/Ho_Chi_Minh"},
        "procedures": {"procedures": procedures},
        "rules": {"supplement_rule": rule},
        "calendar": {"overrides": overrides},
    }
    return Policy.from_bodies(1, bodies)


def at(text: str) -> int:
    """An instant of November 2026: "2 08:00"."""
    day, clock = text.split()
    return ZONE.at(day_number(date(2026, 11, 1)) + int(day) - 1, int(clock[:2]) * HOUR + int(clock[3:]) * 60)


MONDAY, FRIDAY = at("2 08:00"), at("6 17:00")
PLAIN = policy()


def sync(when: str, status: int = 2, **facts: object) -> DossierEvent:
    return event("synced", at(when), **{"status": status, "received": MONDAY, "procedure": "3wd", **facts})


def step(when: str, status: int) -> DossierEvent:
    return event("progressed", at(when), status=status)


def record_of(*events: DossierEvent) -> bytes:
    record: bytes | None = None
    for e in events:
        record = fold(record, e) or record
    assert record is not None
    return record


def told(now: str, *events: DossierEvent, by: Policy = PLAIN) -> Explanation:
    found = explain(record_of(*events), by, at(now))
    assert found is not None
    return found


def hours(found: Explanation) -> dict[str, float]:
    return {kind: found.seconds(kind) / HOUR for kind in KINDS if found.seconds(kind)}


def spans(found: Explanation) -> list[tuple[str, str, str]]:
    def text(at: int) -> str:
        day = ZONE.day_of(at)
        seconds = at - ZONE.start_of(day)
        return f"{day - day_number(date(2026, 11, 1)) + 1} {seconds // HOUR:02d}:{seconds % HOUR // 60:02d}"

    return [(span.kind, text(span.begin), text(span.until)) for span in found.spans]


def test_a_limit_in_working_days_is_the_hours_counted_and_the_hours_left() -> None:
    found = told("3 14:00", sync("2 08:00"))
    assert (found.how, found.by, found.due_at, found.term_seconds) == ("LIMIT", "computed", at("5 08:00"), 24 * HOUR)
    assert spans(found) == [
        ("counted", "2 08:00", "2 11:30"), ("counted", "2 13:30", "2 17:00"), ("counted", "3 07:00", "3 11:30"),
        ("counted", "3 13:30", "3 14:00"), ("remaining", "3 14:00", "3 17:00"), ("remaining", "4 07:00", "4 11:30"),
        ("remaining", "4 13:30", "4 17:00"), ("remaining", "5 07:00", "5 08:00"),
    ]  # fmt: skip
    assert hours(found) == {"counted": 12, "remaining": 12}


def test_a_pause_over_a_weekend_is_added_in_working_time_and_stands_between_what_counted() -> None:
    found = told("11 08:00", sync("2 08:00"), step("4 10:00", 5), step("9 09:00", 4))  # Wednesday to Monday: 5 + 8 + 8 + 2 hours
    assert (found.how, found.first_due_at, found.due_at) == ("ADDED", at("5 08:00"), at("9 17:00"))
    assert hours(found) == {"counted": 24, "paused": 23, "late": 9}
    assert [(s.effect, s.status) for s in found.stops] == [("ADDED", 5)]


def test_a_pause_that_moves_the_date_to_no_other_day_does_not_stop_the_count() -> None:
    found = told("4 08:00", sync("2 08:00"), step("3 08:00", 6), step("3 09:00", 4))
    assert (found.how, found.due_at) == ("LIMIT", at("5 08:00"))
    assert hours(found) == {"counted": 16, "remaining": 8}
    assert [(s.effect, s.status) for s in found.stops] == [("UNMOVED", 6)]


def test_while_it_is_paused_there_is_no_due_date_and_nothing_remains_to_be_counted_down() -> None:
    found = told("9 08:00", sync("2 08:00"), step("3 08:00", 5))
    assert (found.how, found.by, found.due_at, found.term_seconds) == ("PAUSED", "none", 0, 24 * HOUR)
    assert hours(found) == {"counted": 8, "paused": 32}
    assert found.stops[0].effect == "OPEN"


def test_a_date_that_the_source_moved_holds_its_pause_already() -> None:
    moved = sync("4 10:00", 4, due=at("10 17:00"))
    found = told("6 08:00", sync("2 08:00", due=FRIDAY), step("3 08:00", 5), step("4 08:00", 4), moved)
    assert (found.how, found.by, found.due_at, found.first_due_at) == ("SOURCE", "source", at("10 17:00"), FRIDAY)
    assert hours(found) == {"counted": 24, "paused": 8, "remaining": 23}
    assert found.stops[0].effect == "CONTAINED"


def test_what_stands_still_within_a_date_that_the_source_moved_is_not_late_by_the_first_promise() -> None:
    moved = sync("4 10:00", 4, due=at("13 17:00"))
    prolonged = (sync("2 08:00", due=FRIDAY), moved, step("10 08:00", 5))
    found = told("11 08:00", *prolonged)
    assert (found.how, found.due_at, found.term_seconds) == ("PAUSED", 0, None)
    assert hours(found) == {"counted": 48, "paused": 8}
    over = told("13 08:00", *prolonged, step("12 08:00", 4))
    assert (over.how, over.due_at, [stop.effect for stop in over.stops]) == ("SOURCE", at("13 17:00"), ["CONTAINED"])
    assert hours(over) == {"counted": 56, "paused": 16, "remaining": 7}
    past = told("25 08:00", *prolonged, step("24 08:00", 4))
    assert (past.how, past.due_at, [stop.effect for stop in past.stops]) == ("ADDED", at("20 17:00"), ["ADDED"])


def test_what_stood_still_before_the_reception_is_no_part_of_the_account() -> None:
    taken_in = sync("4 08:00", received=at("4 08:00"))
    found = told("5 08:00", step("2 09:00", 5), taken_in, step("4 08:00", 2))
    assert (found.how, found.due_at, found.stops, hours(found)) == ("LIMIT", at("9 08:00"), (), {"counted": 8, "remaining": 16})
    across = told("6 08:00", step("2 09:00", 5), taken_in, step("5 08:00", 4))
    assert (across.how, across.due_at, [(s.began, s.effect) for s in across.stops]) == ("ADDED", at("10 08:00"), [(at("4 08:00"), "ADDED")])
    assert hours(across) == {"counted": 8, "paused": 8, "remaining": 16}
    assert across.stops[0].said_at == at("2 09:00"), "who asked is found by when it was asked"


def test_behind_a_date_of_the_source_all_is_late_a_pause_too() -> None:
    found = told("9 08:00", sync("2 08:00", due=at("4 17:00"), procedure=""), step("5 08:00", 5), step("5 10:00", 4))
    assert (found.how, hours(found)) == ("PROMISE", {"counted": 23, "late": 17})
    assert found.stops[0].effect == "AFTER_DUE"


def test_a_restart_leaves_what_was_before_it_void() -> None:
    found = told("6 08:00", sync("2 08:00"), step("3 08:00", 5), step("5 08:00", 4), by=policy("restart"))
    assert (found.how, found.due_at) == ("RESTARTED", at("10 08:00"))
    assert hours(found) == {"void": 24, "counted": 8, "remaining": 16}
    assert found.stops[0].effect == "RESTARTS"


def test_only_the_first_request_for_papers_counts_where_that_is_the_rule() -> None:
    walk = (step("2 09:00", 5), step("3 09:00", 4), step("3 10:00", 5), step("3 14:00", 4))
    found = told("4 08:00", sync("2 08:00"), *walk, by=policy("first_only"))
    assert (found.due_at, [s.effect for s in found.stops]) == (at("6 08:00"), ["ADDED", "NOT_FIRST"])
    assert hours(found) == {"counted": 8, "paused": 8, "remaining": 16}


def test_a_holiday_and_a_saturday_worked_for_it_are_counted_as_the_calendar_says() -> None:
    swapped = policy(**{"2026-11-03": [], "2026-11-07": [list(pair) for pair in VIETNAM_HOURS]})
    found = told("9 07:00", sync("2 08:00", procedure="5wd"), by=swapped)
    assert (found.due_at, hours(found)) == (at("9 08:00"), {"counted": 39, "remaining": 1})
    assert {s[1].split()[0] for s in spans(found)} == {"2", "4", "5", "6", "7", "9"}


def test_calendar_days_end_with_the_day_s_work_and_pauses_add_whole_days() -> None:
    found = told("5 08:00", sync("2 08:00", procedure="10d"), step("3 08:00", 5), step("4 08:00", 4))
    assert (found.how, found.first_due_at, found.due_at) == ("ADDED", at("12 17:00"), at("13 17:00"))
    assert hours(found)["paused"] == 8


def test_an_online_submission_has_eight_working_hours_to_be_taken_in() -> None:
    new = event("synced", MONDAY, status=1, channel=2, submitted=MONDAY)
    found = told("2 10:00", new)
    assert (found.how, found.due_at, hours(found)) == ("INTAKE", at("3 08:00"), {"counted": 2, "remaining": 6})
    assert explain(record_of(event("synced", MONDAY, status=1, channel=1, submitted=MONDAY)), PLAIN, MONDAY) is None


def test_what_ended_early_keeps_what_it_did_not_use() -> None:
    found = told("30 08:00", sync("2 08:00"), step("3 08:00", 4), step("4 08:00", 9))
    assert (found.told_at, hours(found)) == (at("4 08:00"), {"counted": 16, "remaining": 8})


OFF_AND_WORKED = {
    **{str(day): [] for day in brute_force.DAYS_OFF},
    **{str(day): [list(pair) for pair in VIETNAM_HOURS] for day in brute_force.DAYS_WORKED},
}
DATES = ("due_at", "first_due_at")


def accounted(record: bytes, by: Policy, now: int) -> Explanation | None:
    """The account, after everything that has to hold of any: it adds up, its pieces are working time, and it agrees with the reckoning."""
    found, reckoned = explain(record, by, now), reckon(record, by.rules)
    if found is None or reckoned is None:
        return found
    assert [getattr(found, name) for name in DATES] == [getattr(reckoned, name) for name in DATES]
    assert all(a.until <= b.begin for a, b in pairwise(found.spans))
    assert all(span.seconds == brute_force.worked(span.begin, span.until) > 0 for span in found.spans)
    kinds = {kind: found.seconds(kind) for kind in KINDS}
    if found.spans:
        assert sum(kinds.values()) == brute_force.worked(found.spans[0].begin, found.spans[-1].until), "something in between is left out"
    stands = place_of(reckoned, by.calendar, now)
    if not found.due_at:
        assert (kinds["remaining"], stands.left_seconds) == (0, None)
    elif all(pause.ended <= found.told_at for pause in reckoned.pauses):  # some senders write steps of tomorrow
        assert stands.left_seconds is not None
        assert kinds["late"] == max(0, -stands.left_seconds)
        assert kinds["remaining"] == max(0, stands.left_seconds) or found.told_at < found.began_at
        assert found.term_seconds == kinds["counted"] + kinds["remaining"]
    return found


def is_the_limit_s_own(found: Explanation) -> bool:
    """Whether a computed date has to be just the limit in working time."""
    return found.limit is not None and not found.limit.in_calendar_days and not found.promised_by_source and found.by == "computed"


def run(seed: str, dossiers: int, by: Policy) -> tuple[set[str], int]:
    """Which rules and effects were met, and how often a date had to be the limit's own: then what counted and remains is the limit."""
    r, seen, own = Random(seed), set[str](), 0
    for _ in range(dossiers):
        found = accounted(record_of(*dossier(r)), by, START + r.randrange(60) * DAY + r.randrange(DAY))
        if found is None:
            continue
        seen |= {found.how, *(stop.effect for stop in found.stops)}
        if is_the_limit_s_own(found) and found.limit is not None:
            own += 1
            assert found.term_seconds == found.limit.amount * (HOUR if found.limit.unit == "hours" else 8 * HOUR)
    return seen, own


@pytest.mark.parametrize("rule", ["subtract", "restart", "first_only"])
def test_nasty_dossiers_add_up_and_agree_with_the_reckoning(rule: str) -> None:
    seen, own = run(rule, 300, policy(rule, **OFF_AND_WORKED))
    assert {"LIMIT", "PROMISE", "SOURCE", "ADDED", "PAUSED", "UNDATED", "CONTAINED", "UNMOVED"} - seen == set()
    assert own > 5


@pytest.mark.slow
def test_the_same_of_many_more_and_of_every_rule_and_effect() -> None:
    seen, own = set[str](), 0
    for rule in ("subtract", "restart", "first_only"):
        met, limits = run(f"many {rule}", int(os.environ.get("DUNGHEN_EXAMPLES", "300")), policy(rule, **OFF_AND_WORKED))
        seen, own = seen | met, own + limits
    assert seen == {*get_args(How), *get_args(Effect)} - {"INTAKE"}
    assert own > 30
