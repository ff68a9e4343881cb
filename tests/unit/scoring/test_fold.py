"""The first stage without Kafka: rounds of events, the counters they change, what cannot be folded."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from dunghen.contracts.messages import DossierEvent, decode_event, decode_events, encode
from dunghen.contracts.topics import partition_of
from dunghen.domain.marks import COUNTERS
from dunghen.domain.policy import Policy
from dunghen.domain.record_layout import MOST_STEPS
from dunghen.domain.record_reading import unpack
from services.scoring.brake import Brake, BrakePolicy
from services.scoring.fold import NEXT, POLICY, RETIRED, FoldState, cells_under

POLICY_1 = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng"}})
MONDAY = 1_795_395_600  # 2026-11-23 08:00 in Hanoi
DAY = 86_400


@dataclass
class Sent:
    key: bytes | None
    value: bytes | None
    offset: int
    timestamp: int = 0


def event(dossier: str = "H17.31-261123-0001", **facts: Any) -> DossierEvent:
    given = {
        "id": "0" * 16,
        "unit": "20242",
        "kind": "synced",
        "occurred_at": MONDAY,
        "arrived_at": 1,
        "status": 2,
        "received": MONDAY,
        "dossier": dossier,
        **facts,
    }
    return DossierEvent(**given)


def sent(*events: DossierEvent) -> list[Sent]:
    return [Sent(e.dossier.encode(), encode(e), i) for i, e in enumerate(events)]


def state() -> FoldState:
    return FoldState("dossier-events", 3, POLICY_1)


def counters(fold: FoldState, unit: str = "20242") -> dict[str, int]:
    """All counters of a unit, summed over its days."""
    days = fold.cells.get(unit, {}).values()
    return {name: total for i, name in enumerate(COUNTERS) if (total := sum(d[i] for d in days))}


def test_a_received_dossier_is_pending() -> None:
    fold = state()
    done = fold.apply(sent(event()))
    assert counters(fold) == {"received": 1, "pending": 1}
    assert list(done.records) == [b"H17.31-261123-0001"]
    assert done.touched["20242"]


def test_a_repeated_event_changes_nothing() -> None:
    fold = state()
    fold.apply(sent(event()))
    again = fold.apply(sent(event()))
    assert (again.records, again.touched) == ({}, {})


def test_a_dossier_that_moves_takes_all_it_counted_with_it() -> None:
    fold = state()
    done = fold.apply(sent(event(), event(unit="20263", occurred_at=MONDAY + 60)))
    assert counters(fold) == {}
    assert counters(fold, "20263") == {"received": 1, "pending": 1}
    assert done.touched.keys() == {"20263"}
    fold.apply(sent(event(occurred_at=MONDAY + 120)))
    assert counters(fold) == {"received": 1, "pending": 1}


@pytest.mark.parametrize("seed", range(5))
def test_rounds_of_any_size_add_up_to_what_all_records_say(seed: int) -> None:
    rng, fold, events = random.Random(seed), state(), []
    for number in range(60):
        code = f"H17.31-261123-{number % 20:04d}"
        at = MONDAY + rng.randrange(9 * DAY)
        kind = rng.choice(["synced", "progressed", "progressed"])
        due = MONDAY + 5 * DAY if kind == "synced" else 0
        events.append(
            event(code, kind=kind, occurred_at=at, status=rng.choice([2, 4, 5, 9, 10]), due=due, unit=rng.choice(["20242", "20263"]))
        )
    messages = sent(*events)
    while messages:
        size = rng.randrange(1, 9)
        fold.apply(messages[:size])
        messages = messages[size:]
    assert {u: {d: c for d, c in days.items() if any(c)} for u, days in fold.cells.items() if any(map(any, days.values()))} == cells_under(
        fold.records.values(), POLICY_1
    )


@pytest.mark.parametrize(
    "value", [None, b"", b"{", b"\xff\xfe", b"[]", b'{"id":"1"}', encode(event()).replace(b'"status":2', b'"status":99')]
)
def test_what_cannot_be_read_becomes_a_dead_letter_without_its_bytes_and_stops_nobody(value: bytes | None) -> None:
    fold = state()
    done = fold.apply([Sent(b"planted-0905999888", value, 7), *sent(event())])
    assert [(d.topic, d.partition, d.offset, d.reason, d.event) for d in done.dead] == [("dossier-events", 3, 7, "UNREADABLE", None)]
    assert b"0905999888" not in encode(done.dead[0])
    assert counters(fold) == {"received": 1, "pending": 1}


def test_a_version_that_is_not_known_yet_is_told_apart_from_what_nobody_can_read() -> None:
    newer = encode(event())[:-1] + b',"version":2}'
    done = state().apply([Sent(b"H17.31-261123-0001", newer, 0)])
    assert [(d.reason, d.detail, d.event) for d in done.dead] == [("UNKNOWN_VERSION", "`$.version`", None)]


def test_what_a_newer_writer_adds_is_no_obstacle() -> None:
    newer = encode(event())[:-1] + b',"weight":2}'
    assert state().apply([Sent(b"H17.31-261123-0001", newer, 0)]).dead == []


def test_transitions_that_make_no_sense_are_facts_not_dead_letters() -> None:
    odd = [(kind, status) for kind in ("progressed", "retracted", "synced") for status in (10, 9, 1, 4, 7, 2)]
    events = [event(kind=kind, status=status, occurred_at=MONDAY + n) for n, (kind, status) in enumerate(odd)]
    fold = state()
    assert fold.apply(sent(*events)).dead == []
    assert counters(fold)["received"] == 1


def test_the_brake_stops_before_the_record_that_is_one_too_many_and_takes_nothing_behind_it() -> None:
    fold = FoldState("dossier-events", 3, POLICY_1, brake=Brake(BrakePolicy(run=2, ratio=0)))
    bad = [Sent(b"x", b"{", n) for n in (1, 2, 3)]
    first, behind = event("H17.31-261123-0001"), event("H17.31-261123-0002")
    done = fold.apply([*sent(first), *bad, Sent(behind.dossier.encode(), encode(behind), 4)])
    assert ([d.offset for d in done.dead], done.stopped_at) == ([1, 2], 3)
    assert list(done.records) == list(fold.records) == [first.dossier.encode()]


def test_a_dossier_with_more_steps_than_anybody_takes_keeps_the_earliest_and_stays_small() -> None:
    fold, steps = state(), [event(kind="progressed", status=4, occurred_at=MONDAY + n) for n in range(MOST_STEPS + 50)]
    random.Random(3).shuffle(steps)
    fold.apply(sent(event(), *steps))
    again = state()
    again.apply(sent(*sorted(steps, key=lambda s: -s.occurred_at)[:2000], *steps, event()))
    assert fold.records == again.records
    _, kept = unpack(fold.records[b"H17.31-261123-0001"])
    assert (len(kept), kept[-1]) == (MOST_STEPS, (MONDAY + MOST_STEPS - 1, 4))
    late = event(kind="progressed", status=9, occurred_at=MONDAY + 10 * DAY)
    assert (fold.apply(sent(late)).records, counters(fold)) == ({}, {"received": 1, "pending": 1})


ODD = ["H17\x7f", "H17\n", "H17\u00e9", "H" * 61, 'H"17', "H\\\\17"]


@pytest.mark.parametrize("member", ["dossier", "unit", "source", "procedure", "field", "receiving_unit", "id"])
@pytest.mark.parametrize("text", ODD)
def test_decoding_a_round_at_once_takes_and_refuses_what_decoding_one_by_one_does(member: str, text: str) -> None:
    good, odd = encode(event()), encode(event(**{member: text}))
    try:
        expected = encode(decode_event(odd))
    except msgspec.MsgspecError:
        assert decode_events([good, odd]) is None
    else:
        assert [encode(e) for e in decode_events([good, odd]) or map(decode_event, [good, odd])] == [good, expected]


def test_values_that_only_together_make_events_are_dead_letters_each() -> None:
    one, half = encode(event()), encode(event())[:40]
    for values in ([one + one, b""], [half, encode(event())[40:] + one], [b"[", one + b"]"]):
        assert len(state().apply([Sent(b"H17.31-261123-0001", v, i) for i, v in enumerate(values)]).dead) == 2


def test_an_event_under_another_dossiers_key_is_dead_but_readable() -> None:
    done = state().apply([Sent(b"another", encode(event()), 0)])
    assert [(d.reason, d.event) for d in done.dead] == [("UNUSABLE", event())]


def test_a_dossier_that_calls_itself_by_a_key_of_ours_is_dead() -> None:
    fold = state()
    done = fold.apply(sent(event("~next")))
    assert ([d.reason for d in done.dead], fold.records) == (["UNUSABLE"], {})


def test_a_record_whose_dossier_counts_in_another_partition_is_passed_over_and_counted() -> None:
    events = [event(f"H17.31-261123-{n:04d}") for n in range(60)]
    folds = [FoldState("dossier-events", p, POLICY_1, partitions=4) for p in range(4)]
    rounds = [fold.apply(sent(*events)) for fold in folds]
    assert sum(len(fold.records) for fold in folds) == 60
    assert all(fold.records and len(fold.records) + done.foreign == 60 for fold, done in zip(folds, rounds, strict=True))
    assert all(partition_of(key, 4) == fold.partition for fold in folds for key in fold.records)
    assert sum(counters(fold)["received"] for fold in folds) == 60


def test_what_cannot_be_used_is_set_aside_wherever_it_stands() -> None:
    wrong = [Sent(b"H17.31-261123-0001", b"{", 0), Sent(None, b"{", 1), Sent(b"another", encode(event()), 2)]
    for partition in range(4):
        done = FoldState("dossier-events", partition, POLICY_1, partitions=4).apply(wrong)
        assert ([d.offset for d in done.dead], done.foreign) == ([0, 1, 2], 0)


def test_its_own_bookkeeping_is_no_dossier() -> None:
    fold = state()
    for key, value in ((NEXT, b"12"), (POLICY, b"2"), (RETIRED, b"1"), (b"d", b"x"), (b"d", None)):
        fold.take(key, value)
    assert (fold.next, fold.published, fold.retired, fold.records) == (12, 2, (1,), {})


def test_a_long_recount_gives_way_between_its_parts_and_counts_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the transactions of this process's other stages are ended by the broker meanwhile."""
    fold = state()
    fold.apply(sent(*(event(f"H17.31-261123-{number:04d}") for number in range(25))))
    wanted = {unit: {day: list(counted) for day, counted in days.items()} for unit, days in fold.cells.items()}
    monkeypatch.setattr("services.scoring.fold.AT_ONCE", 10)
    breaths = sum(1 for _ in fold.recounting(POLICY_1))
    assert breaths == 3
    assert fold.cells == wanted == fold.recount(POLICY_1)
