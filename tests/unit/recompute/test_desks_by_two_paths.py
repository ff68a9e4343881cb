"""Desk events by two paths that share no code: the book that the projector keeps, and SQL; in any order, each any number of times."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from dunghen.cli.recompute.desk_table import DeskTable
from dunghen.contracts.desks import DeskBook, DeskDay, DeskEvent, DesksByUnit, decode_desk_day, desk_event_id
from dunghen.contracts.facts import FactsByUnit
from dunghen.contracts.messages import encode
from dunghen.domain.days import date_of
from dunghen.domain.desks import ANSWER_CHANNELS, DESK_EVENT_KINDS

DAY = 20_780
UNITS = ("20242", "20263")


def event(rng: Random, **other: Any) -> DeskEvent:
    day, kind = DAY - rng.randrange(4), rng.choice(DESK_EVENT_KINDS)
    at = day * 86400 + rng.randrange(7200)
    answered = kind == "answered"
    given: dict[str, Any] = {
        "unit": rng.choice(UNITS),
        "desk": rng.choice(("1", "2")),
        "on": date_of(day).isoformat(),
        "kind": kind,
        "number": rng.randrange(1, 9),
        "channel": rng.choice(ANSWER_CHANNELS) if answered else None,
        "score": rng.randrange(1, 6) if answered else 0,
        "occurred_at": at,
        "arrived_at": (at + rng.randrange(600)) * 1_000_000,
        **other,
    }
    made = DeskEvent(id="0" * 16, source="H17", **given)
    made.id = desk_event_id(made)
    return made


def facts_of(book: DeskBook) -> set[tuple[str, str, str, int, int | None]]:
    facts, desks = FactsByUnit(), DesksByUnit(book)
    desks.derive_all(facts)
    return {
        (unit, code, p, s.numerator, s.denominator) for unit, codes in facts.of.items() for code, ps in codes.items() for p, s in ps.items()
    }


def taken(*events: DeskEvent) -> DeskBook:
    book = DeskBook()
    changed = [key for one in events for key in book.take(one)]
    for key in dict.fromkeys([*changed, *book.close()]):
        book.settled(key)
    return book


def by_sql(*events: DeskEvent, below: int = 1 << 40) -> set[tuple[str, str, str, int, int | None]]:
    table = DeskTable()
    for offset, one in enumerate(events):
        table.add_record(0, offset, encode(one))
    return {(unit, code, date_of(first).isoformat(), num, den) for unit, code, first, _, num, den, _ in table.below({0: below})}


@pytest.mark.parametrize("seed", range(12))
def test_the_book_equals_sql_in_any_order_and_with_repetitions(seed: int) -> None:
    rng = Random(seed)
    events = [event(rng) for _ in range(250)]
    shuffled = rng.sample(events, len(events)) + rng.choices(events, k=60)
    assert facts_of(taken(*shuffled)) == facts_of(taken(*events)) == by_sql(*events) == by_sql(*shuffled)
    assert by_sql(*events, below=200) == facts_of(taken(*events[:200]))


def test_one_event_less_is_another_figure() -> None:
    rng = Random(1)
    events = [event(rng, kind="ticket_served", channel=None, score=0, number=n, unit="20242") for n in range(1, 6)]
    assert facts_of(taken(*events)) != by_sql(*events[1:])


def test_a_day_that_was_closed_keeps_its_figures_and_takes_no_more() -> None:
    rng = Random(3)
    early = [event(rng, unit="20242", desk="1", on=date_of(DAY).isoformat()) for _ in range(60)]
    later = event(rng, unit="20242", on=date_of(DAY + 40).isoformat(), arrived_at=(DAY + 40) * 86400 * 1_000_000)
    late = event(rng, unit="20242", desk="1", on=date_of(DAY).isoformat(), kind="ticket_taken", number=99, arrived_at=later.arrived_at + 1)
    book = taken(*early, later)
    assert book.take(late) == []
    closed = book.units["20242"]["1", DAY]
    assert closed.lines is None
    assert closed.tally == taken(*early).units["20242"]["1", DAY].tally
    assert facts_of(book) == by_sql(*early, later, late)


def test_what_is_older_than_the_topic_is_let_go() -> None:
    rng = Random(4)
    old = event(rng, unit="20242", desk="1", on=date_of(DAY).isoformat(), arrived_at=DAY * 86400 * 1_000_000)
    new = event(rng, unit="20242", desk="1", on=date_of(DAY + 401).isoformat(), arrived_at=(DAY + 401) * 86400 * 1_000_000)
    book = taken(old)
    book.take(new)
    assert ("20242", "1", DAY) in book.close()
    assert book.settled(("20242", "1", DAY)) is None
    assert [day.day for day in book] == [DAY + 401]


def test_a_desks_day_survives_its_keeping_and_goes_on() -> None:
    rng = Random(5)
    events = [event(rng, unit="20242", desk="1", on=date_of(DAY).isoformat()) for _ in range(80)]
    book, again = taken(*events[:40]), DeskBook()
    for day in book:
        again.add(decode_desk_day(encode(day)))
    for key in [key for one in events[40:] for key in again.take(one)]:
        again.settled(key)
    assert list(again) == list(taken(*events))


def test_what_is_of_no_day_counts_for_nothing() -> None:
    table = DeskTable()
    one = msgspec.structs.replace(event(Random(6)), on="2026-02-30")
    table.add_record(0, 0, encode(one))
    table.add_record(0, 1, b"?")
    assert table.below({0: 2}) == []


def test_pages_get_a_desks_day_without_its_tickets() -> None:
    desks = DesksByUnit(taken(event(Random(7))))
    days: list[DeskDay] = [one for unit in desks.of.values() for day in unit.values() for one in day.values()]
    assert [day.lines for day in days] == [None]
