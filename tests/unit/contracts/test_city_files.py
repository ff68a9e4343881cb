import runpy
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from dunghen.contracts.city_files import SHIPPED, CityFileError, holidays_of, read_city
from dunghen.domain.calendar import VIETNAM_HOURS
from dunghen.domain.days import day_number
from dunghen.domain.policy import Policy

ROOT = Path(__file__).parents[3]
DATA = ROOT / "dunghen" / "domain" / "data"


@pytest.fixture(scope="module")
def danang() -> Policy:
    return Policy.from_bodies(1, read_city("demo"))


def faults(folder: Path, text: str, **beside: str) -> list[str]:
    (folder / "city.toml").write_text('code = "H17"\nname = "Đà Nẵng"\n' + text, encoding="utf-8")
    for name, content in beside.items():
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(CityFileError) as caught:
        read_city(str(folder / "city.toml"))
    return list(caught.value.faults)


@pytest.mark.parametrize("city", SHIPPED)
def test_every_shipped_city_is_a_policy(city: str) -> None:
    bodies = read_city(city)
    assert Policy.from_bodies(1, bodies).city.time_zone == bodies["city"]["time_zone"]


def test_danang_has_its_94_localities_20_departments_12_land_offices_and_some_health_facilities(danang: Policy) -> None:
    units = danang.catalogue.all
    assert Counter(unit.kind for unit in units) == {"locality": 94, "department": 20, "land_office": 12, "health": 3}
    assert Counter(unit.type for unit in units if unit.kind == "locality") == {"Phường": 23, "Xã": 70, "Đặc khu": 1}
    assert all(unit.notice_address.endswith("@danang.example") for unit in units)
    assert len({unit.notice_address for unit in units}) == len(units)


def test_where_the_localities_of_danang_lie_is_stated_as_far_as_it_is_known(danang: Policy) -> None:
    localities = [unit for unit in danang.catalogue.all if unit.kind == "locality"]
    assert Counter(unit.setting for unit in localities) == {"urban": 23, "rural": 18, "mountain": 37, "island": 3, None: 13}
    assert {unit.type for unit in localities if unit.setting == "urban"} == {"Phường"}
    assert {unit.name for unit in localities if unit.setting == "island"} == {"Hoàng Sa", "Tân Hiệp", "Tam Hải"}
    said = {unit.name: unit.setting for unit in localities}
    names = ("Nông Sơn", "Quế Phước", "Trà My", "Khâm Đức", "Quế Sơn Trung", "Hòa Tiến", "Hòa Vang", "Thượng Đức")
    assert [said[name] for name in names] == [*["mountain"] * 4, "rural", "rural", None, None]
    assert {unit.setting for unit in danang.catalogue.all if unit.kind != "locality"} == {None}


def test_the_shipped_localities_are_those_of_the_package() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "make_localities.py"))
    assert (DATA / "danang-localities.json").read_text(encoding="utf-8") == made["text"](made["localities"]())


def test_every_unit_of_danang_is_found_by_its_names_and_codes(danang: Policy) -> None:
    for unit in danang.catalogue.all:
        office = f"UBND {unit.full_name.lower()}" if unit.kind == "locality" else unit.full_name
        for name in (office, unit.full_name.upper(), f"{unit.full_name}, TP Đà Nẵng", unit.code, *unit.aliases):
            assert danang.catalogue.resolve(name, "", "H17").unit is unit, name
        for code in unit.wire_codes:
            assert danang.catalogue.resolve("", f"{code}-260105-0001", "").unit is unit
            assert danang.catalogue.resolve("", "", "000." + ".".join(reversed(code.split(".")))).unit is unit


def test_the_example_of_the_wire_format_belongs_to_hai_chau(danang: Policy) -> None:
    found = danang.catalogue.resolve("UBND phường Hải Châu", "000.01.31.H17-260105-0001", "H17.31")
    assert found.unit is danang.catalogue.resolve("", "000.01.31.H17-260105-0001", "H17.31").unit is danang.catalogue.get("20242")


def test_a_ward_that_was_merged_stands_for_the_new_one(danang: Policy) -> None:
    assert danang.catalogue.resolve("UBND phường Phước Ninh", "", "H17").unit is danang.catalogue.get("20242")


def test_danang_works_when_it_really_did(danang: Policy) -> None:
    calendar = danang.calendar
    off, worked = (
        ("2026-01-01", "2026-01-02", "2026-02-18", "2026-04-27", "2026-08-31", "2026-11-24"),
        ("2026-01-10", "2026-08-22", "2026-11-10"),
    )
    assert not [d for d in off if calendar.is_working(day_number(date.fromisoformat(d)))]
    assert [calendar.hours_on(day_number(date.fromisoformat(d))) for d in worked] == [VIETNAM_HOURS] * 3


def test_the_procedures_of_danang_have_limits_of_every_form_for_every_kind_of_unit(danang: Policy) -> None:
    procedures = danang.procedures.all
    assert len(procedures) >= 120
    assert len({p.field for p in procedures}) >= 12
    assert {p.limit.unit for p in procedures if p.limit} == {"hours", "working_days", "days", "months"}
    assert {kind for p in procedures for kind in p.kinds} == {"locality", "department", "land_office"}


def test_new_york_has_the_agencies_of_its_requests() -> None:
    policy = Policy.from_bodies(1, read_city("nyc311"))
    agencies = {unit.code for unit in policy.catalogue.all}
    assert len(agencies) == 16
    assert policy.zone.name == "America/New_York"
    assert all(policy.catalogue.resolve(code, "", "").unit is policy.catalogue.get(code) for code in agencies)


def test_holidays_are_those_of_the_years_asked_and_no_weekends() -> None:
    days = holidays_of("VN", years=[2026])
    assert {day[:4] for day in days} == {"2026"}
    assert days["2026-08-22"] == "working"
    assert days["2026-02-17"] == "off"
    assert not [day for day, what in days.items() if what == "off" and date.fromisoformat(day).weekday() > 4]


def test_a_file_may_name_units_and_procedures_itself_and_beside_it(tmp_path: Path) -> None:
    (tmp_path / "more.json").write_text('[{"code": "2", "name": "B", "kind": "locality"}]', encoding="utf-8")
    (tmp_path / "p.toml").write_text('procedures = [{ code = "1.1", name = "X", limit = 3, unit = "days" }]', encoding="utf-8")
    city = tmp_path / "city.toml"
    city.write_text(
        'code = "H17"\nname = "Đà Nẵng"\nunit_files = ["more.json"]\nprocedure_files = ["p.toml"]\n'
        '[[units]]\ncode = "1"\nname = "A"\nkind = "department"\n'
        '[calendar]\nhours = ["08:00-12:00"]\nweekend = [6]\n[calendar.overrides]\n2026-11-14 = ["08:00-10:30"]\n',
        encoding="utf-8",
    )
    policy = Policy.from_bodies(1, read_city(str(city)))
    assert [unit.code for unit in policy.catalogue.all] == ["1", "2"]
    assert policy.procedures.get("1.1") is not None
    assert (policy.calendar.hours, policy.calendar.weekend) == (((28800, 43200),), (6,))
    assert policy.calendar.hours_on(day_number(date(2026, 11, 14))) == ((28800, 37800),)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nme = 1", "city.toml: nme: is not known"),
        ("[bands]\ngreen = 0", "city.toml: bands.green: must be a per cent from 0.1 to 100 with at most one decimal"),
        (
            "[[units]]\ncode = '1'\nname = 'A'\nkind = 'ward'",
            "city.toml: units[0].kind: 'ward' is none of locality, department, land_office, health",
        ),
        (
            "[calendar]\nhours = ['7-11']",
            'city.toml: calendar.hours: must be "off", "working" or hours like ["07:00-11:30", "13:30-17:00"]',
        ),
        (
            "[calendar.overrides]\n2026-01-02 = 'closed'",
            'city.toml: calendar.overrides.2026-01-02: must be "off", "working" or hours like ["07:00-11:30", "13:30-17:00"]',
        ),
        (
            "[calendar]\nholidays = 'Atlantis'",
            "city.toml: calendar.holidays: 'Atlantis' is not a country like VN or a part of one like US-NY",
        ),
        ("[calendar]\noverrides = []", "city.toml: calendar.overrides: must be a table of dates"),
        ("unit_files = 'a.json'", "city.toml: unit_files: must be a list of file names"),
        ("unit_files = ['gone.json']", "gone.json: cannot be read: there is no such file, or it may not be read"),
        ("time_zone = x", "city.toml: Invalid value (at line 3, column 13)"),
    ],
)
def test_a_fault_names_file_place_and_what_is_wrong(tmp_path: Path, text: str, fault: str) -> None:
    assert fault in faults(tmp_path, text)


def test_a_fault_in_a_list_beside_the_file_is_placed_there(tmp_path: Path) -> None:
    text = "unit_files = ['more.json']\n[[units]]\ncode = '1'\nname = 'A'\nkind = 'locality'"
    assert faults(tmp_path, text, **{"more.json": '[{"code": "2", "name": "B"}]'}) == ["more.json: units[0].kind: is missing"]


def test_a_city_that_is_not_there_is_said_so() -> None:
    with pytest.raises(CityFileError, match=r"atlantis.toml: cannot be read"):
        read_city("atlantis.toml")
