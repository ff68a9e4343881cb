"""Tasks by days: what is done, overdue and complete at the end of any day, and what of a bloc that is not assessed."""

from __future__ import annotations

from datetime import date
from random import Random

from dunghen.domain.days import date_of, day_number
from dunghen.domain.follow_ups import FollowUpDays, FollowUpState
from dunghen.domain.follow_ups import state_of as follow_up_state
from dunghen.domain.indicator_values import Inputs, Stated, Tally, told_of
from dunghen.domain.indicators import Term
from dunghen.domain.tasks import BlocState, BlocYear, Progress, TaskDays, TaskState, progress_of, series_of, state_of, together
from dunghen.domain.windows import Window

DUE = day_number(date(2026, 6, 30))


def test_a_task_is_overdue_from_the_day_after_it_fell_due_until_the_day_on_which_it_was_done() -> None:
    task = TaskDays(DUE - 60, DUE, DUE + 3)
    days = (DUE - 61, DUE - 60, DUE, DUE + 1, DUE + 2, DUE + 3)
    states = [TaskState.AHEAD, TaskState.OPEN, TaskState.OPEN, TaskState.OVERDUE, TaskState.OVERDUE, TaskState.DONE]
    assert [state_of(task, day) for day in days] == states


def test_done_before_it_began_is_done() -> None:
    assert state_of(TaskDays(DUE, DUE, DUE - 9), DUE - 9) is TaskState.DONE


def test_complete_is_green_not_complete_is_red_and_what_is_not_assessed_or_not_told_has_no_colour() -> None:
    done, not_done = TaskDays(None, DUE, DUE), TaskDays(None, DUE, None)
    assert progress_of([done, done], DUE) == Progress(2, 2, 0, BlocState.COMPLETE)
    assert progress_of([done, not_done], DUE + 1) == Progress(1, 2, 1, BlocState.INCOMPLETE)
    assert progress_of([], DUE).state is BlocState.NOT_TOLD
    assert progress_of([done, not_done], DUE, assessed=False) == Progress(0, 0, 0, BlocState.NOT_ASSESSED)
    assert [state.colour for state in (progress_of([done], DUE), progress_of([not_done], DUE), progress_of([], DUE))] == [
        "green", "red", "none",
    ]  # fmt: skip


def test_together_is_the_sum_of_what_is_assessed_and_says_why_where_nothing_is() -> None:
    half, whole = Progress(1, 2, 1, BlocState.INCOMPLETE), Progress(3, 3, 0, BlocState.COMPLETE)
    left_out, not_told = Progress(0, 0, 0, BlocState.NOT_ASSESSED), Progress(0, 0, 0, BlocState.NOT_TOLD)
    assert together([half, whole, left_out]) == Progress(4, 5, 1, BlocState.INCOMPLETE)
    assert together([whole, left_out]).state is BlocState.COMPLETE
    assert together([left_out, not_told]).state is BlocState.NOT_ASSESSED
    assert together([not_told]).state is together([]).state is BlocState.NOT_TOLD


def test_a_series_says_on_every_day_of_the_year_what_counting_the_tasks_says() -> None:
    rng, first = Random(7), day_number(date(2026, 1, 1))
    for _ in range(50):
        done_on = [rng.choice((None, first + rng.randrange(-40, 400))) for _ in range(rng.randrange(1, 9))]
        bloc = BlocYear("party", 2026, tuple(day for day in done_on if day is not None), len(done_on), assessed=True)
        series = series_of([bloc])["tasks:party"]
        for day in range(first, first + 365, 9):
            newest = max(name for name in series if name <= date_of(day).isoformat())
            counted = progress_of([TaskDays(None, DUE, done) for done in done_on], day)
            assert series[newest] == Stated(counted.done, counted.all)
        assert {name[:4] for name in series} == {"2026"}  # what is done later is not taken for another year's


def test_a_bloc_that_is_not_assessed_is_left_out_of_all_and_is_not_assessed_by_itself() -> None:
    party, front = BlocYear("party", 2026, (DUE,), 4, assessed=True), BlocYear("front", 2026, (), 9, assessed=False)
    series = series_of([party, front])
    assert series["tasks"] == series["tasks:party"] == {"2026-01-01": Stated(0, 4), "2026-06-30": Stated(1, 4)}
    assert series["tasks:front"] == {"2026-01-01": Stated(0, None, assessed=False)}
    assert "tasks:council" not in series
    assert series_of([front])["tasks"] == series["tasks:front"]


def test_tasks_of_one_plan_are_counted_apart_and_whether_a_bloc_is_assessed_holds_for_every_plan() -> None:
    """Those of KH02 are the map of Resolution 57, those of all plans what the city gave (`docs/seeds.md`)."""
    party = [BlocYear("party", 2026, (DUE,), 4, assessed=True, plan=plan) for plan in ("KH02", "CT-UBND")]
    council, front = BlocYear("council", 2026, (), 5, True, "CT-UBND"), BlocYear("front", 2026, (), 0, assessed=False)
    series = series_of([*party, council, front])
    assert series["tasks"] == {"2026-01-01": Stated(0, 13), "2026-06-30": Stated(2, 13)}
    assert series["tasks@KH02"] == series["tasks:party@KH02"] == {"2026-01-01": Stated(0, 4), "2026-06-30": Stated(1, 4)}
    assert "tasks:council@KH02" not in series
    left_out = {"2026-01-01": Stated(0, None, assessed=False)}
    assert series["tasks:front@"] == series["tasks@"] == left_out

    def standing(name: str) -> Stated | None:
        window = Window(DUE - 3, DUE)
        return told_of(Term("task", name), Inputs(window, window, Tally({}, {}), facts=series), window, "sum")

    assert standing("tasks:party@KH02") == Stated(1, 4)
    assert standing("tasks:front@KH02") == Stated(0, None, assessed=False)
    assert standing("tasks:council@KH02") is None


def test_a_follow_up_is_opened_then_explained_then_closed_and_before_that_is_none() -> None:
    days = FollowUpDays(DUE, DUE + 2, DUE + 5)
    assert [follow_up_state(days, DUE + n) for n in (-1, 0, 1, 2, 4, 5)] == [
        None,
        FollowUpState.OPENED,
        FollowUpState.OPENED,
        FollowUpState.EXPLAINED,
        FollowUpState.EXPLAINED,
        FollowUpState.CLOSED,
    ]
    assert follow_up_state(FollowUpDays(DUE, None, DUE + 1), DUE + 1) is FollowUpState.CLOSED
