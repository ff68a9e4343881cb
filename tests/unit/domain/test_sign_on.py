"""Who may sign in by the city's own provider, and as what."""

from __future__ import annotations

import pytest

from dunghen.domain.directory import Person, Post
from dunghen.domain.sign_on import ALL_ROLES, BY_WAY, Reason, SignOn, Way, decide_sign_on, read_groups

TODAY = 20_773
OFFICIAL = Person("p0000000000000001", (Post("20242", "official"), Post("H17", "leader", valid_to=TODAY - 1)))


def test_without_declared_groups_the_directory_alone_decides() -> None:
    assert decide_sign_on(OFFICIAL, (), {}, TODAY) == SignOn(Reason.SIGNED_IN, ALL_ROLES)
    assert decide_sign_on(OFFICIAL, ("anything",), {}, TODAY).allowed
    assert decide_sign_on(None, (), {}, TODAY) == SignOn(Reason.PERSON_UNKNOWN)


def test_a_group_lets_in_whom_the_directory_knows_and_nobody_else() -> None:
    allowed = read_groups("officials")
    assert decide_sign_on(OFFICIAL, ("officials", "others"), allowed, TODAY) == SignOn(Reason.SIGNED_IN, ALL_ROLES)
    assert decide_sign_on(OFFICIAL, ("others",), allowed, TODAY) == SignOn(Reason.GROUP_NOT_ALLOWED)
    assert decide_sign_on(None, ("officials",), allowed, TODAY) == SignOn(Reason.PERSON_UNKNOWN)


def test_of_who_is_in_no_group_it_is_not_said_whether_the_directory_knows_them() -> None:
    allowed = read_groups("officials")
    assert decide_sign_on(None, (), allowed, TODAY) == decide_sign_on(OFFICIAL, (), allowed, TODAY)


def test_a_group_gives_no_role_that_the_directory_does_not_give() -> None:
    allowed = read_groups("leads=>leader; staff=>official")
    assert decide_sign_on(OFFICIAL, ("staff",), allowed, TODAY) == SignOn(Reason.SIGNED_IN, frozenset({"official"}))
    assert decide_sign_on(OFFICIAL, ("leads",), allowed, TODAY) == SignOn(Reason.NO_POST)  # was leader until yesterday
    assert decide_sign_on(OFFICIAL, ("leads",), allowed, TODAY - 1) == SignOn(Reason.SIGNED_IN, frozenset({"leader"}))
    assert decide_sign_on(OFFICIAL, ("leads", "staff"), allowed, TODAY).roles == {"leader", "official"}


def test_who_holds_no_post_today_is_not_let_in() -> None:
    former = Person("p0000000000000002", (Post("20242", "official", valid_to=TODAY - 1),))
    assert decide_sign_on(former, (), {}, TODAY) == SignOn(Reason.NO_POST)


def test_groups_are_read_as_directories_call_them() -> None:
    text = "CN=officials,OU=city,DC=example=>official; urn:city:leads=>leader;urn:city:leads=>unit_head ;/dunghen; "
    assert read_groups(text) == {
        "CN=officials,OU=city,DC=example": {"official"},
        "urn:city:leads": {"leader", "unit_head"},
        "/dunghen": ALL_ROLES,
    }
    assert read_groups("") == {}


@pytest.mark.parametrize("text", ["a;b=>chief", "a;=>official", "a;b=>"])
def test_an_entry_that_is_not_well_formed_is_named_by_its_place(text: str) -> None:
    with pytest.raises(ValueError, match="entry 2: must be GROUP or GROUP=>role"):
        read_groups(text)


def test_every_reason_belongs_to_a_way() -> None:
    assert {reason for reasons in BY_WAY.values() for reason in reasons} == set(Reason)
    assert Reason.LINK_INVALID not in BY_WAY[Way.CITY]
