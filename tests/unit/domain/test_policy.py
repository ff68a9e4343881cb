from datetime import date
from typing import Any

import pytest

from dunghen.domain.bands import Thresholds
from dunghen.domain.calendar import VIETNAM_HOURS
from dunghen.domain.days import day_number
from dunghen.domain.deadline import TimeLimit
from dunghen.domain.policy import Policy, PolicyError

CITY = {"code": "H17", "name": "Đà Nẵng", "former_codes": ["H47"]}
BODIES: dict[str, Any] = {
    "city": CITY,
    "units": {
        "units": [
            {
                "code": "20242",
                "name": "Hải Châu",
                "kind": "locality",
                "type": "Phường",
                "wire_codes": ["000.01.31.H17"],
                "valid_from": "2025-07-01",
            },
            {"code": "H17.03", "name": "Sở Tài chính", "kind": "department", "aliases": ["Sở TC"], "notice_address": "stc@example.org"},
        ]
    },
    "calendar": {"overrides": {"2026-01-02": [], "2026-01-10": [[25200, 41400], [48600, 61200]]}},
    "rules": {"supplement_rule": [{"from": "2026-03-01", "rule": "restart"}, {"from": "2020-01-01", "rule": "first_only"}], "few": 6},
    "bands": {"green": 92.5},
    "procedures": {
        "procedures": [
            {"code": "1.004222", "name": "Đăng ký thường trú", "field": "Cư trú", "limit": 7, "unit": "working_days"},
            {
                "code": "1.004222",
                "name": "Đăng ký thường trú",
                "limit": 5,
                "unit": "days",
                "valid_from": "2026-07-01",
                "kinds": ["locality"],
            },
            {"code": "2.1", "name": "Không thời hạn"},
        ]
    },
    "stages": {
        "short_hours": 16,
        "stages": [
            {"stage": "half", "terms": "long", "percent": 50, "roles": ["official"]},
            {"stage": "last_hours", "terms": "short", "remaining_working_hours": 2, "roles": ["official"], "breaks_quiet_hours": True},
        ],
    },
}


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def faults(**bodies: Any) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        Policy.from_bodies(1, {**BODIES, **bodies})
    assert str(caught.value) == "\n".join(caught.value.faults)
    return list(caught.value.faults)


POLICY = Policy.from_bodies(3, BODIES)


def test_a_city_alone_gives_a_policy_with_the_products_defaults() -> None:
    policy = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng"}})
    assert (policy.zone.name, policy.calendar.hours, policy.calendar.weekend) == ("Asia/Ho_Chi_Minh", VIETNAM_HOURS, (5, 6))
    assert (policy.bands, policy.few, policy.short_term_seconds) == (Thresholds(900, 800, 700), 5, 28800)
    assert policy.rules.supplement_rule_on(20000) == "subtract"
    assert policy.rules.limit_of("1.004222", 20000) is None
    assert policy.catalogue.all == policy.procedures.all == policy.stages == ()


def test_units_are_found_by_code_name_and_normalised_wire_code() -> None:
    unit = POLICY.catalogue.get("20242")
    assert unit is not None
    assert (unit.full_name, unit.wire_codes, unit.valid_from) == ("Phường Hải Châu", ("H17.31.01",), day("2025-07-01"))
    assert POLICY.catalogue.resolve("UBND phường Hải Châu, thành phố Đà Nẵng", "", "H47.01").unit is unit


def test_where_a_unit_lies_is_one_of_four_words_or_not_stated() -> None:
    stated = Policy.from_bodies(1, {**BODIES, "units": {"units": [{**BODIES["units"]["units"][0], "setting": "mountain"}]}})
    assert [unit.setting for unit in (*stated.catalogue.all, *POLICY.catalogue.all)] == ["mountain", None, None]
    for wrong in ("hills", "", 3):
        units = {"units": [{**BODIES["units"]["units"][0], "setting": wrong}]}
        assert faults(units=units) == [f"units[0].setting: {wrong!r} is none of urban, rural, mountain, island"]


def test_the_calendar_has_its_days_off_and_worked_saturdays() -> None:
    assert not POLICY.calendar.is_working(day("2026-01-02"))
    assert POLICY.calendar.hours_on(day("2026-01-10")) == VIETNAM_HOURS
    assert POLICY.rules.calendar is POLICY.calendar


def test_a_dossier_has_the_limit_of_the_day_on_which_it_was_received() -> None:
    limit_of = POLICY.rules.limit_of
    assert limit_of("1.004222", day("2026-06-30")) == TimeLimit(7, "working_days")
    assert limit_of("1.004222", day("2026-07-01")) == TimeLimit(5, "days")
    assert limit_of("2.1", day("2026-07-01")) is limit_of("9.9", 0) is None
    newest = POLICY.procedures.get("1.004222")
    assert newest is not None
    assert newest.kinds == ("locality",)
    assert [p.code for p in POLICY.procedures.all] == ["1.004222", "2.1"]


def test_the_supplement_rule_is_the_one_in_force_on_a_day() -> None:
    rule_on = POLICY.rules.supplement_rule_on
    assert [rule_on(day(d)) for d in ("2019-12-31", "2020-01-01", "2026-02-28", "2026-03-01")] == [
        "subtract",
        "first_only",
        "first_only",
        "restart",
    ]


def test_bands_few_and_stages_are_data() -> None:
    assert POLICY.bands == Thresholds(925, 800, 700)
    assert (POLICY.few, POLICY.short_term_seconds, POLICY.version) == (6, 57600, 3)
    half, last = POLICY.stages
    assert (half.percent, half.remaining_seconds, half.breaks_quiet_hours) == (50, None, False)
    assert (last.percent, last.remaining_seconds, last.roles, last.breaks_quiet_hours) == (None, 7200, ("official",), True)


@pytest.mark.parametrize(
    ("bodies", "fault"),
    [
        ({"city": {"code": "H17"}}, "city.name: is missing"),
        ({"city": {**CITY, "time_zone": "Asia/Danang"}}, "city.time_zone: 'Asia/Danang' is not a time zone like Asia/Ho_Chi_Minh"),
        ({"city": []}, "city: must be a table of keys and values"),
        ({"city": {**CITY, "result_forms": 5}}, "city.result_forms: must be a table of keys and values"),
        ({"city": {**CITY, "result_forms": []}}, "city.result_forms: must be a table of keys and values"),
        ({"weather": {}}, "weather: is no kind of policy"),
        (
            {"units": {"units": [{"code": "1", "name": "A", "kind": "ward"}]}},
            "units[0].kind: 'ward' is none of locality, department, land_office, health",
        ),
        ({"units": {"units": [{"code": "1", "name": "A", "kind": "locality", "adress": "x"}]}}, "units[0].adress: is not known"),
        ({"units": {"units": [{"code": "1", "name": "A", "kind": "locality"}] * 2}}, "units[1].code: '1' is also a code of units[0]"),
        ({"units": {"units": {}}}, "units.units: must be a list"),
        ({"calendar": {"overrides": {"2026-02-30": []}}}, "calendar.overrides.2026-02-30: '2026-02-30' is not a date like 2026-01-31"),
        ({"calendar": {"weekend": [7]}}, "calendar.weekend: must be a list of weekdays from 0 (Monday) to 6 (Sunday)"),
        ({"rules": {"supplement_rule": "ignore"}}, "rules.supplement_rule: 'ignore' is none of subtract, restart, first_only"),
        ({"bands": {"green": 90, "yellow": 95}}, "bands.green: the thresholds must fall: green above yellow above orange"),
        ({"bands": {"green": 90.55}}, "bands.green: must be a per cent from 0.1 to 100 with at most one decimal"),
        (
            {"procedures": {"procedures": [{"code": "1", "name": "A", "limit": 0, "unit": "days"}]}},
            "procedures[0].limit: must be a whole number from 1 to 5000",
        ),
        ({"procedures": {"procedures": [{"code": "1", "name": "A"}] * 2}}, "procedures[1].code: '1' is there twice for the same day"),
        (
            {"procedures": {"procedures": [{"code": "1", "name": "A", "kinds": ["ward"]}]}},
            "procedures[0].kinds: 'ward' is none of locality, department, land_office, health",
        ),
        ({"stages": {"stages": [{"stage": "x", "terms": "long"}]}}, "stages[0].stage: needs either percent or remaining_working_hours"),
    ],
)
def test_a_fault_is_named_with_its_place(bodies: dict[str, Any], fault: str) -> None:
    assert fault in faults(**bodies)


@pytest.mark.parametrize("hours", ["07:00", [[1]], [[10, 5]], [[0, 50], [40, 60]], [[0, 90000]], [["a", "b"]], 5])
def test_hours_that_make_no_sense_are_refused(hours: Any) -> None:
    assert any(fault.startswith("calendar.hours: must be pairs of seconds") for fault in faults(calendar={"hours": hours}))


def test_all_faults_are_listed_at_once() -> None:
    assert len(faults(city={}, bands={"gren": 1}, stages={"stages": [{}]}, rules={"few": "x"})) == 7


def test_a_wire_code_may_pass_from_an_ended_unit_to_its_successor() -> None:
    old = {"code": "1", "name": "A", "kind": "locality", "wire_codes": ["H17.01"], "valid_to": "2025-06-30"}
    new = {"code": "2", "name": "B", "kind": "locality", "wire_codes": ["H17.01"], "predecessors": ["1"]}
    policy = Policy.from_bodies(1, {"city": CITY, "units": {"units": [old, new]}})
    assert policy.catalogue.resolve("", "000.00.01.H17-250101-0001", "").unit is policy.catalogue.get("2")
