"""Who is told, rule by rule. Hải Châu has an official, a colleague, a section head and a head; An Khê has others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dunghen.domain.directory import Directory, Leave, Person, Post, Role, name_digest
from dunghen.domain.recipients import Reach, Recipient, Whose, owners_of, recipients

HERE, THERE, CITY, DAY = "20242", "20263", "H17", 20000
POSTS = {
    "official": Post(HERE, "official", "s1"),
    "colleague": Post(HERE, "official", "s2"),
    "section": Post(HERE, "section_head", "s1"),
    "head": Post(HERE, "unit_head"),
    "leader": Post(CITY, "leader"),
    "operator": Post(CITY, "operator"),
    "stranger": Post(THERE, "official", "s1"),
    "theirs": Post(THERE, "unit_head"),
}
ALL: tuple[Role, ...] = ("official", "section_head", "unit_head", "leader", "operator")


def reach(address: bool = True, without: tuple[str, ...] = (), **changed: dict[str, Any]) -> Reach:
    """Everybody but `without`; a keyword changes what is known of one of them."""
    there = {name: {"posts": (post,), "address": f"{name}@x.example", **changed.get(name, {})} for name, post in POSTS.items()}
    directory = Directory(Person(name, **facts) for name, facts in there.items() if name not in without)
    return Reach(directory, lambda person: bool(person.address), lambda unit: address and unit == HERE, CITY)


def told(roles: tuple[Role, ...], by: Reach, whose: Whose | None = None) -> list[tuple[str, str]]:
    return [(each.id, each.why) for each in recipients(whose or Whose(HERE, "official"), roles, by, DAY)]


def away(cover: str = "", first: int = DAY, last: int = DAY) -> dict[str, Any]:
    return {"leave": (Leave(first, last, cover),)}


def test_every_role_finds_its_holders_and_nobody_of_another_unit() -> None:
    assert told(ALL, reach()) == [
        ("official", "HANDLER"),
        ("section", "SECTION_HEAD"),
        ("head", "UNIT_HEAD"),
        ("leader", "LEADER"),
        ("operator", "OPERATOR"),
    ]


def test_the_head_of_another_section_is_not_told() -> None:
    assert told(("section_head",), reach(section={"posts": (Post(HERE, "section_head", "s2"),)})) == [("head", "NOBODY_FOUND")]


def test_who_is_found_by_two_roles_is_told_once_for_the_first_of_them() -> None:
    both = {"posts": (Post(HERE, "section_head", "s1"), Post(HERE, "unit_head"))}
    assert told(("section_head", "unit_head"), reach(without=("head",), section=both)) == [("section", "SECTION_HEAD")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"official": away("colleague")}, ("colleague", "HANDLER", "official")),
        ({"official": away("colleague", DAY + 1, DAY + 9)}, ("official", "HANDLER", "")),
        ({"official": away("colleague", DAY - 9, DAY - 1)}, ("official", "HANDLER", "")),
        ({"official": away("colleague"), "colleague": away("section")}, ("section", "HANDLER", "official")),
        ({"official": away("colleague"), "colleague": away("official")}, ("head", "NOBODY_FOUND", "")),
        ({"official": away("official")}, ("head", "NOBODY_FOUND", "")),
        ({"official": away()}, ("head", "NOBODY_FOUND", "")),
        ({"official": away("p-unknown")}, ("head", "NOBODY_FOUND", "")),
        ({"official": away("colleague"), "colleague": {"address": ""}}, ("head", "NOBODY_FOUND", "")),
        ({"official": away(), "head": away("colleague")}, ("colleague", "NOBODY_FOUND", "head")),
        (
            {"official": away("colleague"), "colleague": {"posts": (Post(HERE, "official", valid_to=DAY - 1),)}},
            ("head", "NOBODY_FOUND", ""),
        ),
    ],
)
def test_leave_and_who_stands_in(changed: dict[str, Any], expected: tuple[str, str, str]) -> None:
    (found,) = recipients(Whose(HERE, "official"), ("official",), reach(**changed), DAY)
    assert (found.id, found.why, found.covers) == expected


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (Post(HERE, "official", "s1", valid_to=DAY), ("official", "HANDLER")),
        (Post(HERE, "official", "s1", valid_to=DAY - 1), ("head", "NOBODY_FOUND")),
        (Post(HERE, "official", "s1", valid_from=DAY + 1), ("head", "NOBODY_FOUND")),
        (Post(THERE, "official", "s1"), ("head", "NOBODY_FOUND")),
    ],
)
def test_posts_count_on_the_day_and_in_the_unit(post: Post, expected: tuple[str, str]) -> None:
    assert told(("official",), reach(official={"posts": (post,)})) == [expected]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (reach(), ("head", "NOBODY_FOUND")),
        (reach(without=("head",)), (HERE, "UNIT_ADDRESS")),
        (reach(address=False, without=("head",)), ("operator", "OPERATOR_INSTEAD")),
        (reach(address=False, without=("head", "operator")), (HERE, "NOBODY_AT_ALL")),
        (Reach(Directory(), lambda _: True, lambda _: True), (HERE, "UNIT_ADDRESS")),
    ],
)
def test_there_is_always_somebody(by: Reach, expected: tuple[str, str]) -> None:
    for roles in ((), ("official",), ("official", "section_head")):
        assert told(roles, by, Whose(HERE)) == [expected]


def test_a_silent_feed_is_told_to_whoever_answers_for_it_else_to_the_operator() -> None:
    owner = reach(head={"feeds": ("H17.31",)})
    find: Callable[[Reach], list[str]] = lambda by: [each.id for each in owners_of("H17.31", by, DAY)]  # noqa: E731
    assert (find(owner), find(reach()), find(reach(without=("operator",)))) == (["head"], ["operator"], [])


def test_a_name_is_known_without_case_and_diacritics_and_only_if_one_alone_has_it() -> None:
    named = {"names": (name_digest(HERE, "Trần Văn Mít"),)}
    one, two = reach(official=named).directory, reach(official=named, colleague=named).directory
    assert [one.named(HERE, "TRAN VAN MIT", DAY), two.named(HERE, "Trần Văn Mít", DAY), one.named(THERE, "Trần Văn Mít", DAY)] == [
        "official",
        "",
        "",
    ]


def test_a_recipient_says_where_they_work() -> None:
    assert recipients(Whose(HERE), ("leader",), reach(), DAY) == (Recipient("leader", CITY, "LEADER"),)
