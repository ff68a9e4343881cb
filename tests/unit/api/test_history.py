from __future__ import annotations

import random

import msgspec

from dunghen.contracts.cells import CellKey
from dunghen.contracts.messages import Notice
from dunghen.platform.store import Document, Put
from services.api.history import Days, Ledger, SeriesKey, days_of, taken_back
from services.api.history_projector import notice_version

SERIES = SeriesKey("20242", 0, 1)


def ledger(days: Days | None = None) -> Ledger:
    return Ledger(run=7, known={SERIES: dict(days or {})})


def cell(day: int) -> CellKey:
    return CellKey("20242", day, 0, 1)


def documents(writes: list[Put], collection: str) -> list[Document]:
    return [Document(w.id, w.version, w.body) for w in writes if w.collection == collection]


def test_a_series_is_written_whole_and_only_when_it_changed() -> None:
    book = ledger({5: [1]})
    book.put(cell(5), [1], now=0)
    assert book.take_writes(1) == []
    book.put(cell(6), [2], now=0)
    (series,) = documents(book.take_writes(2), "series")
    assert (days_of(series), series.id) == ({5: [1], 6: [2]}, "20242|0|1")
    book.put(cell(5), [], now=0)
    assert days_of(documents(book.take_writes(3), "series")[0]) == {6: [2]}


def test_what_days_were_is_written_before_they_are_other() -> None:
    """MongoDB writes one collection after the other: a reader in between, or a writer that is killed there, must not lose what was."""
    book = ledger({5: [1]})
    book.put(cell(5), [2], now=0)
    assert [put.collection for put in book.take_writes(1)] == ["revisions", "series"]


def test_within_a_minute_a_revision_remembers_what_was_before_it() -> None:
    book = ledger({5: [1]})
    ids = []
    for counters, now in (([2], 0), ([3], 59)):
        book.put(cell(5), counters, now)
        (revision,) = documents(book.take_writes(1), "revisions")
        ids.append(revision.id)
    assert ids[0] == ids[1]
    assert taken_back({("20242", 0): {5: [3]}}, [revision]) == {("20242", 0): {5: [1]}}
    book.put(cell(5), [4], 60)
    assert documents(book.take_writes(1), "revisions")[0].id != ids[0]


def test_a_clock_that_is_put_back_dates_nothing_before_what_was_dated_already() -> None:
    """So that what was known in between stays what was known, and nothing that came later is taken back with it."""
    book, revisions = ledger({5: [1]}), dict[str, Document]()
    for counters, now in (([2], 600), ([3], 60), ([4], 120), ([5], 660)):
        book.put(cell(5), counters, now)
        revisions.update((d.id, d) for d in documents(book.take_writes(counters[0]), "revisions"))
    present = {("20242", 0): {5: [5]}}
    assert sorted(d.body["at"] for d in revisions.values()) == [600, 660]
    assert taken_back(present, [d for d in revisions.values() if d.body["at"] > 600]) == {("20242", 0): {5: [4]}}
    assert taken_back(present, revisions.values()) == {("20242", 0): {5: [1]}}


def test_a_clock_that_ran_far_ahead_and_is_put_right_dates_what_follows_by_itself() -> None:
    book, revisions, day = ledger({5: [1], 6: [1]}), dict[str, Document](), 24 * 3600
    for at, counters, now in ((6, [2], 600 + day), (5, [2], 600), (5, [3], 660), (5, [4], 600 + day)):
        book.put(cell(at), counters, now)
        revisions.update((d.id, d) for d in documents(book.take_writes(len(revisions) + 1), "revisions"))
    assert [d.body["at"] for d in revisions.values()] == [600 + day, 600, 660, 600 + day]
    present = {("20242", 0): {5: [4], 6: [2]}}
    for at, known in ((660, [3]), (600, [2]), (0, [1])):
        assert taken_back(present, [d for d in revisions.values() if d.body["at"] > at])["20242", 0][5] == known


def test_the_past_is_the_present_with_later_minutes_taken_back() -> None:
    for seed in range(20):
        rng, book = random.Random(seed), ledger()
        past, revisions = {}, {}
        for minute in range(1, 12):
            for _ in range(rng.randrange(4)):
                book.put(cell(rng.randrange(4)), [rng.randrange(3)] if rng.random() < 0.8 else [], minute * 60 + rng.randrange(60))
                if rng.random() < 0.5:
                    revisions.update((d.id, d) for d in documents(book.take_writes(minute), "revisions"))
            revisions.update((d.id, d) for d in documents(book.take_writes(minute), "revisions"))
            past[minute] = dict(book.known[SERIES])
        present = {("20242", 0): book.known[SERIES]}
        for minute, known in past.items():
            later = [r for r in revisions.values() if r.body["at"] > minute * 60]
            assert taken_back(present, later) == {("20242", 0): known}


def test_a_settled_notice_wins_over_a_pending_one_whatever_their_offsets() -> None:
    pending = Notice(key="k", dossier="d", unit="u", stage="breach", due_at=1, decided_at=2, state="pending", reason="BREACH")
    sent = msgspec.structs.replace(pending, state="delivered")
    assert notice_version(pending, 3) < notice_version(pending, 500) < notice_version(sent, 0) < notice_version(sent, 4)
