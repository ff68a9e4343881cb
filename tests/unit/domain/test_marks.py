from __future__ import annotations

import pytest
from test_standing import MONDAY, PAUSED, TAKEN_IN, WORKED, at, on, rules, step, sync

from dunghen.contracts.messages import FEE, PAID_ONLINE, DossierEvent
from dunghen.domain.marks import COUNTERS, marks
from dunghen.domain.record import fold


def marked(*events: DossierEvent) -> dict[str, dict[int, int]]:
    """Counter -> {day of November 2026: +1 or -1}, without what is marked on reception."""
    record: bytes | None = None
    for e in events:
        record = fold(record, e) or record
    out: dict[str, dict[int, int]] = {}
    for day, counter, sign in marks(record or b"", rules())[1]:
        out.setdefault(COUNTERS[counter], {})[day - on(0)] = sign
    out.pop("received", None)
    return out


FIRST = {"first_due": {6: 1}}
MET = {"due": {6: 1}, "due_met": {6: 1}, "first_due": {6: 1}, "first_met": {6: 1}}


def test_an_open_dossier_is_pending_until_the_day_after_it_fell_due_and_then_overdue() -> None:
    assert marked(*WORKED) == {"pending": {2: 1, 7: -1}, "overdue": {7: 1}, "due": {6: 1}} | FIRST


@pytest.mark.parametrize(("end", "day", "judged"), [("5 09:00", 5, "early"), ("6 20:00", 6, "on_day")])
def test_one_that_ended_in_time_was_never_overdue(end: str, day: int, judged: str) -> None:
    assert marked(*WORKED, step(end, 9)) == {"pending": {2: 1, day: -1}, judged: {day: 1}} | MET


def test_one_that_ended_late_was_overdue_in_between() -> None:
    late = {"pending": {2: 1, 7: -1}, "overdue": {7: 1, 9: -1}, "due": {6: 1}, "late": {9: 1}}
    assert marked(*WORKED, step("9 09:00", 9)) == late | FIRST


def test_one_received_and_ended_on_the_same_day_was_never_pending() -> None:
    assert marked(TAKEN_IN, step("2 16:00", 9)) == {"early": {2: 1}} | MET


def test_while_the_clock_is_stopped_it_is_paused_and_pending_and_stands_in_no_due_cohort() -> None:
    assert marked(*PAUSED) == {"pending": {2: 1}, "paused": {3: 1}} | FIRST


def test_a_pause_that_is_over_stays_marked_on_its_days() -> None:
    found = marked(*PAUSED, step("5 08:00", 4))
    assert found["paused"] == {3: 1, 5: -1}
    assert (found["due"], found["postponed"]) == ({10: 1}, {2: 1})


def test_a_due_day_is_postponed_only_where_it_lies_after_the_first_promised_one() -> None:
    assert marked(TAKEN_IN, sync("3 08:00", 4, due=at("9 17:00")))["postponed"] == {2: 1}
    assert "postponed" not in marked(TAKEN_IN, sync("3 08:00", 4, due=at("5 17:00")))
    assert "postponed" not in marked(*WORKED)
    assert "postponed" not in marked(*PAUSED)  # no due day while the clock is stopped


def test_a_pause_within_one_day_or_after_the_due_day_leaves_no_mark() -> None:
    assert "paused" not in marked(*PAUSED, step("3 16:00", 4))
    assert "paused" not in marked(*WORKED, step("7 08:00", 5))


def test_what_is_paused_within_a_date_that_the_source_moved_is_pending_and_never_overdue() -> None:
    found = marked(*WORKED, sync("4 08:00", 4, due=at("13 17:00")), step("10 08:00", 5))
    assert found == {"pending": {2: 1}, "paused": {10: 1}} | FIRST


def test_a_pause_is_marked_only_while_the_dossier_was_pending() -> None:
    """The source moved the date to a day before the pause, which was too short to move the promise itself."""
    over_a_weekend = (TAKEN_IN, step("6 18:00", 6), step("9 06:00", 4))
    assert marked(*over_a_weekend)["paused"] == {6: 1, 7: -1}
    assert "paused" not in marked(*over_a_weekend, sync("9 08:00", 4, due=MONDAY))


def test_no_mark_stands_before_the_day_received() -> None:
    moved = sync("9 08:00", 4, received=MONDAY + 4 * 86400, due=MONDAY)
    found = marked(moved, step("3 08:00", 5), step("4 08:00", 4))
    assert min(day for days in found.values() for day in days) == 6
    assert found["overdue"] == {6: 1}


def test_what_ended_otherwise_is_judged_like_any_other_and_counted_apart() -> None:
    found = marked(*WORKED, step("9 09:00", 7))
    assert (found["late"], found["otherwise"]) == ({9: 1}, {9: 1})


def test_what_ended_without_a_due_date_is_on_time_and_counted_as_undated() -> None:
    assert marked(sync("2 08:00", 2, due=0), step("9 09:00", 9)) == {"pending": {2: 1, 9: -1}, "on_day": {9: 1}, "undated": {9: 1}}


def test_facts_are_counted_on_the_day_received_and_the_electronic_result_on_the_day_it_ended() -> None:
    found = marked(sync("2 08:00", 2, channel=2, flags=15), step("5 09:00", 9))
    assert {name: found[name] for name in ("online", "fee", "paid_online", "digitised", "e_result")} == {
        **{name: {2: 1} for name in ("online", "fee", "paid_online", "digitised")},
        "e_result": {5: 1},
    }


def test_the_gateway_is_counted_on_the_day_received_and_how_the_result_is_handed_over_on_the_day_it_ended() -> None:
    """Online payment on the national portal alone (Quảng Nam 2022); results by post (Khuê Trung 2022)."""

    def of(**facts: object) -> dict[str, dict[int, int]]:
        found = marked(sync("2 08:00", 2, flags=3, **facts), step("5 09:00", 9))
        return {name: found[name] for name in ("paid_online", "paid_national", "gateway_told", "form_told", "by_post") if name in found}

    paid = {"paid_online": {2: 1}, "gateway_told": {2: 1}}
    assert of(gateway=1, form="post") == paid | {"paid_national": {2: 1}, "form_told": {5: 1}, "by_post": {5: 1}}
    assert of(gateway=2, form="counter") == of(gateway=2, form="online") == paid | {"form_told": {5: 1}}
    assert of(gateway=2) == paid


def test_a_dossier_whose_gateway_nobody_told_is_in_no_share_of_gateways_whether_it_was_paid_or_not() -> None:
    """What an earlier release wrote has a fee and perhaps a payment but no gateway: unknown is not "no" (`domain.md` §4)."""

    def told(flags: int, gateway: int) -> bool:
        return "gateway_told" in marked(sync("2 08:00", 2, flags=flags, gateway=gateway))

    assert [told(flags, 0) for flags in (FEE, FEE | PAID_ONLINE)] == [False, False]
    assert [told(FEE, 3), told(FEE | PAID_ONLINE, 1), told(FEE | PAID_ONLINE, 2)] == [True, True, True]
    assert not told(0, 3), "nothing was to be paid"


def test_what_is_outside_every_rate_has_no_unit_and_no_marks() -> None:
    assert marks(fold(None, step("3 08:00", 4)) or b"", rules()) == ("", frozenset())
