"""How far a stage is behind and how long it has stood still."""

from __future__ import annotations

from dunghen.platform.backlog import Backlog, Ends, Outlook


def test_a_stage_that_moves_does_not_stand_however_far_it_is_behind() -> None:
    outlook = Outlook(marks=False)
    looks = [outlook.look(now, upto, Ends(500, 500)) for now, upto in ((10.0, 100), (11.0, 200), (12.0, 300))]
    assert looks == [Backlog(400, 0, 0.0), Backlog(300, 0, 0.0), Backlog(200, 0, 0.0)]


def test_a_stage_that_has_all_does_not_stand() -> None:
    outlook = Outlook(marks=False)
    assert [outlook.look(now, 100, Ends(100, 100)) for now in (10.0, 20.0)] == [Backlog(), Backlog()]


def test_standing_counts_from_when_something_was_first_seen_to_wait() -> None:
    outlook = Outlook(marks=False)
    outlook.look(10.0, 100, Ends(100, 100))
    assert [outlook.look(now, 100, Ends(103, 103)).seconds for now in (20.0, 21.0, 25.0)] == [0.0, 1.0, 5.0]


def test_the_mark_of_the_last_transaction_is_nothing_that_waits() -> None:
    assert Outlook(marks=True).look(1.0, 100, Ends(101, 101)) == Backlog()
    assert Outlook(marks=True).look(1.0, 100, Ends(103, 103)) == Backlog(2, 0, 0.0)


def test_what_an_open_transaction_hides_waits_and_is_told_apart() -> None:
    outlook = Outlook(marks=True)
    assert [outlook.look(now, 100, Ends(101, 140)) for now in (1.0, 5.5)] == [Backlog(39, 39, 0.0), Backlog(39, 39, 4.5)]
