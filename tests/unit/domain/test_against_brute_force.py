"""Records, marks and rates against `brute_force`, over nasty dossiers. DUNGHEN_EXAMPLES=2000 for a long run of the slow test."""

from __future__ import annotations

import os
from datetime import date, timedelta
from random import Random

import brute_force
import pytest
from brute_force import HANOI, Story
from nasty_dossiers import UNITS, dossier

from dunghen.contracts.messages import DossierEvent
from dunghen.domain.calendar import VIETNAM_HOURS, WorkingCalendar
from dunghen.domain.days import Zone, date_of, day_number
from dunghen.domain.deadline import TimeLimit
from dunghen.domain.marks import COUNTERS, DIFFERENCES, OTHERWISE, marks
from dunghen.domain.rates import DaySeries
from dunghen.domain.reckoning import reckon
from dunghen.domain.record import append_quietly, fold
from dunghen.domain.record_reading import read_plainly, unpack
from dunghen.domain.rules import SUPPLEMENT_RULES, DossierRules, SupplementRule

ZONE = Zone("Asia/Ho_Chi_Minh")
OVERRIDES = {day_number(d): () for d in brute_force.DAYS_OFF} | {day_number(d): VIETNAM_HOURS for d in brute_force.DAYS_WORKED}
CALENDAR = WorkingCalendar(ZONE, overrides=OVERRIDES)
LIMITS = {procedure: TimeLimit(*limit) for procedure, limit in brute_force.LIMITS.items()}


def rules_of(rule: SupplementRule) -> DossierRules:
    return DossierRules(ZONE, CALENDAR, lambda procedure, day: LIMITS.get(procedure), lambda day: rule)


def folded(events: list[DossierEvent], rules: DossierRules) -> bytes:
    """The record; on the way, wherever the quick append applies it must equal the fold and leave the marks alone."""
    record: bytes | None = None
    for e in events:
        new = fold(record, e)
        if record is not None and e.kind == "progressed" and (quick := append_quietly(record, e)) is not None:
            assert quick == new
            assert marks(quick, rules) == marks(record, rules)
        record = new or record
        the_plain_reading_agrees(record, rules)
    assert record is not None
    return record


def the_plain_reading_agrees(record: bytes | None, rules: DossierRules) -> bool:
    """Whether the record was read plainly; if so, it must say what the reckoning says."""
    plain = read_plainly(record or b"")
    if plain is not None:
        found = reckon(record or b"", rules)
        assert found is not None
        assert (found.pauses, found.end.otherwise) == ((), False)
        instants = found.received_at, found.end.at, found.due_at, found.first_due_at
        assert plain == (found.head.unit, *instants, found.head.channel, found.head.flags)
    return plain is not None


def in_any_order(r: Random, events: list[DossierEvent], rules: DossierRules) -> bytes:
    records = set()
    for _ in range(4):
        order = events + r.choices(events, k=r.randrange(4))
        r.shuffle(order)
        records.add(folded(order, rules))
    assert len(records) == 1, ("the order matters", events)
    return records.pop()


def series_of(records: list[bytes], rules: DossierRules) -> dict[str, DaySeries]:
    units: dict[str, dict[int, list[int]]] = {}
    for record in records:
        unit, found = marks(record, rules)
        assert all(sign == 1 or counter in DIFFERENCES for _, counter, sign in found)
        for day, counter, sign in found:
            units.setdefault(unit, {}).setdefault(day, [0] * len(COUNTERS))[counter] += sign
    return {unit: DaySeries(days) for unit, days in units.items()}


def windows(r: Random) -> tuple[date, date, date]:
    first = date(2025, 12, 28) + timedelta(r.randrange(60))
    last = first + timedelta(r.choice((0, 0, 1, 6, 29, 89)))
    return first, last, last - timedelta(r.choice((0, 1, 1, 3)))


def compare(r: Random, series: dict[str, DaySeries], stories: list[Story | None]) -> None:
    for unit in UNITS:
        have, (first, last, over) = series.get(unit, DaySeries()), windows(r)
        assert have.first_violation() is None
        counts = have.window(day_number(first), day_number(last), day_number(over))
        assert counts.rates == brute_force.rates(stories, unit, (first, last, over)), (unit, first, last, over, stories)
        assert have.at(day_number(last)) == brute_force.open_on(stories, unit, last), (unit, last, stories)
        mine = [s for s in stories if s and s.unit == unit]
        assert have.total(-9999, 99999, OTHERWISE) == sum(s.otherwise for s in mine)
        moved = sum(first <= s.received <= last and s.due is not None and s.promised is not None and s.due > s.promised for s in mine)
        assert counts.counts["postponed"] == moved
        assert counts.counts["received"] == sum(first <= s.received <= last for s in mine)


def run(r: Random) -> None:
    rule = r.choice((*SUPPLEMENT_RULES, "subtract"))
    rules = rules_of(rule)
    dossiers = [dossier(r) for _ in range(r.randrange(1, 9))]
    records = [in_any_order(r, events, rules) for events in dossiers]
    stories = [brute_force.story(events, rule) for events in dossiers]
    series = series_of(records, rules)
    for _ in range(4):
        compare(r, series, stories)


@pytest.mark.parametrize("seed", range(4))
def test_any_order_gives_the_same_bytes_and_every_rate_equals_the_brute_force(seed: int) -> None:
    r = Random(seed)
    for _ in range(12):
        run(r)


@pytest.mark.slow
def test_the_same_over_many_more_dossiers() -> None:
    r = Random(os.environ.get("DUNGHEN_SEED", "long"))
    for _ in range(int(os.environ.get("DUNGHEN_EXAMPLES", "300"))):
        run(r)


def test_the_nasty_dossiers_reach_every_counter_and_every_kind_of_end() -> None:
    r, rules, seen = Random(1), rules_of("subtract"), set()
    for _ in range(400):
        seen |= {counter for _, counter, _ in marks(folded(dossier(r), rules), rules)[1]}
    assert seen == set(range(len(COUNTERS)))


def test_many_of_the_nasty_dossiers_are_read_plainly_too() -> None:
    r, rules = Random(2), rules_of("subtract")
    assert sum(the_plain_reading_agrees(folded(dossier(r), rules), rules) for _ in range(400)) > 40


def test_the_two_calendars_of_this_test_agree() -> None:
    assert all(CALENDAR.is_working(day) == brute_force.works(date_of(day)) for day in range(20440, 20600))
    assert HANOI.utcoffset(None) == timedelta(seconds=ZONE.offset_at(1_767_200_000))
    assert unpack(folded([dossier(Random(3))[0]], rules_of("subtract")))[0].arrived_at > 0
