"""What a listener keeps until its next frame: only what is within reach, many changes as one, and never too much."""

from __future__ import annotations

from dunghen.domain.access import Grant, Role, Who
from services.api.board_messages import News
from services.api.listening import MOST_CODES, Listener

WHO = Who("p1", (Grant(Role.OFFICIAL, frozenset({"A"})),))


def listener() -> Listener:
    return Listener(WHO, frozenset({"A"}))


async def test_only_what_is_within_reach_is_kept_and_said_once() -> None:
    one = listener()
    one.hear(News(dossiers=[("D-1", "A", ""), ("D-2", "B", "p2"), ("D-3", "B", "p1")], notices=[("B", "p2")]))
    one.hear(News(dossiers=[("D-1", "A", "")]))
    assert (await one.next(0)).frame() == {"dossiers": ["D-1", "D-3"], "units": ["A", "B"], "notices": False}
    assert not await one.next(0)


async def test_nothing_within_reach_wakes_nobody() -> None:
    one = listener()
    one.hear(News(dossiers=[("D-2", "B", "p2")], units=["B"], people=["p2"], notices=[("B", "p2"), ("B", "")]))
    assert not await one.next(0)


async def test_a_notice_to_oneself_is_heard_of_whatever_its_unit() -> None:
    one = listener()
    one.hear(News(notices=[("B", "p1")]))
    assert (await one.next(0)).frame() == {"dossiers": [], "units": [], "notices": True}


async def test_where_only_units_and_people_are_named_one_s_own_is_heard_without_a_code() -> None:
    one = listener()
    one.hear(News(units=["A", "B"], people=["p1"]))
    assert (await one.next(0)).frame() == {"dossiers": [], "units": ["A"], "notices": False}
    one.hear(News(units=["B"], people=["p1"]))
    assert await one.next(0)


async def test_too_many_codes_are_none_and_their_units() -> None:
    one = listener()
    one.hear(News(dossiers=[(f"D-{n}", "A", "") for n in range(MOST_CODES + 1)]))
    assert (await one.next(0)).frame() == {"dossiers": [], "units": ["A"], "notices": False}


async def test_the_whole_city_hears_of_all_and_is_told_after_a_loss() -> None:
    all_of = Listener(WHO, None)
    all_of.hear(News(dossiers=[("D-2", "B", "p2")]))
    assert (await all_of.next(0)).dossiers == {"D-2"}
    all_of.miss()
    assert await all_of.next(0)
