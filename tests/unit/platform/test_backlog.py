"""How far a stage is behind and how long it has stood still."""

from __future__ import annotations

from dunghen.platform.backlog import Backlog, Ends, Outlook


def all_readable(end: int) -> Ends:
    return Ends(end, end, end)


def test_a_stage_that_moves_does_not_stand_however_far_it_is_behind() -> None:
    outlook = Outlook()
    looks = [outlook.look(now, upto, all_readable(500)) for now, upto in ((10.0, 100), (11.0, 200), (12.0, 300))]
    assert looks == [Backlog(400, 0, 0.0), Backlog(300, 0, 0.0), Backlog(200, 0, 0.0)]


def test_a_stage_that_has_all_does_not_stand() -> None:
    outlook = Outlook()
    assert [outlook.look(now, 100, all_readable(100)) for now in (10.0, 20.0)] == [Backlog(), Backlog()]


def test_standing_counts_from_when_something_was_first_seen_to_wait() -> None:
    outlook = Outlook()
    outlook.look(10.0, 100, all_readable(100))
    assert [outlook.look(now, 100, all_readable(103)).seconds for now in (20.0, 21.0, 25.0)] == [0.0, 1.0, 5.0]


def test_what_an_open_transaction_hides_waits_and_is_told_apart() -> None:
    outlook = Outlook()
    assert [outlook.look(now, 100, Ends(100, 101, 140)) for now in (1.0, 5.5)] == [Backlog(40, 39, 0.0), Backlog(40, 39, 4.5)]
