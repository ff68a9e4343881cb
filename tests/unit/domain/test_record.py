from __future__ import annotations

from random import Random
from typing import Any

import pytest
from nasty_dossiers import dossier, event

from dunghen.contracts.messages import NOT_IN_THE_DIRECTORY, DossierEvent
from dunghen.domain.record import append_quietly, day_of_arrival, fold, last_seen, modern, seen_before
from dunghen.domain.record_layout import LAYOUT, RETRACTED, SYNCED
from dunghen.domain.record_reading import read_plainly, unpack
from tests.earlier_layouts import as_layout_1, as_layout_2

T = 1_767_600_000
synced = event(
    "synced", T, status=2, received=T, due=T + 500_000, procedure="1.004222", submitted=T - 60, channel=2, flags=9, id="00ff00ff00ff00ff"
)


def record_of(*events: DossierEvent) -> bytes:
    record: bytes | None = None
    for e in events:
        record = fold(record, e) or record
    assert record is not None
    return record


def step(at: int, status: int, **facts: Any) -> DossierEvent:
    return event("progressed", at, status=status, **facts)


def test_a_record_gives_back_what_the_newest_sync_said() -> None:
    head, steps = unpack(record_of(synced, step(T + 5, 4)))
    assert (head.kind, head.status, head.unit, head.procedure, head.channel, head.flags) == (SYNCED, 2, "20242", "1.004222", 2, 9)
    assert (head.occurred_at, head.arrived_at, f"{head.id:016x}") == (T, T * 1_000_000, synced.id)
    assert (head.submitted, head.received, head.due, head.first_due) == (T - 60, T, T + 500_000, T + 500_000)
    assert steps == [(T + 5, 4)]


def test_an_event_that_adds_nothing_gives_none() -> None:
    record = record_of(synced, step(T + 5, 4))
    assert fold(record, synced) is None
    assert fold(record, step(T + 5, 4)) is None


def test_within_an_instant_a_pause_opens_before_it_closes_and_an_end_comes_last() -> None:
    assert [s for _, s in unpack(record_of(*(step(T, s) for s in (10, 9, 8, 7, 3, 4, 2, 6, 5, 1))))[1]] == [1, 5, 6, 2, 4, 3, 7, 8, 9, 10]


def test_the_same_content_said_again_later_counts_as_said_again() -> None:
    other = event("synced", T + 10, status=4, received=T, unit="H17.31")
    again = event("synced", T + 20, status=2, received=T, unit="20242")
    assert unpack(record_of(again, synced, other))[0].unit == "20242"


def test_what_a_source_of_higher_precedence_states_holds_however_old_it_is() -> None:
    own = event("synced", T, status=4, received=T, due=T + 900, unit="20242", precedence=2)
    other = event("synced", T + 500, status=9, received=T - 9, due=T + 100, ended=T + 400, unit="20194")
    for order in ((own, other), (other, own)):
        head, _ = unpack(record_of(*order))
        assert (head.stated, head.unit, head.status, head.due, head.first_due, head.final_at, head.said) == (
            3,
            "20242",
            4,
            T + 900,
            T + 900,
            0,
            1 << 4,
        )


def test_steps_count_from_every_source_and_only_the_highest_can_retract() -> None:
    own = event("synced", T, status=2, received=T, precedence=1)
    record = record_of(own, event("retracted", T + 50), step(T + 60, 4, step_due=T + 99), event("synced", T + 70, steps=((5, T + 80),)))
    head, steps = unpack(record)
    assert (head.kind, head.step_due, steps) == (SYNCED, T + 99, [(T + 60, 4), (T + 80, 5)])
    assert unpack(record_of(own, event("retracted", T - 50, precedence=2)))[0].kind == RETRACTED


@pytest.mark.parametrize("seed", range(200))
def test_with_sources_of_different_precedence_the_record_is_a_function_of_the_set(seed: int) -> None:
    rng = Random(seed)
    events = dossier(rng)
    for each in events:
        each.precedence = rng.choice((0, 0, 1, 3))
    first = record_of(*events)
    for _ in range(6):
        order = [*events, *rng.choices(events, k=3)]
        rng.shuffle(order)
        assert record_of(*order) == first
    highest = max((each.precedence for each in events if each.kind != "progressed"), default=0)
    heard = [each for each in events if each.kind == "progressed" or each.precedence == highest]
    unheard = [each for each in events if each.kind == "synced" and each.precedence < highest]
    steps = [
        event("progressed", at, status=status, unit="", arrived_at=each.arrived_at) for each in unheard for status, at in each.steps if at
    ]
    alone, whole = (unpack(record) for record in (record_of(*heard, *steps), first))
    assert whole == alone


def test_two_syncs_that_differ_in_nothing_but_content_are_ordered_all_the_same() -> None:
    twin = event("synced", T, status=4, received=T + 9, id=synced.id)
    assert record_of(synced, twin) == record_of(twin, synced)


def test_a_retraction_is_a_statement_and_a_later_sync_brings_the_dossier_back() -> None:
    gone, back = event("retracted", T + 10), event("synced", T + 20, status=4, received=T)
    assert unpack(record_of(synced, gone))[0].kind == RETRACTED
    assert unpack(record_of(back, synced, gone))[0].kind == SYNCED


def test_supplements_of_a_sync_are_steps_and_those_without_a_date_are_none() -> None:
    sync = event("synced", T, status=2, steps=((5, T + 1), (4, T + 2), (5, 0)))
    assert unpack(record_of(sync))[1] == [(T + 1, 5), (T + 2, 4)]


def test_the_newest_step_that_names_a_due_date_keeps_it_in_any_order() -> None:
    events = [synced, step(T + 5, 4, step_due=T + 900), step(T + 7, 4), step(T + 6, 4, step_due=T + 800)]
    assert {unpack(record_of(*order))[0].step_due for order in (events, events[::-1])} == {T + 800}


def test_the_first_promise_is_that_of_the_earliest_sync_that_had_one() -> None:
    early, later = event("synced", T - 50, status=2), event("synced", T + 50, status=4, due=T + 1)
    head, _ = unpack(record_of(later, synced, early))
    assert (head.due, head.first_due) == (T + 1, T + 500_000)


def test_a_later_4_is_appended_quietly_also_with_a_due_date_of_its_own() -> None:
    record, later = record_of(synced), step(T + 9, 4, step_due=T + 77)
    quick = append_quietly(record, later)
    assert quick == fold(record, later)
    assert unpack(quick or b"")[0].step_due == T + 77


def test_an_older_due_date_of_a_step_is_not_taken_by_the_quick_append_either() -> None:
    record = record_of(synced, event("progressed", T + 9, status=0, step_due=T + 77))
    assert append_quietly(record, step(T + 8, 4, step_due=T + 66)) == fold(record, step(T + 8, 4, step_due=T + 66))


@pytest.mark.parametrize(("at", "status"), [(T + 4, 4), (T + 9, 5), (T + 9, 9), (T + 9, 10), (T + 9, 7)])
def test_what_might_change_the_marks_is_not_appended_quietly(at: int, status: int) -> None:
    assert append_quietly(record_of(synced, step(T + 5, 4)), step(at, status)) is None


def test_a_10_is_quiet_only_behind_a_9_that_counts() -> None:
    ended = record_of(synced, step(T + 5, 9))
    reopened = record_of(synced, step(T + 5, 9), event("synced", T + 6, status=4, received=T))
    assert append_quietly(ended, step(T + 9, 10)) == fold(ended, step(T + 9, 10))
    assert append_quietly(reopened, step(T + 9, 10)) is None


def test_a_record_knows_the_day_on_which_its_last_event_arrived_in_any_order() -> None:
    late = event("progressed", T + 5, status=4, arrived_at=(T + 9 * 86_400) * 1_000_000)
    for order in ([synced, late], [late, synced], [synced, late, synced, late]):
        assert last_seen(record_of(*order)) == day_of_arrival(late) == day_of_arrival(synced) + 9


def test_the_same_event_delivered_again_on_a_later_day_changes_only_that_day() -> None:
    record = record_of(synced, step(T + 5, 4))
    again = event("progressed", T + 5, status=4, arrived_at=(T + 9 * 86_400) * 1_000_000)
    assert last_seen(fold(record, again) or b"") == day_of_arrival(again)
    assert unpack(fold(record, again) or b"") == unpack(record)


def test_an_event_does_not_count_as_arrived_before_the_day_that_is_named() -> None:
    record, day = record_of(synced), day_of_arrival(synced)
    assert last_seen(fold(None, synced, day + 3) or b"") == day + 3
    assert last_seen(fold(record, synced, day + 3) or b"") == day + 3
    assert (seen_before(record, day), seen_before(record, day + 1)) == (False, True)
    assert last_seen(fold(record, synced, 1 << 20) or b"") == 0xFFFF


@pytest.mark.parametrize("seen", [0, 1 << 20])
def test_the_quiet_append_knows_the_day_too(seen: int) -> None:
    record = record_of(synced)
    for days in (0, 9):
        late = event("progressed", T + 5, status=4, arrived_at=(T + days * 86_400) * 1_000_000)
        assert append_quietly(record, late, seen) == fold(record, late, seen)


@pytest.mark.parametrize("events", [[synced], [synced, step(T + 5, 4)], [step(T + 5, 4)]])
def test_a_record_of_an_earlier_layout_reads_the_same_in_the_present_one(events: list[DossierEvent]) -> None:
    record = record_of(*events)
    assert [modern(earlier) for earlier in (as_layout_2(record), as_layout_1(record), record)] == [record] * 3


A, B = "p00000000000000aa", "p00000000000000bb"


def test_the_newest_step_that_names_an_official_says_who_has_the_dossier_in_any_order() -> None:
    events = [synced, step(T + 5, 4, handler=A), step(T + 9, 4), step(T + 7, 5, handler=B), step(T + 6, 4, handler=A)]
    assert {unpack(record_of(*order))[0].handler_id for order in (events, events[::-1], events[2:] + events[:2])} == {B}
    assert unpack(record_of(synced, step(T + 5, 4)))[0].handler_id == ""


def test_a_step_said_again_after_the_directory_knew_the_name_tells_it() -> None:
    assert unpack(record_of(synced, step(T + 5, 4), step(T + 5, 4, handler=A)))[0].handler_id == A


def test_a_4_with_an_official_is_appended_quietly_and_an_older_one_changes_nothing() -> None:
    record = record_of(synced, step(T + 8, 4, handler=A))
    for fold_in in (append_quietly, fold):
        stranger = fold_in(record, step(T + 9, 4, handler=NOT_IN_THE_DIRECTORY)) or b""
        assert (unpack(stranger)[0].handler_id, unpack(stranger)[0].handler_at) == ("", T + 9)
    for later in (step(T + 9, 4, handler=B), step(T + 9, 4)):
        assert append_quietly(record, later) == fold(record, later)
    assert unpack(append_quietly(record, step(T + 9, 4, handler=B)) or b"")[0].handler_id == B


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (b"", "0 bytes"),
        (record_of(synced)[:60], "60 bytes"),
        (record_of(synced) + b"123", "steps begin"),
        (bytes((0, LAYOUT + 1)) + record_of(synced)[2:], f"layout {LAYOUT + 1}"),
    ],
)
def test_a_record_that_cannot_be_read_says_what_is_wrong(broken: bytes, what: str) -> None:
    assert read_plainly(broken) is None
    for use in (unpack, lambda record: fold(record, synced)):
        with pytest.raises(ValueError, match=what):
            use(broken)


@pytest.mark.parametrize(
    "bounds", [{"due": 1 << 32}, {"unit": "Hải Châu"}, {"unit": "x" * 300}, {"id": "not hex"}, {"status": 11}, {"received": -1}]
)
def test_an_event_out_of_bounds_is_refused(bounds: dict[str, int | str]) -> None:
    with pytest.raises(ValueError):
        fold(None, event("synced", T, **{"status": 2, **bounds}))


def test_any_prefix_of_a_record_is_refused_or_read_but_never_breaks_otherwise() -> None:
    record = record_of(*dossier(Random(7)))
    for length in range(len(record)):
        try:
            unpack(record[:length])
        except ValueError:
            continue
        assert (len(record) - length) % 5 == 0
