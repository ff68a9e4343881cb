"""`domain.md` §3 and §4, rule by rule. The dossier comes in on Monday 2026-11-02 08:00, Hanoi time, and is promised for Friday 17:00."""

from __future__ import annotations

from datetime import date

import pytest
from nasty_dossiers import event

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone, day_number
from dunghen.domain.deadline import TimeLimit
from dunghen.domain.flags import FLAGS
from dunghen.domain.record import fold
from dunghen.domain.rules import DossierRules, SupplementRule
from dunghen.domain.standing import Standing, standing

ZONE = Zone("Asia/Ho_Chi_Minh")
LIMITS = {"3wd": TimeLimit(3, "working_days"), "10d": TimeLimit(10, "days")}


def at(text: str) -> int:
    """An instant of November 2026: "2 08:00"."""
    day, clock = text.split()
    return ZONE.at(on(int(day)), int(clock[:2]) * 3600 + int(clock[3:]) * 60)


def on(day: int) -> int:
    return day_number(date(2026, 11, 1)) + day - 1


def rules(rule: SupplementRule = "subtract") -> DossierRules:
    return DossierRules(ZONE, WorkingCalendar(ZONE), lambda procedure, day: LIMITS.get(procedure), lambda day: rule)


MONDAY, FRIDAY = at("2 08:00"), at("6 17:00")


def sync(when: str, status: int, **facts: object) -> DossierEvent:
    return event("synced", at(when), **{"status": status, "received": MONDAY, "due": FRIDAY, **facts})


def step(when: str, status: int) -> DossierEvent:
    return event("progressed", at(when), status=status)


TAKEN_IN = sync("2 08:00", 2)
PAUSED = (TAKEN_IN, step("3 08:00", 5))
WORKED = (TAKEN_IN, step("3 08:00", 4))


def stand(*events: DossierEvent, rule: SupplementRule = "subtract") -> Standing:
    found = maybe(*events, rule=rule)
    assert found is not None
    return found


def maybe(*events: DossierEvent, rule: SupplementRule = "subtract") -> Standing | None:
    record: bytes | None = None
    for e in events:
        record = fold(record, e) or record
    assert record is not None
    return standing(record, rules(rule))


@pytest.mark.parametrize("status", [2, 4, 6, 9, 10])
def test_any_sync_or_step_with_an_accepting_status_is_proof_of_acceptance(status: int) -> None:
    assert stand(sync("2 08:00", status)).received_at == MONDAY
    assert stand(sync("2 08:00", 5), step("3 08:00", status)).received_at == MONDAY


@pytest.mark.parametrize("status", [1, 3, 5, 7, 8])
def test_what_was_never_accepted_is_outside_every_rate(status: int) -> None:
    assert maybe(sync("2 08:00", status)) is None


def test_without_a_date_of_reception_the_earliest_proof_counts_and_is_flagged() -> None:
    found = stand(sync("4 08:00", 2, received=0), step("3 09:00", 4))
    assert found.received_at == at("3 09:00")
    assert "received_assumed" in found.flags


def test_status_1_is_outside_while_it_is_the_last_word() -> None:
    assert maybe(*WORKED, step("4 08:00", 1)) is None
    assert maybe(*WORKED, step("4 08:00", 1), step("5 08:00", 4)) is not None


def test_steps_of_an_unknown_dossier_and_retracted_ones_count_for_nothing() -> None:
    assert maybe(step("3 08:00", 4)) is None
    assert maybe(*WORKED, event("retracted", at("4 08:00"))) is None


# --- end of processing


def test_the_first_9_is_the_end_and_the_10_is_not() -> None:
    assert stand(*WORKED, step("4 09:00", 9), step("5 09:00", 10), step("6 09:00", 9)).ended_at == at("4 09:00")


def test_9_before_10_means_priority_not_time() -> None:
    assert stand(*WORKED, step("4 09:00", 10), step("5 09:00", 9)).ended_at == at("5 09:00")


def test_the_end_date_of_the_newest_sync_wins_over_the_steps_but_not_its_return_date() -> None:
    assert stand(*WORKED, step("5 09:00", 9), sync("6 08:00", 9, ended=at("4 10:00"))).ended_at == at("4 10:00")
    assert stand(*WORKED, step("5 09:00", 9), sync("6 08:00", 10, returned=at("4 10:00"))).ended_at == at("5 09:00")


def test_the_return_date_wins_over_a_step_10() -> None:
    assert stand(*WORKED, step("5 09:00", 10), sync("6 08:00", 10, returned=at("4 10:00"))).ended_at == at("4 10:00")


def test_an_end_without_any_date_is_when_the_source_first_said_so() -> None:
    found = stand(TAKEN_IN, sync("5 08:00", 9), sync("6 08:00", 9))
    assert found.ended_at == at("5 08:00")
    assert "end_assumed" in found.flags


@pytest.mark.parametrize("later", [9, 10])
def test_a_later_sync_without_a_date_leaves_the_end_when_the_source_first_said_so(later: int) -> None:
    said = sync("6 11:00", 9, ended=at("6 10:00"))
    found = stand(*WORKED, said, sync("16 11:00", later))
    assert (found.ended_at, found.judged, found.otherwise) == (at("6 11:00"), "on_day", False)
    assert "end_assumed" in found.flags
    assert stand(*WORKED, sync("6 11:00", 10, returned=at("6 10:00")), sync("16 11:00", later)).ended_at == at("6 11:00")


@pytest.mark.parametrize("later", [3, 7, 8])
def test_a_9_that_a_sync_said_stays_the_end_before_a_later_3_7_or_8_as_a_step_does(later: int) -> None:
    found = stand(*WORKED, sync("6 11:00", 9, ended=at("6 10:00")), sync("16 11:00", later, ended=at("16 10:00")))
    assert (found.ended_at, found.otherwise, found.judged) == (at("6 11:00"), False, "on_day")
    assert "end_assumed" in found.flags
    assert stand(*WORKED, sync("6 11:00", 9), step("16 11:00", later)).ended_at == at("6 11:00")


@pytest.mark.parametrize("said", [sync("4 09:00", 9, ended=at("4 08:00")), sync("4 09:00", 9), step("4 09:00", 9)])
@pytest.mark.parametrize("later", [9, 10, 8])
def test_what_an_open_sync_voided_counts_again_once_a_later_one_says_without_a_date_that_it_is_over(said: DossierEvent, later: int) -> None:
    """`architecture.md` §4: "as if it had not been reopened", whoever said it first, a step or a sync."""
    reopened = (*WORKED, said, sync("5 08:00", 4))
    assert stand(*reopened).ended_at == 0
    found = stand(*reopened, sync("16 11:00", later))
    assert (found.ended_at, found.otherwise) == (at("4 09:00"), False)
    assert "reopened_undated" in found.flags


def test_an_end_date_in_a_sync_that_says_open_is_no_end() -> None:
    assert stand(sync("5 08:00", 4, ended=at("4 08:00"))).ended_at == 0


@pytest.mark.parametrize("status", [3, 7, 8])
def test_withdrawn_stopped_or_refused_late_ends_it_otherwise_only_while_it_is_the_last_word(status: int) -> None:
    over, resumed = (*WORKED, step("5 09:00", status)), (*WORKED, step("5 09:00", status), step("6 09:00", 4))
    assert (stand(*over).ended_at, stand(*over).otherwise) == (at("5 09:00"), True)
    assert (stand(*resumed).ended_at, stand(*resumed).otherwise) == (0, False)


def test_a_soft_end_is_the_first_step_of_its_last_unbroken_run() -> None:
    assert stand(*WORKED, step("3 09:00", 7), step("4 08:00", 4), step("5 09:00", 7), step("6 09:00", 8)).ended_at == at("5 09:00")


def test_the_date_of_a_soft_end_that_a_sync_states_counts_if_it_is_not_older_than_the_last_other_step() -> None:
    refused = sync("4 12:00", 3, ended=at("4 10:00"))
    assert stand(*WORKED, refused).ended_at == at("4 10:00")
    assert stand(*WORKED, refused, step("5 09:00", 8)).ended_at == at("4 10:00")
    assert stand(*WORKED, step("4 11:00", 4), refused, step("5 09:00", 8)).ended_at == at("5 09:00")


def test_a_9_before_a_7_stays_the_end() -> None:
    found = stand(*WORKED, step("4 09:00", 9), step("5 09:00", 7))
    assert (found.ended_at, found.otherwise) == (at("4 09:00"), False)


def test_a_sync_that_says_open_voids_the_ends_before_it_and_a_step_does_not_reopen() -> None:
    reopened = stand(*WORKED, step("4 09:00", 9), sync("5 08:00", 4))
    assert reopened.ended_at == 0
    assert "reopened" in reopened.flags
    assert stand(*WORKED, step("4 09:00", 9), step("5 08:00", 4)).ended_at == at("4 09:00")


def test_ended_again_after_a_reopening_its_own_date_counts_else_the_first_9_ever_flagged() -> None:
    story = (*WORKED, step("4 09:00", 9), sync("5 08:00", 4))
    assert stand(*story, sync("9 08:00", 9, ended=at("6 15:00"))).ended_at == at("6 15:00")
    undated = stand(*story, sync("9 08:00", 9))
    assert undated.ended_at == at("4 09:00")
    assert "reopened_undated" in undated.flags
    assert "reopened_undated" not in stand(*WORKED, step("4 09:00", 9), sync("9 08:00", 9)).flags
    newly_ended = (sync("4 09:00", 9, ended=at("4 08:00")), sync("5 08:00", 4), step("6 08:00", 10), sync("9 08:00", 9))
    assert "reopened_undated" not in stand(*WORKED, *newly_ended).flags


# --- due dates


def test_the_due_date_is_what_the_source_says_now_and_the_first_promise_stays() -> None:
    found = stand(*WORKED, sync("4 08:00", 4, due=at("9 17:00")))
    assert (found.due_day, found.first_due_day) == (on(9), on(6))
    assert "due_moved_later" in found.flags


def test_a_newest_sync_without_a_due_date_leaves_the_first_promise() -> None:
    assert stand(*WORKED, sync("4 08:00", 4, due=0)).due_at == FRIDAY


def test_a_promise_that_nobody_gave_is_computed_from_the_limit_without_pauses() -> None:
    found = stand(sync("2 08:00", 2, due=0, procedure="3wd"), step("3 08:00", 6), step("4 08:00", 4))
    assert (found.first_due_at, found.due_at) == (at("5 08:00"), at("6 08:00"))
    assert "due_computed" in found.flags


def test_ended_without_any_due_date_counts_as_on_time_and_is_flagged() -> None:
    found = stand(sync("2 08:00", 2, due=0), step("20 09:00", 9))
    assert (found.due_day, found.judged) == (None, "on_day")
    assert "undated" in found.flags


@pytest.mark.parametrize(("end", "judged"), [("5 23:00", "early"), ("6 23:59", "on_day"), ("7 00:00", "late")])
def test_rates_compare_dates_not_instants(end: str, judged: str) -> None:
    assert stand(*WORKED, step(end, 9)).judged == judged


def test_it_is_overdue_from_the_day_after_until_it_ends() -> None:
    found = stand(*WORKED, step("10 09:00", 9))
    assert [found.overdue_on(on(day)) for day in (5, 6, 7, 9, 10)] == [False, False, True, True, False]


def test_ended_or_due_before_received_is_judged_by_the_true_dates_and_flagged() -> None:
    assert "ended_before_received" in stand(sync("2 08:00", 9, ended=at("1 09:00"))).flags
    found = stand(sync("2 08:00", 2, due=at("1 17:00")), step("2 09:00", 9))
    assert found.judged == "late"
    assert "due_before_received" in found.flags


# --- pauses


@pytest.mark.parametrize("status", [5, 6])
def test_a_pause_moves_the_promise_by_its_working_time(status: int) -> None:
    found = stand(TAKEN_IN, step("3 08:00", status), step("4 10:00", 4))
    assert (found.first_due_at, found.due_at) == (FRIDAY, at("10 09:00"))


def test_for_terms_in_calendar_days_a_pause_counts_whole_days_and_the_end_rolls_off_a_day_off() -> None:
    found = stand(sync("2 08:00", 2, procedure="10d", due=at("12 17:00")), step("3 08:00", 5), step("5 10:00", 4))
    assert found.due_at == at("16 17:00")


def test_while_the_clock_is_stopped_there_is_no_due_date() -> None:
    found = stand(*PAUSED)
    assert (found.paused, found.due_at, found.first_due_at) == (True, 0, FRIDAY)
    assert not found.overdue_on(on(30))


def test_a_bare_status_5_of_a_sync_is_no_pause() -> None:
    found = stand(*WORKED, sync("3 08:00", 5))
    assert (found.paused, found.due_at) == (False, FRIDAY)


def test_5_and_4_at_the_same_instant_close_the_pause() -> None:
    assert not stand(*PAUSED, step("3 08:00", 4)).paused


TAKEN_IN_LATER = sync("4 08:00", 2, received=at("4 08:00"), due=at("11 17:00"))


@pytest.mark.parametrize("taken_in", [step("4 08:00", 2), step("3 17:00", 4)])
def test_a_pause_that_was_over_when_the_dossier_was_received_changes_nothing(taken_in: DossierEvent) -> None:
    found = stand(step("2 09:00", 5), TAKEN_IN_LATER, taken_in, step("16 10:00", 9))
    assert (found.due_at, found.pauses, found.judged) == (at("11 17:00"), (), "late")
    assert "several_supplements" in stand(step("2 09:00", 5), TAKEN_IN_LATER, taken_in, step("5 09:00", 5)).flags


def test_a_pause_counts_from_the_reception_on_at_the_earliest() -> None:
    found = stand(step("2 09:00", 6), TAKEN_IN_LATER, step("5 08:00", 4))
    assert (found.due_at, found.pauses) == (at("12 17:00"), ((at("4 08:00"), at("5 08:00")),))
    still = stand(step("2 09:00", 5), TAKEN_IN_LATER)
    assert (still.paused, still.pauses) == (True, ((at("4 08:00"), 0),))


def test_a_request_before_the_reception_is_not_the_first_that_counts() -> None:
    asked = (step("2 09:00", 5), TAKEN_IN_LATER, step("4 08:00", 2), step("5 08:00", 5), step("6 08:00", 4))
    assert stand(*asked, rule="first_only").due_at == at("12 17:00")


def test_the_end_closes_a_pause() -> None:
    found = stand(*PAUSED, step("4 08:00", 9))
    assert (found.paused, found.due_day, found.judged) == (False, on(9), "early")


def test_a_pause_begun_after_the_due_day_changes_nothing() -> None:
    found = stand(TAKEN_IN, step("7 08:00", 5))
    assert (found.paused, found.due_at, found.pauses) == (False, FRIDAY, ())


def test_a_pause_begun_on_the_due_day_still_helps() -> None:
    assert stand(TAKEN_IN, step("6 20:00", 5)).paused


PROLONGED = (*WORKED, sync("4 08:00", 4, due=at("13 17:00")))  # by a week


def test_a_pause_within_a_date_that_the_source_moved_stops_the_clock_though_the_first_promise_is_over() -> None:
    found = stand(*PROLONGED, step("10 08:00", 5))
    assert (found.paused, found.due_at, found.first_due_at) == (True, 0, FRIDAY)
    assert not found.overdue_on(on(30))
    assert stand(*PROLONGED, step("13 20:00", 5)).paused
    assert not stand(*PROLONGED, step("14 08:00", 5)).paused


def test_a_pause_within_a_date_that_the_source_moved_is_over_and_the_later_of_that_and_promise_with_pauses_holds() -> None:
    short = stand(*PROLONGED, step("10 08:00", 5), step("12 08:00", 4))
    assert (short.due_at, short.pauses) == (at("13 17:00"), ((at("10 08:00"), at("12 08:00")),))
    assert stand(*PROLONGED, step("10 08:00", 5), step("24 08:00", 4)).due_at == at("20 17:00")
    assert stand(*PROLONGED, step("10 08:00", 5), step("24 08:00", 4), step("18 08:00", 5)).due_at == at("20 17:00")


def test_a_pause_between_a_date_that_pauses_moved_and_the_later_one_of_the_source_counts_too() -> None:
    found = stand(*PAUSED, step("4 08:00", 4), sync("4 08:00", 4, due=at("16 17:00")), step("12 08:00", 6), step("13 08:00", 4))
    assert (found.due_at, len(found.pauses)) == (at("16 17:00"), 2)


def test_a_pause_begun_after_a_date_that_the_source_moved_forward_changes_nothing() -> None:
    earlier = (*WORKED, sync("3 10:00", 4, due=at("4 17:00")))
    assert not stand(*earlier, step("5 08:00", 5)).paused
    assert stand(*earlier, step("4 08:00", 5)).paused


def test_pauses_are_not_added_to_a_date_that_the_source_moved() -> None:
    assert stand(*PAUSED, step("4 08:00", 4), sync("4 09:00", 4, due=at("20 17:00"))).due_at == at("20 17:00")


def test_a_date_moved_less_far_than_the_pauses_gives_way_to_them() -> None:
    assert stand(*PAUSED, step("5 08:00", 4), sync("5 09:00", 4, due=at("9 17:00"))).due_at == at("10 17:00")


def test_pauses_that_move_the_promise_by_less_than_a_day_leave_the_date_of_the_source() -> None:
    promised = sync("2 08:00", 2, due=at("6 10:00"))
    short = (promised, step("3 08:00", 6), step("3 09:00", 4), sync("3 10:00", 4, due=at("5 17:00")))
    assert stand(*short).due_at == at("5 17:00")


@pytest.mark.parametrize(("rule", "due"), [("subtract", "10 17:00"), ("first_only", "9 17:00")])
def test_the_rule_of_the_first_request_only_leaves_the_clock_running_in_later_ones(rule: SupplementRule, due: str) -> None:
    twice = (*PAUSED, step("4 08:00", 4), step("5 08:00", 5), step("6 08:00", 4))
    assert stand(*twice, rule=rule).due_at == at(due)
    assert "several_supplements" in stand(*twice, rule=rule).flags
    assert stand(*twice, step("9 08:00", 5), rule="first_only").paused is False


def test_the_restart_rule_runs_the_whole_limit_again_after_a_supplement_but_not_after_a_payment() -> None:
    known = sync("2 08:00", 2, procedure="3wd", due=at("4 17:00"))
    assert stand(known, step("3 08:00", 5), step("4 08:00", 4), rule="restart").due_at == at("9 08:00")
    assert stand(known, step("3 08:00", 6), step("4 08:00", 4), rule="restart").due_at == at("5 17:00")


def test_a_pause_without_any_due_date_is_a_pause_all_the_same() -> None:
    found = stand(sync("2 08:00", 2, due=0), step("3 08:00", 5))
    assert (found.paused, found.due_at) == (True, 0)


@pytest.mark.parametrize(
    ("flag", "events"),
    [
        ("done_without_work", (TAKEN_IN, step("4 09:00", 9))),
        ("finished_at_reception", (sync("2 08:00", 9, ended=MONDAY),)),
        ("end_backdated", (*WORKED, sync("9 08:00", 9, ended=FRIDAY))),
        ("end_equals_due", (*WORKED, sync("9 08:00", 9, ended=FRIDAY))),
        ("ended_in_last_minutes", (*WORKED, step("6 16:55", 9))),
    ],
)
def test_distortions_are_flagged_and_a_plain_course_is_not(flag: str, events: tuple[DossierEvent, ...]) -> None:
    assert flag in stand(*events).flags
    assert stand(*WORKED, step("5 09:00", 9)).flags == frozenset()
    assert stand(*events).flags <= set(FLAGS)
