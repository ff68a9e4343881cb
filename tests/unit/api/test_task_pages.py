"""The task board, the list of tasks and its pages, follow-ups and their public counts: over statements in memory."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from random import Random
from typing import Any, get_args

import pytest
from api_figures import DAY, level, scored
from test_indicator_views import POLICY, record, scene

from dunghen.contracts.city_files import read_city
from dunghen.contracts.facts import FactsByUnit
from dunghen.contracts.messages import encode
from dunghen.contracts.statements import FollowUp, Statement, StatementBook, Task, statements_by_unit, told_key
from dunghen.contracts.topics import FACTS, LEVEL_KEY, UNIT_SCORES
from dunghen.domain.days import date_of, day_number
from dunghen.domain.feeds import Patience
from dunghen.domain.follow_ups import FollowUpState, Violation
from dunghen.domain.indicator_values import Stated
from dunghen.domain.policy import Policy
from dunghen.domain.tasks import Bloc, BlocState, TaskState
from services.api import told_terms
from services.api.board_messages import decode_entry
from services.api.cursors import BadCursor, page_of
from services.api.definitions import definitions
from services.api.follow_up_pages import follow_up_counts, follow_ups_listed
from services.api.indicator_view import view_of
from services.api.mirror import Mirror
from services.api.ports import Stored
from services.api.projector_state import Showing
from services.api.task_pages import TaskQuestion, board_of, lines_of, tasks_listed
from services.api.views import Scene, ViewKey

DUE = day_number(date(2026, 10, 31))
THIS_YEAR = TaskQuestion(2026, DAY)


def task(unit: str, bloc: str, code: str = "", done_on: int | None = None, **other: Any) -> Task:
    given = {"id": "0" * 16, "year": 2026, "plan": "KH02", "due_on": DUE, "source": "H17", "occurred_at": 5, "arrived_at": 5, **other}
    return Task(unit=unit, bloc=bloc, code=code, done_on=done_on, **given)  # type: ignore[arg-type]


def follow_up(unit: str, code: str, opened_on: int, explained_on: int | None = None, closed_on: int | None = None) -> FollowUp:
    days = {"opened_on": opened_on, "explained_on": explained_on, "closed_on": closed_on}
    return FollowUp(id="0" * 16, unit=unit, code=code, source="H17", occurred_at=5, arrived_at=5, **days)  # type: ignore[arg-type]


def told(*statements: Statement) -> Scene:
    book = StatementBook()
    for one in statements:
        book.take(one)
    shown = scene(7)
    return Scene(shown.meta, POLICY, {}, {}, FactsByUnit(), statements=statements_by_unit(book))


HAI_CHAU = [task("20242", "party", "D-1", DUE), task("20242", "party", "D-2"), task("20242", "committee", "UB-1", DUE - 3)]
HAI_VAN = [task("20194", "party", "D-1", DAY), task("20194", "front", kind="not_assessed", plan=""), task("20194", "front", "MT-1")]


def test_the_board_says_done_of_all_and_overdue_by_bloc_and_puts_the_most_complete_first() -> None:
    board = board_of(told(*HAI_CHAU, *HAI_VAN), THIS_YEAR)
    first, second = board.units
    assert (first.code, first.rank, first.done, first.all, first.state, first.colour) == ("20194", 1, 1, 1, BlocState.COMPLETE, "green")
    assert (second.code, second.rank, second.of, second.done, second.all, second.overdue) == ("20242", 2, 2, 2, 3, 1)
    assert (second.state, second.colour) == (BlocState.INCOMPLETE, "red")
    assert {bloc.bloc: bloc.state.value for bloc in first.blocs} == {
        "party": "complete", "council": "not_told", "committee": "not_told", "front": "not_assessed",
    }  # fmt: skip
    assert (board.city.done, board.city.all, board.city.overdue) == (3, 4, 1)


def test_the_board_and_the_list_of_one_plan_leave_out_the_others_and_not_what_was_said_of_a_bloc() -> None:
    shown = told(*HAI_CHAU, *HAI_VAN, task("20242", "party", "CT-1", plan="CT-UBND"), task("20194", "committee", "CT-1", plan="CT-UBND"))
    of_all, of_plan, of_other = (board_of(shown, THIS_YEAR._replace(plan=plan)) for plan in ("", "KH02", "CT-UBND"))
    assert (of_all.city.all, of_plan.city.all, of_other.city.all, of_other.plan) == (6, 4, 2, "CT-UBND")
    assert of_all.plans == of_plan.plans == ["CT-UBND", "KH02"]
    assert board_of(shown, THIS_YEAR._replace(year=2025)).plans == []
    (hai_van,) = (unit for unit in of_other.units if unit.code == "20194")
    assert {bloc.bloc: bloc.state.value for bloc in hai_van.blocs}["front"] == "not_assessed"
    assert [one.task.code for one in tasks_listed(shown, THIS_YEAR._replace(plan="CT-UBND"))] == ["CT-1", "CT-1"]


def test_a_locality_without_tasks_is_on_the_board_without_a_rank_or_a_colour() -> None:
    board = board_of(told(*HAI_CHAU), THIS_YEAR)
    assert [(unit.code, unit.rank, unit.value, unit.colour) for unit in board.units] == [
        ("20242", 1, 2 / 3, "red"), ("20194", None, None, "none"),
    ]  # fmt: skip
    by_front = board_of(told(*HAI_VAN), THIS_YEAR._replace(bloc="front"))
    assert [unit.state.value for unit in by_front.units] == ["not_assessed", "not_told"]


def test_equal_shares_share_a_rank_exactly() -> None:
    thirds = [task("20242", "party", f"D-{n}", DUE if n % 3 == 0 else None) for n in range(3 * 7)]
    third = [task("20194", "party", f"D-{n}", DUE if n == 0 else None) for n in range(3)]
    assert [unit.rank for unit in board_of(told(*thirds, *third), THIS_YEAR).units] == [1, 1]


def test_of_a_past_day_the_board_says_what_was_done_by_then() -> None:
    board = board_of(told(*HAI_CHAU), TaskQuestion(2026, DUE - 1))
    assert (board.units[0].done, board.units[0].all, board.units[0].overdue) == (1, 3, 0)
    assert board_of(told(*HAI_CHAU), TaskQuestion(2025, DAY)).city.state is BlocState.NOT_TOLD


def test_overdue_tasks_stand_first_and_those_of_a_bloc_that_is_not_assessed_nowhere() -> None:
    ahead = task("20242", "council", "HD-1", start_on=DAY + 5, due_on=DAY + 60)
    shown = told(*HAI_CHAU, *HAI_VAN, task("20194", "council", "HD-1", due_on=DUE - 9), ahead)
    listed = tasks_listed(shown, THIS_YEAR)
    assert [(one.task.code, one.state.value) for one in listed] == [
        ("HD-1", "overdue"), ("D-2", "overdue"), ("HD-1", "ahead"), ("D-1", "done"), ("D-1", "done"), ("UB-1", "done"),
    ]  # fmt: skip
    lines = lines_of(listed, shown, DAY)
    assert [line.days_over for line in lines[:3]] == [DAY - DUE + 9, DAY - DUE, 0]
    assert [line.late for line in lines[3:]] == [True, False, False]
    assert (lines[1].unit_name, lines[1].done_on, lines[1].due_on) == ("Hải Châu", None, "2026-10-31")


@pytest.mark.parametrize("order", ["urgency", "code"])
def test_pages_end_to_end_hold_every_task_once(order: Any) -> None:
    rng = Random(3)
    many = [task(rng.choice(("20242", "20194")), "party", f"D-{n}", rng.choice((None, DUE)), due_on=DUE + n % 5) for n in range(57)]
    listed = tasks_listed(told(*many), THIS_YEAR._replace(order=order))
    items, found, after = [(one.place, one) for one in listed], [], ""
    while True:
        page, after = page_of(items, 10, after)
        found += page
        if not after:
            break
    assert found == listed
    with pytest.raises(BadCursor):
        page_of(items, 10, "bm90IGEgY3Vyc29y")


def test_in_the_order_of_codes_nothing_that_stays_is_missed_while_tasks_change() -> None:
    rng, tasks = Random(5), [task("20242", "party", f"D-{n:02}") for n in range(40)]
    found, after = set(), ""
    while True:
        listed = tasks_listed(told(*tasks), THIS_YEAR._replace(order="code"))
        page, after = page_of([(one.place, one) for one in listed], 7, after)
        found |= {one.task.code for one in page}
        if not after:
            break
        tasks = [task(t.unit, t.bloc, t.code, rng.choice((None, DUE)), due_on=DUE + rng.randrange(9)) for t in tasks]
    assert found == {one.code for one in tasks}


def test_the_newest_statement_holds_in_any_order_and_a_withdrawn_one_is_none() -> None:
    said = [
        task("20242", "party", "D-1", id="1" * 16),
        task("20242", "party", "D-1", DUE, id="2" * 16, occurred_at=6),
        task("20242", "party", "D-1", id="3" * 16, occurred_at=7, kind="withdrawn"),
        task("20242", "party", "D-1", DUE, id="4" * 16, occurred_at=7, arrived_at=9),
    ]
    assert {board_of(told(*order), THIS_YEAR).city.done for order in permutations(said)} == {1}
    assert {board_of(told(*order), THIS_YEAR).city.all for order in permutations(said[:3])} == {0}


def test_tasks_travel_from_the_topic_to_the_worker_as_a_version_of_their_own() -> None:
    showing, mirror = Showing.resume(Stored(), 1, Patience(900, 86400)), Mirror()
    showing.take((UNIT_SCORES, 0), [record(0, b"20242", encode(scored("20242"))), record(1, LEVEL_KEY, encode(level(p0=5)))], 2)
    first = showing.step(1, 1000)
    assert first is not None
    assert first.entry is not None
    mirror.load(Stored(first.position, first.entry.meta, {"20242": scored("20242")}))
    opened = follow_up("20242", "VP-1", DAY - 9)
    records = [record(offset, told_key(one), encode(one)) for offset, one in enumerate((*HAI_CHAU, opened))]
    showing.take((FACTS, 0), records, 4)
    second = showing.step(2, 2000)
    assert second is not None
    assert (second.position.version, second.statements) == (2000, [*HAI_CHAU, opened])
    entry = decode_entry(encode(second.entry))
    assert entry.meta.facts == {0: 4}
    before = mirror.facts.unit("20242")
    assert mirror.apply(second.position, entry)
    after = mirror.facts.unit("20242")
    assert after is not before  # who holds the old one sees it
    assert after["tasks:party"] == {"2026-01-01": Stated(0, 2), "2026-10-31": Stated(1, 2)}
    assert list(mirror.statements.follow_ups["20242"].values()) == [opened]
    showing.take((FACTS, 0), records[:1], 5)
    again = showing.step(3, 3000)
    assert again is not None
    assert (again.statements, again.position.version) == ([], 2000)  # said again: only the offset has moved


def test_an_indicator_of_tasks_is_done_of_all_at_the_end_of_its_window() -> None:
    shown = told(*HAI_CHAU, *HAI_VAN)
    for unit in ("20242", "20194"):
        shown.facts.put_tasks(unit, shown.statements.series(unit))
    whole = Scene(shown.meta, Policy.from_bodies(1, read_city("danang")), {}, {}, shown.facts, statements=shown.statements)
    view = view_of(ViewKey(window="year", indicator="RES57.ALL"))
    view.show(whole)
    rows = view.rows
    assert [(rows[c].numerator, rows[c].denominator, rows[c].band, rows[c].rank) for c in ("20242", "20194")] == [
        (2, 3, "red", 2), (1, 1, "green", 1),
    ]  # fmt: skip
    assert (view.city.numerator, view.city.denominator) == (3, 4)  # type: ignore[union-attr]
    front = view_of(ViewKey(window="year", indicator="RES57.FRONT"))
    front.show(whole)
    assert {front.rows[c].reason for c in ("20194", "20242")} == {"NOT_ASSESSED", "NO_INPUTS"}  # type: ignore[attr-defined]


def test_follow_ups_that_wait_stand_first_and_everybody_learns_only_fives() -> None:
    many = [follow_up("20242", f"VP-{n}", DAY - 20 - n, DAY - 10 if n < 7 else None, DAY - 5 if n < 6 else None) for n in range(12)]
    shown = told(*many, follow_up("20194", "VP-1", DAY - 3), follow_up("20194", "VP-2", DAY + 1))
    listed = [line for _, line in follow_ups_listed(shown, ["20242", "20194"], "")]
    assert [line.state.value for line in listed] == ["opened"] * 6 + ["explained"] + ["closed"] * 6
    assert (listed[0].code, listed[0].days_open, listed[0].unit_name) == ("VP-11", 31, "Hải Châu")
    assert [line.code for _, line in follow_ups_listed(shown, ["20242"], "explained")] == ["VP-6"]
    counts = follow_up_counts(shown)
    of = {unit.code: unit for unit in counts.units}
    assert (of["20242"].all.at_least, of["20242"].opened.at_least, of["20242"].explained.at_least) == (10, 5, None)
    assert of["20194"].all == of["H17.10"].all  # one is not told from none
    assert (counts.city.all.at_least, counts.as_of) == (10, date_of(DAY - 1).isoformat())


def test_every_word_is_in_the_definitions() -> None:
    said = definitions(told())
    assert {name: set(said[name]) for name in told_terms.told_terms()} == {  # type: ignore[call-overload]
        name: set(words) for name, words in told_terms.told_terms().items()
    }
    assert set(told_terms.BLOCS) == set(get_args(Bloc))
    assert set(told_terms.VIOLATIONS) == set(get_args(Violation))
    assert set(told_terms.TASK_STATES) == set(TaskState)
    assert set(told_terms.BLOC_STATES) == set(BlocState)
    assert set(told_terms.FOLLOW_UP_STATES) == set(FollowUpState)
