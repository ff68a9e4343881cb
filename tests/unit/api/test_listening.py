"""What a listener keeps until its next frame: only what is within reach, many changes as one, and never too much."""

from __future__ import annotations

from services.api.board_messages import News
from services.api.listening import MOST_CODES, Listener


def listener() -> Listener:
    return Listener(frozenset({"A"}))


async def test_only_what_is_within_reach_is_kept_and_said_once() -> None:
    one = listener()
    one.hear(News(dossiers=[("D-1", "A"), ("D-2", "B")], notices=["B"]))
    one.hear(News(dossiers=[("D-1", "A")]))
    assert (await one.next(0)).frame() == {"dossiers": ["D-1"], "units": ["A"], "notices": False}
    assert not await one.next(0)


async def test_nothing_within_reach_wakes_nobody() -> None:
    one = listener()
    one.hear(News(dossiers=[("D-2", "B")], units=["B"], notices=["B"]))
    assert not await one.next(0)


async def test_a_notice_of_a_unit_is_heard_of_without_its_dossier() -> None:
    one = listener()
    one.hear(News(notices=["A"]))
    assert (await one.next(0)).frame() == {"dossiers": [], "units": [], "notices": True}


async def test_where_only_units_are_named_one_s_own_is_heard_without_a_code() -> None:
    one = listener()
    one.hear(News(units=["A", "B"]))
    assert (await one.next(0)).frame() == {"dossiers": [], "units": ["A"], "notices": False}


async def test_too_many_codes_are_none_and_their_units() -> None:
    one = listener()
    one.hear(News(dossiers=[(f"D-{n}", "A") for n in range(MOST_CODES + 1)]))
    assert (await one.next(0)).frame() == {"dossiers": [], "units": ["A"], "notices": False}


async def test_the_whole_city_hears_of_all_and_is_told_after_a_loss() -> None:
    all_of = Listener(None)
    all_of.hear(News(dossiers=[("D-2", "B")]))
    assert (await all_of.next(0)).dossiers == {"D-2"}
    all_of.miss()
    assert await all_of.next(0)
