"""What is measured must be what it is said to be: so many dossiers, whole lives, every one under a code of its own."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from dunghen.cli.bench.events import Dossiers
from dunghen.cli.bench.growth import city_of
from dunghen.cli.bench.ingest import check
from dunghen.cli.bench.scoring import until_next_look
from dunghen.cli.data_folder import CommandError
from dunghen.contracts.city_files import read_city
from dunghen.contracts.messages import decode_event
from dunghen.domain.policy import Policy

MONDAY = 20_780  # 2026-11-23
POLICY = Policy.from_bodies(1, read_city("danang"))


@pytest.fixture(scope="module")
def some() -> Dossiers:
    """More than are made up, so that some are told again under other codes; the made-up ones stand in more weeks than there are days."""
    return Dossiers(POLICY, MONDAY, 2000, base=500, per_day=10)


def test_as_many_dossiers_as_asked_for_open_each_with_one_event(some: Dossiers) -> None:
    opening = list(some.opening())
    assert len(opening) == len({code for code, _ in opening}) == some.count > 2 * len(some._opening)


def test_every_event_names_the_dossier_under_whose_code_it_is_sent(some: Dossiers) -> None:
    assert all(decode_event(value).dossier == code for code, value in some.whole())


def test_whole_lives_are_told_dossier_by_dossier_and_are_what_opens_and_what_comes_later(some: Dossiers) -> None:
    whole, opened = list(some.whole()), {code for code, _ in some.opening()}
    assert {code for code, _ in whole} == opened
    assert len(whole) == some.count + some.later_count
    assert sum(a != b for (a, _), (b, _) in itertools.pairwise(whole)) == some.count - 1
    assert Counter(some.later(range(some.copies))) < Counter(whole)  # all but the lives of which there is only a part


def test_a_copy_of_what_comes_later_is_in_order_of_time_and_of_a_spread_of_all_dossiers(some: Dossiers) -> None:
    everyone = [code for code, _ in some.opening()]
    told = list(some.later(range(1)))
    assert len(told) == some.later_of_a_copy
    times = [decode_event(value).occurred_at for _, value in told]
    assert times == sorted(times)
    chosen = {code for code, _ in told}
    places = [place for place, code in enumerate(everyone) if code in chosen]
    assert max(b - a for a, b in itertools.pairwise(places)) < 10 * some.copies


def test_no_two_copies_have_a_dossier_in_common_and_all_have_the_same_lives(some: Dossiers) -> None:
    copies = [{code for code, _ in some.later(range(number, number + 1))} for number in range(some.copies)]
    assert len(copies) > 2
    assert len(set.union(*copies)) == sum(map(len, copies)) == len(copies) * len(copies[0])
    with pytest.raises(IndexError, match="copies"):
        next(some.later(range(some.copies, some.copies + 1)))


@pytest.mark.parametrize("units", [94, 3321])
def test_a_city_has_as_many_localities_as_asked_for(units: int) -> None:
    found = Policy.from_bodies(1, city_of(units)).catalogue.all
    assert sum(unit.kind == "locality" for unit in found) == units
    assert len({unit.code for unit in found}) == len(found)


def test_a_peer_that_stored_something_else_fails_the_bench() -> None:
    check("peer", Counter({b"H17.1": 2}), Counter({b"H17.1": 2}))
    for stored in (Counter({b"H17.1": 1}), Counter({b"H17.1": 2, b"H17.2": 1}), Counter[bytes]()):
        with pytest.raises(CommandError, match="differ"):
            check("peer", Counter({b"H17.1": 2}), stored)


def test_the_measured_process_is_asked_seldom_until_the_end_is_near() -> None:
    assert [until_next_look(left, per_second) for left, per_second in ((100_000, 50_000), (20_000, 50_000), (100, 50_000), (9, 0))] == [
        1.0,
        0.2,
        0.05,
        0.05,
    ]
