"""A desk's day is the same whatever the order and repetition of its events; and what the public learns of single desks."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from dunghen.domain.desk_publication import published
from dunghen.domain.desks import FIGURES, DeskTally, Lines, Said, Spans, added, spans, tally_of

NINE = 1_700_000_000


def ticket(kind: str, minutes: float, number: int = 1) -> Said:
    return Said(f"ticket_{kind}", number, NINE + round(60 * minutes), NINE * 10**6)  # type: ignore[arg-type]


def lines_of(*said: Said) -> Lines:
    lines = Lines()
    for one in said:
        lines.take(one)
    return lines


COURSE = (ticket("taken", 0), ticket("called", 12), ticket("called", 15), ticket("abandoned", 14), ticket("served", 20))


def test_every_order_and_repetition_of_a_tickets_events_gives_the_same() -> None:
    expected = tally_of(lines_of(*COURSE))
    for order in permutations(COURSE):
        assert tally_of(lines_of(*order, *order[:2])) == expected
    assert (expected.taken, expected.served, expected.abandoned) == (1, 1, 0)  # who was served has not left
    assert (expected.waits.seconds, expected.services.seconds) == (12 * 60, 5 * 60)  # first call, last call


def test_who_left_is_counted_once_and_waited_only_if_called() -> None:
    tally = tally_of(
        lines_of(ticket("taken", 0), ticket("abandoned", 30), ticket("taken", 1, 2), ticket("called", 16, 2), ticket("abandoned", 17, 2))
    )
    assert (tally.taken, tally.served, tally.abandoned, tally.waits.n, tally.services.n) == (2, 0, 2, 1, 0)
    assert FIGURES["DESK.WAIT_15"](tally) == (1, 1)  # 15 minutes are within 15 minutes
    assert FIGURES["DESK.ABANDONED"](tally) == (2, 2)


def test_what_is_not_told_or_runs_backwards_is_no_length() -> None:
    tally = tally_of(lines_of(ticket("called", 5), ticket("served", 4), ticket("taken", 9, 2), ticket("called", 8, 2)))
    assert (tally.taken, tally.served, tally.waits, tally.services) == (2, 1, Spans(), Spans())


def test_a_call_behind_the_end_does_not_lengthen_the_service() -> None:
    tally = tally_of(lines_of(ticket("called", 1), ticket("served", 4), ticket("called", 9)))
    assert tally.services.seconds == 180


def test_waiting_and_called_now() -> None:
    lines = lines_of(ticket("taken", 0), ticket("taken", 0, 2), ticket("called", 3, 2), ticket("taken", 0, 3), ticket("called", 4, 3))
    assert (lines.waiting(), lines.calling()) == (1, [3, 2])
    lines.take(ticket("served", 5, 3))
    assert lines.calling() == [2]


def test_a_later_statement_corrects_an_answer_and_kept_wins_over_missed() -> None:
    said = [
        Said("answered", 7, NINE, 1, "kiosk", 2),
        Said("answered", 7, NINE + 5, 2, "kiosk", 4),
        Said("answered", 7, NINE, 3, "paper", 5),
        Said("appointment_booked", 7, NINE, 4),
        Said("appointment_missed", 7, NINE, 5),
        Said("appointment_kept", 7, NINE, 6),
        Said("appointment_booked", 8, NINE, 7),
    ]
    for order in (said, said[::-1]):
        tally = tally_of(lines_of(*order))
        assert tally.scores == (0, 0, 0, 1, 1)
        assert (tally.appointments, tally.kept, tally.missed) == (2, 1, 0)
        assert FIGURES["DESK.SATISFIED"](tally) == (2, 2)


def test_median_and_p90_are_exact_to_the_bucket_and_addable() -> None:
    rng = Random(7)
    for _ in range(200):
        parts = [[rng.randrange(9000) for _ in range(rng.randrange(1, 30))] for _ in range(3)]
        whole = added(DeskTally(waits=spans(part)) for part in parts).waits
        every = sorted(seconds for part in parts for seconds in part)
        assert (whole.n, whole.seconds) == (len(every), sum(every))
        for part, of in ((1, 2), (9, 10)):
            true = every[-(-part * len(every) // of) - 1]
            bound = whole.quantile(part, of)
            assert true > 7200 if bound is None else spans([true]) == spans([bound])._replace(seconds=true)
    assert Spans().quantile(1, 2) is None


@pytest.mark.parametrize("seed", range(5))
def test_no_difference_of_two_publications_nor_of_one_and_its_whole_isolates_one_to_four(seed: int) -> None:
    """Issue 7 E6: a reader knows the unit's figures and the desks', of any two windows of closed days of which one lies in the other."""
    rng = Random(seed)
    days = [{desk: _tally(rng) for desk in "123"} for _ in range(60)]
    given = [{desk: one.tally for desk, one in published(day).items()} for day in days]
    isolated, found_in_exact = 0, 0
    for _ in range(2_000):
        group, desk = rng.choice(("taken", "appointments", "answers")), rng.choice("123")
        first, second, third = sorted(rng.sample(range(61), 3))
        windows = rng.choice(((range(first, third), range(second, third)), (range(first, third), range(first, second))))
        told, exact = ([[getattr(of[day][desk], group) for day in days_of] for days_of in windows] for of in (given, days))
        missing = [[_missing(days[day], given[day], group) for day in days_of] for days_of in windows]
        isolated += _isolates(told) or _isolates(missing)
        found_in_exact += _isolates(exact)
    assert isolated == 0
    assert found_in_exact > 0  # with suppression off the same look finds some


def _tally(rng: Random) -> DeskTally:
    return DeskTally(
        taken=rng.choice((0, 1, 4, 5, 9, 30)), appointments=rng.randrange(8), scores=(rng.randrange(3), 0, 0, 0, rng.randrange(7))
    )


def _missing(day: dict[str, DeskTally], told: dict[str, DeskTally], group: str) -> int:
    """What is not told of a day of which something is: else it is the unit's own figure."""
    whole, shown = (sum(getattr(tally, group) for tally in of.values()) for of in (day, told))
    return whole - shown if shown else 0


def _isolates(windows: list[list[int]]) -> bool:
    a, b = map(sum, windows)
    return 0 < a < 5 or 0 < b < 5 or 0 < abs(a - b) < 5
