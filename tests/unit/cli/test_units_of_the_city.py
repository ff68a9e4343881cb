"""`dunghen units list`: who is there on a day, of a city file as it is read."""

from __future__ import annotations

from datetime import date

from dunghen.cli.units.command import unit_lines
from dunghen.contracts.city_files import read_city
from dunghen.domain.days import day_number
from dunghen.domain.policy import Policy


def test_the_units_of_a_city_by_kind_and_code_and_how_many() -> None:
    policy = Policy.from_bodies(3, read_city("danang"))
    *lines, last = unit_lines(policy, day_number(date(2026, 11, 30)))
    assert last == f"{len(lines)} units, policy version 3"
    assert len(lines) == len(policy.catalogue.all)
    assert any(line.startswith("20242  locality     Phường Hải Châu  ") for line in lines)
    assert [line.split()[1] for line in lines] == sorted(
        (line.split()[1] for line in lines), key=("locality", "department", "land_office", "health").index
    )


def test_of_units_that_began_or_ended_only_those_of_the_day() -> None:
    units = [
        {"code": "1", "name": "Cũ", "kind": "locality", "type": "Xã", "wire_codes": ["H17.1"], "valid_to": "2026-06-30"},
        {"code": "2", "name": "Mới", "kind": "locality", "type": "Xã", "valid_from": "2026-07-01"},
    ]
    policy = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng"}, "units": {"units": units}})
    assert unit_lines(policy, day_number(date(2026, 6, 30))) == [
        "1  locality     Xã Cũ  H17.1  until 2026-06-30",
        "1 units, policy version 1",
    ]
    assert unit_lines(policy, day_number(date(2026, 7, 1))) == ["2  locality     Xã Mới  -", "1 units, policy version 1"]
