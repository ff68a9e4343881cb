"""Who may see what, decided purely: the official of the unit, the official of another, the leader above them, and machines."""

from __future__ import annotations

import pytest

from dunghen.domain.access import Grant, Reason, Role, Target, What, Who, decide_access, units_in_reach
from dunghen.domain.units import Catalogue, Unit

OFFICIAL = Who("p1", (Grant(Role.OFFICIAL, frozenset({"A"})),))
LEADER = Who("p2", (Grant(Role.LEADER, frozenset({"A", "B"})),))
OPERATOR = Who("p3", (Grant(Role.OPERATOR),))
SOURCE = Who("k1", (Grant(Role.SOURCE, frozenset({"A", "B"})),))
TWO_POSTS = Who("p4", (Grant(Role.OFFICIAL, frozenset({"A"})), Grant(Role.LEADER, frozenset({"C"}))))


@pytest.mark.parametrize(
    ("who", "unit", "reason"),
    [
        (None, "A", Reason.UNAUTHENTICATED),
        (OFFICIAL, "A", Reason.OWN_UNIT),
        (OFFICIAL, "B", Reason.OTHER_UNIT),
        (OFFICIAL, "", Reason.OTHER_UNIT),
        (OFFICIAL, None, Reason.OWN_SCOPE),
        (LEADER, "B", Reason.OWN_UNIT),
        (LEADER, "C", Reason.OTHER_UNIT),
        (OPERATOR, "C", Reason.WHOLE_CITY),
        (SOURCE, "A", Reason.ROLE_NOT_ALLOWED),
        (TWO_POSTS, "A", Reason.OWN_UNIT),
        (TWO_POSTS, "C", Reason.OWN_UNIT),
        (TWO_POSTS, "B", Reason.OTHER_UNIT),
        (Who("p5", ()), "A", Reason.ROLE_NOT_ALLOWED),
    ],
)
def test_a_dossier_is_seen_by_those_of_its_unit_and_above(who: Who | None, unit: str | None, reason: Reason) -> None:
    allowed = reason in (Reason.OWN_UNIT, Reason.OWN_SCOPE, Reason.WHOLE_CITY)
    access = decide_access(who, What.DOSSIER, Target(unit))
    assert (access.allowed, access.reason) == (allowed, reason)


def test_who_has_a_dossier_reads_it_as_his_own_while_it_is_of_his_unit_and_no_longer() -> None:
    assert decide_access(OFFICIAL, What.DOSSIER, Target("A", "p1")).reason is Reason.OWN_DOSSIER
    assert decide_access(OFFICIAL, What.DOSSIER, Target("A", "p9")).reason is Reason.OWN_UNIT
    assert decide_access(OFFICIAL, What.DOSSIER, Target("B", "p1")).reason is Reason.OTHER_UNIT
    assert not decide_access(SOURCE, What.DOSSIER, Target("B", "k1")).allowed
    assert decide_access(OPERATOR, What.DOSSIER, Target("B", "p3")).reason is Reason.WHOLE_CITY


def test_the_decision_names_the_role_that_it_was_given_by() -> None:
    assert decide_access(TWO_POSTS, What.DOSSIER, Target("C")).role is Role.LEADER
    assert decide_access(TWO_POSTS, What.DOSSIER, Target("A")).role is Role.OFFICIAL
    both = Who("p6", (Grant(Role.OFFICIAL, frozenset({"A"})), Grant(Role.OPERATOR)))
    assert decide_access(both, What.DOSSIER, Target("A")).reason is Reason.WHOLE_CITY


@pytest.mark.parametrize(
    ("who", "city", "reason"),
    [
        (LEADER, {"A", "B"}, Reason.WHOLE_CITY),
        (LEADER, {"A", "B", "C"}, Reason.OTHER_UNIT),
        (LEADER, set(), Reason.OTHER_UNIT),
        (OPERATOR, {"A", "B", "C"}, Reason.WHOLE_CITY),
        (OFFICIAL, {"A"}, Reason.ROLE_NOT_ALLOWED),
        (TWO_POSTS, {"A", "C"}, Reason.OTHER_UNIT),
        (None, {"A"}, Reason.UNAUTHENTICATED),
    ],
)
def test_what_is_of_all_units_as_one_is_for_who_leads_every_one_of_them(who: Who | None, city: set[str], reason: Reason) -> None:
    access = decide_access(who, What.MONTHLY_SHEETS, Target(city=frozenset(city)))
    assert (access.allowed, access.reason) == (reason is Reason.WHOLE_CITY, reason)


def test_what_is_open_is_open_to_everybody() -> None:
    assert all(decide_access(who, What.OPEN).allowed for who in (None, OFFICIAL, SOURCE))


def test_machines_have_no_session() -> None:
    reader = Who("k2", (Grant(Role.READER, frozenset({"A"})),))
    assert decide_access(reader, What.OWN_SESSION).reason is Reason.ROLE_NOT_ALLOWED
    assert decide_access(OFFICIAL, What.OWN_SESSION).allowed


def test_lists_hold_what_is_within_reach() -> None:
    assert units_in_reach(TWO_POSTS, What.NOTICES) == {"A", "C"}
    assert units_in_reach(OPERATOR, What.NOTICES) is None
    assert units_in_reach(SOURCE, What.NOTICES) == frozenset()


CATALOGUE = Catalogue(
    [
        Unit("20242", "Hải Châu", "locality", wire_codes=("H17.31",)),
        Unit("old", "Cũ", "locality", wire_codes=("H17.40",), valid_to=5),
        Unit("20300", "Mới", "locality", wire_codes=("H17.50",), predecessors=("old",)),
        Unit("H17.12", "Sở Nông nghiệp", "department", wire_codes=("H17.12",)),
        Unit("H17.12.04", "Chi nhánh Điện Bàn", "land_office", wire_codes=("H17.12.04",)),
    ],
    "Đà Nẵng", "H17", ("H47",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "units"),
    [
        ("20242", {"20242"}),
        ("H17.31", {"20242"}),
        ("000.00.31.H17", {"20242"}),
        ("H17.31.02", {"20242"}),
        ("H17.3", set()),
        ("H17.40", {"old", "20300"}),
        ("H17.12", {"H17.12", "H17.12.04"}),
        ("H17.12.04", {"H17.12.04"}),
        ("H18.31", set()),
        ("", set()),
    ],
)
def test_a_code_stands_for_its_unit_those_below_and_heirs(code: str, units: set[str]) -> None:
    assert CATALOGUE.under(code) == units


def test_the_city_s_code_and_a_merged_province_s_stand_for_all() -> None:
    assert CATALOGUE.under("H17") == CATALOGUE.under("H47") == {unit.code for unit in CATALOGUE.all}
