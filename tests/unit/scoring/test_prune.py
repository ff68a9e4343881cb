"""Pruning without Kafka: no counter changes by it, nothing comes back by a late event, and a crash leaves the state before or after."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
import pytest
from test_fold import DAY, MONDAY, POLICY_1, Sent, counters, event, sent, state

from dunghen.contracts.cells import decode_kept, encode_cell
from dunghen.contracts.horizons import Horizon, horizon_of, horizon_record
from dunghen.contracts.messages import DossierEvent, encode
from dunghen.domain.record import seen_before
from services.scoring.fold import FoldState
from services.scoring.held_cells import Cells
from services.scoring.prune import AT_ONCE, BASE, SIZE, Digests, Past, Written, decide_horizon, digest, newest_arrival

TODAY = MONDAY // DAY  # a UTC day
UNITS = ("20242", "20263", "20285")


def told(number: int, at: int, **facts: int | str) -> DossierEvent:
    """An event that arrives when it happens."""
    given: dict[str, int | str] = {"occurred_at": at, "arrived_at": at * 1_000_000, "received": at, **facts}
    return event(f"H17.31-261123-{number:04d}", **given)


def life(rng: random.Random, number: int) -> Iterator[DossierEvent]:
    """A dossier within three years before Monday: most end, some are reopened, moved or retracted, some never get anywhere."""
    at, unit = MONDAY - rng.randrange(30, 1000) * DAY, rng.choice(UNITS)
    received = at
    for step in range(rng.randrange(1, 6)):
        kind = (
            "synced" if step == 0 and rng.random() < 0.9 else rng.choice(["synced", "progressed", "progressed", "progressed", "retracted"])
        )
        status = rng.choice([1, 2, 3, 4, 5, 6, 8, 9, 9, 9, 10])
        unit = rng.choice(UNITS) if rng.random() < 0.1 else unit
        facts = (
            {"due": received + 9 * DAY, "id": f"{rng.getrandbits(64):016x}"} if kind == "synced" else {"id": f"{rng.getrandbits(64):016x}"}
        )
        yield told(number, at, kind=kind, status=status, unit=unit, received=received, **facts)
        at += rng.choice([1, 3600, DAY, 20 * DAY, 500 * DAY])


def lives(seed: int, count: int = 150) -> list[DossierEvent]:
    """In the order of their arrival."""
    rng = random.Random(seed)
    return sorted((e for n in range(count) for e in life(rng, n) if e.occurred_at < MONDAY), key=lambda e: e.arrived_at)


@dataclass
class Topic:
    """What `dossiers` keeps of one partition, and what a new owner makes of it."""

    kept: dict[bytes, bytes | None] = field(default_factory=dict)

    def write(self, written: Iterable[tuple[bytes, bytes | None]]) -> None:
        self.kept.update(written)

    def compact(self) -> None:
        self.kept = {key: value for key, value in self.kept.items() if value is not None}

    def loaded(self) -> FoldState:
        fold = state()
        for key, value in self.kept.items():
            fold.take(key, value)
        fold.past.look_for_doomed(fold.records)
        fold.recount(POLICY_1)
        return fold


def cells(fold: FoldState) -> Cells:
    return {u: kept for u, days in fold.cells.items() if (kept := {d: c for d, c in days.items() if any(c)})}


def folded(events: list[DossierEvent]) -> tuple[FoldState, Topic]:
    fold, topic = state(), Topic()
    topic.write(fold.apply(sent(*events)).records.items())
    return fold, topic


def pruned(fold: FoldState, horizon: int, most: int = 1 << 30) -> Written:
    """All of a new horizon, `most` dossiers at a time."""
    step = Horizon(horizon, 7, 1)
    fold.past.advance(step, fold.records)
    out: Written = [horizon_record(step)]
    while fold.past.doomed:
        out += fold.past.clear(fold.records, POLICY_1.rules, most)
    return out


@pytest.mark.parametrize("seed", range(6))
def test_no_counter_changes_and_a_new_owner_sees_the_same_state(seed: int) -> None:
    fold, topic = folded(lives(seed))
    before, count = cells(fold), len(fold.records)
    topic.write(pruned(fold, TODAY - 400, most=1 + seed * 7))
    after = topic.loaded()
    assert 0 < len(after.past.frozen) == count - len(after.records) < count
    assert cells(fold) == cells(after) == before
    assert (after.records, after.past.horizon, after.past.base) == (fold.records, TODAY - 400, fold.past.base)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_part_of_it_was_written_the_counters_are_the_same(seed: int) -> None:
    """A horizon is cleared in several transactions; each of them is there as a whole or not at all, and the next owner goes on."""
    fold, topic = folded(lives(seed))
    before, step = cells(fold), Horizon(TODAY - 400, 7, 1)
    fold.past.advance(step, fold.records)
    topic.write([horizon_record(step)])
    while fold.past.doomed:
        successor = topic.loaded()
        assert cells(successor) == before
        assert pruned(successor, TODAY - 399)
        assert cells(successor) == before
        topic.write(fold.past.clear(fold.records, POLICY_1.rules, 9))
    assert topic.loaded().records == fold.records


@pytest.mark.parametrize("seed", range(3))
def test_a_second_prune_finds_nothing_and_a_later_horizon_adds_to_the_base(seed: int) -> None:
    fold, topic = folded(lives(seed))
    before = cells(fold)
    topic.write(pruned(fold, TODAY - 600))
    topic.compact()
    again, count = topic.loaded(), len(fold.past.frozen)
    assert (again.past.clear(again.records, POLICY_1.rules, 1 << 30), len(again.past.frozen)) == ([], count)
    topic.write(pruned(again, TODAY - 200))
    later = topic.loaded()
    assert len(later.past.frozen) > count
    assert cells(later) == before


@pytest.mark.parametrize("seed", range(3))
def test_late_events_of_frozen_dossiers_are_refused_and_would_count_twice_if_they_were_not(seed: int) -> None:
    events = lives(seed)
    fold, topic = folded(events)
    topic.write(pruned(fold, TODAY - 400))
    gone = [e for e in events if e.dossier.encode() not in fold.records]
    reopening = [told(int(e.dossier[-4:]), MONDAY, status=4) for e in gone]
    before, records = cells(fold), dict(fold.records)
    done = fold.apply(sent(*gone, *reopening))
    assert ({d.reason for d in done.dead}, len(done.dead)) == ({"BEYOND_HORIZON"}, 2 * len(gone))
    assert (done.records, done.touched, cells(fold), fold.records) == ({}, {}, before, records)

    careless = topic.loaded()
    careless.past.frozen = Digests()
    careless.apply(sent(*gone, *reopening))
    assert cells(careless) != before
    assert sum(map(received, UNITS, [careless] * 3)) > sum(map(received, UNITS, [fold] * 3))


def received(unit: str, fold: FoldState) -> int:
    return counters(fold, unit).get("received", 0)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_frozen_does_not_depend_on_when_it_was_cleared_away(seed: int) -> None:
    rng, events = random.Random(seed), lives(seed)
    late = [rng.choice(events) for _ in range(60)] + [told(rng.randrange(150), MONDAY, status=4) for _ in range(60)]
    rng.shuffle(late)
    prompt, _ = folded(events)
    lazy, _ = folded(events)
    pruned(prompt, TODAY - 400)
    lazy.past.advance(Horizon(TODAY - 400, 7, 1), lazy.records)
    for number, one in enumerate(late):
        if number % 10 == 0:
            lazy.past.clear(lazy.records, POLICY_1.rules, 5)
        assert [d.detail for d in prompt.apply(sent(one)).dead] == [d.detail for d in lazy.apply(sent(one)).dead]
        assert cells(prompt) == cells(lazy)
    pruned(lazy, TODAY - 399), pruned(prompt, TODAY - 399)
    assert (lazy.records, lazy.past.base) == (prompt.records, prompt.past.base)


def test_what_is_open_stays_however_long_it_is_silent() -> None:
    fold, _ = folded([told(1, MONDAY - 900 * DAY), told(2, MONDAY - 900 * DAY, status=9), told(3, MONDAY - 900 * DAY, status=1)])
    pruned(fold, TODAY - 400)
    assert list(fold.records) == [b"H17.31-261123-0001"]
    done = fold.apply(sent(told(1, MONDAY, kind="progressed", status=9)))
    assert (done.dead, counters(fold)["on_day"]) == ([], 2)


def test_what_is_accepted_counts_as_arrived_no_earlier_than_the_horizon() -> None:
    """So only a later horizon can freeze it: the batch path need not know when the record was cleared away."""
    fold, _ = folded([told(1, MONDAY - 900 * DAY)])
    pruned(fold, TODAY - 400)
    fold.apply(sent(told(1, MONDAY - 899 * DAY, kind="progressed", status=9), told(2, MONDAY - 899 * DAY, status=9)))
    assert not any(seen_before(record, TODAY - 400) for record in fold.records.values())
    pruned(fold, TODAY - 399)
    assert fold.records == {}


@pytest.mark.parametrize(
    ("facts", "reopens"),
    [
        ({"status": 4}, True),
        ({"status": 9}, False),
        ({"status": 4, "kind": "progressed"}, False),
        ({"status": 0, "kind": "retracted"}, False),
        ({"status": 4, "occurred_at": MONDAY - 500 * DAY}, False),  # an old sync that comes again
    ],
)
def test_only_a_sync_that_says_open_and_is_newer_than_the_horizon_is_listed_as_a_reopening(facts: dict[str, int], reopens: bool) -> None:
    fold, _ = folded([told(1, MONDAY - 900 * DAY, status=9)])
    pruned(fold, TODAY - 400)
    (letter,) = fold.apply(sent(told(1, MONDAY, **facts))).dead
    assert letter.detail.startswith("reopens: ") is reopens
    assert letter.event is not None


@pytest.mark.parametrize(
    ("today", "newest", "after", "horizon"),
    [
        (20_000, 20_000, 400, 19_600),
        (20_000, 19_000, 400, 18_600),  # years of events are read anew: what comes after is not known yet
        (20_000, 30_000, 400, 19_600),  # an event from the future moves nothing
        (20_000, 20_000, 0, 0),
        (20_000, 0, 400, 0),  # nothing has arrived
    ],
)
def test_a_horizon_lies_so_many_days_back_and_never_before_what_has_arrived(today: int, newest: int, after: int, horizon: int) -> None:
    assert decide_horizon(today, newest, after) == horizon


def test_the_newest_arrival_is_that_of_any_record() -> None:
    fold, _ = folded([told(1, MONDAY), told(2, MONDAY - 9 * DAY)])
    assert (newest_arrival(fold.records.values()), newest_arrival([])) == (TODAY, 0)


def test_digests_are_a_set_also_where_one_lies_across_two_others() -> None:
    rng = random.Random(1)
    digests = [digest(b"%d" % n) for n in range(5000)]
    held, some = Digests(), digests[:2500]
    held.add(b"".join(some[:100]))
    held.add(b"".join(some[100:]))
    assert [d in held for d in digests] == [True] * 2500 + [False] * 2500
    assert len(held) == 2500
    first = bytes([7, 0]) + rng.randbytes(6) + bytes([7, 0]) + rng.randbytes(6)
    second = bytes([7, 0]) + rng.randbytes(14)
    across = first[8:] + second[:8]
    held.add(first + second)
    assert (first in held, second in held, across in held) == (True, True, False)
    held.add(across)
    assert across in held


def test_as_many_digests_as_there_are_go_into_several_records() -> None:
    fold = state()
    fold.apply(sent(*(msgspec.structs.replace(told(1, MONDAY - 900 * DAY, status=9), dossier=f"D{n}") for n in range(AT_ONCE + 1))))
    written = dict(pruned(fold, TODAY - 400))
    assert sorted(len(v or b"") // SIZE for key, v in written.items() if key.startswith(b"~frozen|")) == [1, AT_ONCE]
    past = Past()
    for key, value in written.items():
        past.take(key, value)
    assert (len(past.frozen), past.base) == (AT_ONCE + 1, fold.past.base)


def test_a_base_cell_keeps_what_a_newer_release_counted_as_nobody_can_count_that_again() -> None:
    fold, _ = folded([told(1, MONDAY - 900 * DAY, status=9)])
    pruned(fold, TODAY - 400)
    ((day, ours),) = fold.past.base["20242"].items()
    kept = encode_cell([*decode_kept(ours), 7, 8])
    later, _ = folded([told(2, MONDAY - 900 * DAY, status=9)])
    later.past.take(BASE + b"20242|%d" % day, kept)
    assert decode_kept(dict(pruned(later, TODAY - 400))[BASE + b"20242|%d" % day] or b"")[-2:] == [7, 8]
    assert later.past.cells()["20242"][day] == [2 * counter for counter in decode_kept(ours)]


def test_a_horizon_is_read_back_and_other_records_are_none() -> None:
    assert horizon_of(*horizon_record(Horizon(19_600, 12, 3))) == Horizon(19_600, 12, 3)
    assert [horizon_of(key, b"1") for key in (None, b"~next", b"D1")] == [None] * 3


def test_an_event_of_a_frozen_dossier_under_a_wrong_key_is_unusable_first() -> None:
    fold, _ = folded([told(1, MONDAY - 900 * DAY, status=9)])
    pruned(fold, TODAY - 400)
    done = fold.apply([Sent(b"H17.31-261123-0001", encode(told(2, MONDAY)), 9)])
    assert [d.reason for d in done.dead] == ["UNUSABLE"]
