"""Single dossiers whose figures follow from domain.md §3–§4 letter by letter, counted by hand on a calendar. Days are in January 2026."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from nasty_events import POLICY

from dunghen.cli.recompute import CountedDossier, EventTable, Question, recompute
from dunghen.contracts.messages import DossierEvent

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
JANUARY = 20454  # local day number of 2026-01-01; day n of the month is JANUARY + n - 1
ENDLESS = ("ever", 0, 30000)


def at(day: int, hour: float = 9) -> int:
    """An instant in January 2026, Hanoi time."""
    return int(datetime(2026, 1, day, int(hour), round(hour % 1 * 60), tzinfo=HANOI).timestamp())


@dataclass
class Case:
    """A dossier's events in the short form (kind or step status, when, facts), and what follows: days of January, None: none."""

    says: str
    events: list[tuple[str | int, int, dict[str, int | str]]]
    received: int | None = 5
    ended: int | None = None
    due: int | None = None
    first_due: int | None = None
    counted: bool = field(default=True)


def sync(when: int, **facts: int | str) -> tuple[str, int, dict[str, int | str]]:
    return ("synced", when, {"status": 4, "received": at(5), **facts})


def step(status: int, when: int) -> tuple[int, int, dict[str, int | str]]:
    return (status, when, {})


# Off in this policy: Thursday 15 and Tuesday 20; Saturday 17 is worked 07:00–11:30. "working" is 5 working days, "days" 7 days,
# "hours" 8 hours. Received from the 10th on: restart; from the 18th on: first request only.
CASES = [
    Case("what was never accepted is outside", [sync(at(5), status=1)], counted=False),
    Case("a lone request for supplements is outside", [sync(at(5), status=5)], counted=False),
    Case("new as the last word is outside", [sync(at(5)), step(1, at(6))], counted=False),
    Case("a retraction withdraws it as a whole", [sync(at(5)), ("retracted", at(6), {})], counted=False),
    Case("a later sync brings a retracted one back", [("retracted", at(6), {}), sync(at(7))]),
    Case("a step alone has no unit", [step(4, at(5))], counted=False),
    Case("received is the earliest proof if nobody says", [sync(at(7), received=0), step(2, at(6))], received=6),
    Case("the earliest promise stays the first", [sync(at(5), due=at(9)), sync(at(6), due=at(12))], due=12, first_due=9),
    Case("a due date taken away leaves the promise", [sync(at(5), due=at(9)), sync(at(6))], due=9, first_due=9),
    Case("a promise is computed from the limit", [sync(at(5), procedure="working")], due=12, first_due=12),
    Case("hours run in working time", [sync(at(5, 16), received=at(5, 16), procedure="hours")], due=6, first_due=6),
    Case("what comes after hours counts from the next morning", [sync(at(6), received=at(5, 18), procedure="hours")], due=6, first_due=6),
    Case("calendar days roll off a day off", [sync(at(8), received=at(8), procedure="days")], received=8, due=16, first_due=16),
    Case("end dates of the newest sync win over steps", [sync(at(9), status=9, ended=at(7)), step(9, at(6))], ended=7),
    Case("9 comes before 10, not by time", [sync(at(5)), step(10, at(6)), step(9, at(8))], ended=8),
    Case("without 9 it is the first 10", [sync(at(5)), step(10, at(8)), step(10, at(7))], ended=7),
    Case("the return date comes after steps 9", [sync(at(9), status=10, returned=at(8)), step(10, at(7))], ended=8),
    Case("an end without any date is the arrival of the earliest sync", [sync(at(8), status=9), sync(at(9), status=9)], ended=8),
    Case("a later undated 10 leaves the arrival of the first 9", [sync(at(9), status=9, ended=at(8)), sync(at(20), status=10)], ended=9),
    Case("a 9 of a sync before an 8 of another stays the end", [sync(at(9), status=9, ended=at(8)), sync(at(20), status=8)], ended=9),
    Case(
        "what was voided counts again once it is over without a date",
        [sync(at(8), status=9, ended=at(8)), sync(at(9)), sync(at(20), status=10)],
        ended=8,
    ),
    Case("a sync that says open voids what a sync said before it", [sync(at(8), status=9, ended=at(8)), sync(at(9))]),
    Case("a step after the end does not reopen", [sync(at(5)), step(9, at(6)), step(4, at(7))], ended=6),
    Case("a sync that says open voids the ends before it", [step(9, at(6)), sync(at(7))]),
    Case("ended again after reopening", [step(9, at(6)), sync(at(7)), step(9, at(8))], ended=8),
    Case("reopened and ended without a date", [step(9, at(6)), sync(at(7)), sync(at(8), status=9)], ended=6),
    Case("a withdrawal ends it while it is the last word", [sync(at(5)), step(7, at(6))], ended=6),
    Case("work after a withdrawal takes it back", [sync(at(5)), step(7, at(6)), step(4, at(7))]),
    Case(
        "the last unbroken run counts from its first step",
        [sync(at(5)), step(7, at(6)), step(4, at(7)), step(8, at(8)), step(3, at(9))],
        ended=8,
    ),
    Case("a sync that says open voids a withdrawal too", [step(8, at(6)), sync(at(7)), step(8, at(9))], ended=9),
    Case("never accepted and refused is outside", [sync(at(5), status=3, ended=at(6))], counted=False),
    Case("a pause moves the promise", [sync(at(5), due=at(9)), step(5, at(6)), step(4, at(8))], due=13, first_due=9),
    Case("a pause over a weekend costs one day", [sync(at(5), due=at(9)), step(5, at(9, 8)), step(4, at(12, 8))], due=12, first_due=9),
    Case("within a day it moves nothing", [sync(at(5), due=at(9)), step(6, at(6, 8)), step(4, at(6, 10))], due=9, first_due=9),
    Case(
        "pauses count in calendar days for terms in days",
        [sync(at(5), procedure="days"), step(5, at(6)), step(4, at(8))],
        due=14, first_due=12,
    ),
    Case(
        "a source that moved the date contains the pause",
        [sync(at(5), due=at(9)), step(5, at(6)), step(4, at(8)), sync(at(8), due=at(16))],
        due=16, first_due=9,
    ),
    Case(
        "a pause within a date that the source moved stops the clock",
        [sync(at(5), due=at(9)), sync(at(6), due=at(16)), step(5, at(13))],
        first_due=9,
    ),
    Case(
        "the later of that date and the promise with its pauses holds",
        [sync(at(5), due=at(9)), sync(at(6), due=at(16)), step(5, at(13)), step(4, at(14))],
        due=16, first_due=9,
    ),
    Case(
        "promise and pauses pass a date that the source moved",
        [sync(at(5), due=at(9)), sync(at(6), due=at(14)), step(6, at(14)), step(4, at(23))],
        due=19, first_due=9,
    ),
    Case(
        "a pause after a date that the source moved forward",
        [sync(at(5), due=at(9)), sync(at(6), due=at(7)), step(5, at(8))],
        due=7, first_due=9,
    ),
    Case("an open pause stops the clock", [sync(at(5), due=at(9)), step(5, at(6))], first_due=9),
    Case("a bare status 5 of a sync is no pause", [sync(at(5), due=at(9)), sync(at(6), status=5, due=at(9))], due=9, first_due=9),
    Case(
        "a pause that was over at the reception changes nothing",
        [step(5, at(5)), sync(at(9), received=at(9), due=at(16)), step(2, at(9)), step(9, at(21))],
        received=9, ended=21, due=16, first_due=16,
    ),
    Case(
        "a pause counts from the reception on",
        [step(6, at(5)), sync(at(8), received=at(8), due=at(12)), step(4, at(9))],
        received=8, due=13, first_due=12,
    ),
    Case(
        "a pause from before the reception that is open still stops the clock",
        [step(5, at(5)), sync(at(8), received=at(8), due=at(12))],
        received=8, first_due=12,
    ),
    Case(
        "first only: a request that was over at the reception is not the first",
        [step(5, at(20)), sync(at(21), received=at(21), due=at(23)), step(4, at(21)), step(5, at(21, 10)), step(4, at(22, 10))],
        received=21, due=26, first_due=23,
    ),
    Case("5 and 4 at the same instant are closed", [sync(at(5), due=at(9)), step(4, at(6)), step(5, at(6))], due=9, first_due=9),
    Case("a pause after the due day changes nothing", [sync(at(5), due=at(9)), step(5, at(12))], due=9, first_due=9),
    Case("a payment stops the clock too", [sync(at(5), due=at(9)), step(6, at(6)), step(4, at(8))], due=13, first_due=9),
    Case("the end ends a pause", [sync(at(5), due=at(9)), step(5, at(6)), step(9, at(8))], ended=8, due=13, first_due=9),
    Case("supplements of a sync are steps", [sync(at(8), due=at(9), s5=at(6), s4=at(8))], due=13, first_due=9),
    Case(
        "restart gives the whole limit again",
        [sync(at(12), received=at(12), procedure="working"), step(5, at(13)), step(4, at(14))],
        received=12, due=22, first_due=19,
    ),
    Case(
        "first only: the second request does not stop the clock",
        [sync(at(21), received=at(21), due=at(23)), step(5, at(21, 10)), step(4, at(22, 10)), step(5, at(22, 14))],
        received=21, due=26, first_due=23,
    ),
]  # fmt: skip


def told(cases: list[Case]) -> EventTable:
    table, offset = EventTable(), 0
    for case in cases:
        for what, when, given in case.events:
            facts, offset = dict(given), offset + 1
            steps = tuple((int(key[1:]), facts.pop(key)) for key in list(facts) if key in ("s4", "s5"))
            kind = "progressed" if isinstance(what, int) else what
            status = what if isinstance(what, int) else facts.pop("status", 0)
            event = {
                "kind": kind,
                "status": status,
                "unit": "U",
                "dossier": case.says,
                "occurred_at": when,
                "arrived_at": when,
                "steps": steps,
            }
            table.add(0, offset, DossierEvent(id=f"{offset:016x}", **event, **facts))  # type: ignore[arg-type]
    return table


@pytest.fixture(scope="module")
def stories() -> dict[str, CountedDossier]:
    with recompute(told(CASES).arrow(), POLICY, Question(30000, (ENDLESS,), 29999)) as found:
        return {row.dossier: row for row in found.dossiers_of("U", "ever", "official")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_dossier_is_counted_as_the_text_says(case: Case, stories: dict[str, CountedDossier]) -> None:
    story = stories.get(case.says)
    assert (story is not None) == case.counted
    if story is not None:
        days = (story.received_day, story.ended_day, story.due_day, story.first_due_day)
        assert [day and day - JANUARY + 1 for day in days] == [case.received, case.ended, case.due, case.first_due]


def test_each_counted_dossier_names_what_ended_it_and_the_sync_that_speaks_for_it() -> None:
    case = Case("D", [sync(at(5), due=at(9)), sync(at(6), due=at(12)), step(9, at(10)), step(4, at(11))])
    with recompute(told([case]).arrow(), POLICY, Question(JANUARY + 20, (("january", JANUARY, JANUARY + 20),), JANUARY + 19)) as found:
        (one,) = found.dossiers_of("U", "january", "statutory")
        assert (one.good, one.ended_by, one.statement, one.offset) == (False, "first step 9", f"{2:016x}", 2)
        assert found.dossiers_of("U", "january", "resolved")[0].good
