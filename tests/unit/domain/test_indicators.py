"""What indicators are worth: the published figures, exactly; no inputs is never 0; each day by the definition that held on it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunghen.contracts.city_files import read_city
from dunghen.domain.bands import Thresholds, display_percent
from dunghen.domain.days import day_number
from dunghen.domain.indicator_values import (
    IndicatorValue,
    Inputs,
    Reason,
    Stated,
    Tally,
    band_of,
    class_of,
    evaluate,
    points_of,
    runs,
    stated,
    told_periods,
    total_of,
)
from dunghen.domain.indicators import Indicator, IndicatorBook, Term, Text
from dunghen.domain.policy import Policy, PolicyError
from dunghen.domain.windows import Window, period, whole

BOOK = Policy.from_bodies(1, read_city("demo")).indicators
TODAY = day_number(date(2026, 11, 16))
MONTH = Window(day_number(date(2026, 11, 1)), TODAY)
NOTHING = Tally({}, {})


def inputs(counts: dict[str, int] | None = None, rates: dict[str, tuple[int, int]] | None = None, **facts: Stated) -> Inputs:
    """November 2026; `facts` by code with `_` for the dot, all of the month."""
    told = {code.replace("_", ".", 1): {"2026-11": fact} for code, fact in facts.items()}
    return Inputs(MONTH, whole("month", TODAY), Tally(counts or {}, rates or {}), {}, told)


def value(code: str, given: Inputs, kind: str = "locality") -> IndicatorValue:
    return evaluate(BOOK.versions[code], given, kind)


def percent(of: IndicatorValue) -> str:
    return display_percent(of.numerator, of.denominator)


def rounded(points: Fraction | None, decimals: int) -> str:
    """Half up, as screens round."""
    assert points is not None
    scaled = (2 * points.numerator * 10**decimals + points.denominator) // (2 * points.denominator)
    return f"{scaled / 10**decimals:.{decimals}f}"


def test_the_citys_progress_of_2026_is_78_38_per_cent_and_15_68_of_20() -> None:
    found = value("QD766.PROGRESS", inputs(rates={"official": (144625, 184513)}))
    assert (found.numerator, found.denominator, found.maximum) == (144625, 184513, 20)
    assert f"{found.numerator * 10000 // found.denominator / 100}" == "78.38"
    assert rounded(found.points, 2) == "15.68"


def test_nine_in_ten_are_18_of_20() -> None:
    assert value("QD766.PROGRESS", inputs(rates={"official": (90, 100)})).points == 18


def test_quang_nams_figures_of_2022() -> None:
    integrated = value("QN2022.INTEGRATED", inputs(QN2022_INTEGRATED=Stated(1398, 1459)))
    paid = value("QN2022.PAID_ONLINE", inputs({"paid_national": 521, "paid_online": 900, "gateway_told": 1273, "fee": 3000}))
    assert (percent(integrated), percent(paid)) == ("95.8", "40.9")
    for code, found in (("QN2022.INTEGRATED", integrated), ("QN2022.PAID_ONLINE", paid)):
        bands = BOOK.versions[code][0].bands
        assert bands is not None
        assert band_of(found.numerator, found.denominator, bands) == "green"


def test_where_no_gateway_is_told_the_share_paid_on_the_national_portal_is_unknown_not_nought() -> None:
    """A month of an earlier release: 900 of 3000 were paid online, nobody knows where."""
    found = value("QN2022.PAID_ONLINE", inputs({"paid_national": 0, "gateway_told": 0, "paid_online": 900, "fee": 3000}))
    assert (found.denominator, percent(found)) == (0, "")


def test_online_services_of_da_nang_in_2018_were_two_in_five() -> None:
    found = value("QN2022.ONLINE", inputs(QN2022_ONLINE=Stated(521, 1273)), kind="")
    bands = BOOK.versions["QN2022.ONLINE"][0].bands
    assert bands is not None
    assert (percent(found), band_of(found.numerator, found.denominator, bands)) == ("40.9", "red")


def test_the_budget_of_son_tra_in_2024_was_exceeded() -> None:
    assert percent(value("QNX.BUDGET_REVENUE", inputs(QNX_BUDGET_REVENUE=Stated(1743, 1000)))) == "174.3"


def test_a_plan_may_be_exceeded() -> None:
    plan = definition("plan_actual", maximum=10)
    found = evaluate([plan], inputs(TEST_ONE=Stated(1743, 1000)))
    assert (percent(found), found.points) == ("174.3", 10)


@pytest.mark.parametrize(
    ("code", "at", "band", "below"),
    [
        ("QN2022.ON_TIME", 90, "green", "yellow"),
        ("QN2022.ON_TIME", 80, "yellow", "orange"),
        ("QN2022.ON_TIME", 70, "orange", "red"),
        ("QN2022.INTEGRATED", 50, "green", "red"),
        ("QN2022.PAID_ONLINE", 25, "green", "red"),
    ],
)
def test_bands_begin_at_exactly_their_threshold(code: str, at: int, band: str, below: str) -> None:
    bands = BOOK.versions[code][0].bands
    assert bands is not None
    assert (band_of(at, 100, bands), band_of(at * 10**9 - 1, 100 * 10**9, bands)) == (band, below)


def test_all_points_are_given_at_the_threshold_and_no_more_above_it() -> None:
    half = inputs({"online": 50, "received": 100, "digitised": 40})
    assert value("QD766.ONLINE_DOSSIERS", half).points == 12
    assert value("QD766.ONLINE_DOSSIERS", inputs({"online": 99, "received": 100})).points == 12
    assert value("QD766.DIGITISED", half).points == 2  # 4 × 40 % ÷ 80 %


def test_the_six_groups_have_100_points_and_their_indicators_give_them_all() -> None:
    of = BOOK.sets["QD766"]
    assert [group.maximum for group in of.groups] == [18, 20, 12, 10, 18, 22]
    newest = BOOK.of_set("QD766", TODAY)
    for group in of.groups:
        assert sum(one.maximum for one in newest if one.group == group.code) == group.maximum


def test_the_digital_transformation_index_is_a_tree_whose_points_sum_up_at_every_level() -> None:
    of, newest = BOOK.sets["DTI"], BOOK.of_set("DTI", TODAY)
    assert sum(group.maximum for group in of.groups if not group.parent) == sum(one.maximum for one in newest) == 1000
    for group in of.groups:
        assert sum(one.maximum for one in newest if one.group in of.within(group.code)) == group.maximum
        assert [one.code for one in BOOK.of_set(f"DTI.{group.code.upper()}", TODAY)] == [
            one.code for one in newest if one.group in of.within(group.code)
        ]


def test_a_group_is_a_total_by_itself_unless_an_indicator_has_its_code() -> None:
    assert {"QD766.OPENNESS", "QD766.ONLINE", "QD766.PAYMENT", "DTI.GOVERNMENT", "DTI.FOUNDATION"} <= set(BOOK.parts)
    assert "QD766.PROGRESS" not in BOOK.parts, "the indicator of that code is what is asked for"
    assert BOOK.set_with_total("QD766.PROGRESS") is None
    payment = BOOK.set_with_total("QD766.PAYMENT")
    assert payment is not None
    given = inputs({"fee": 10, "paid_online": 5}, QD766_PAYMENT_USED=Stated(1, 2))
    total = total_of(payment, [value(one.code, given) for one in BOOK.of_set("QD766.PAYMENT", TODAY)])
    assert (total.points, total.maximum, total.standing) == (4, 8, "")


@pytest.mark.parametrize(
    ("groups", "fault"),
    [
        ([("a", "b", 5), ("b", "", 5)], "'b' is no group that stands before this one"),
        ([("a", "", 5), ("a", "", 5)], "'a' is there twice"),
        ([("a", "", 5), ("b", "a", 6)], "a has 5 points, its parts give 6"),
    ],
)
def test_groups_are_a_tree_whose_parts_give_no_more_than_they_have(groups: list[tuple[str, str, int]], fault: str) -> None:
    words = {"name_vi": "a", "name_en": "a"}
    given = [{"code": code, "parent": parent, "maximum": maximum, **words} for code, parent, maximum in groups]
    with pytest.raises(PolicyError, match=fault):
        Policy.from_bodies(1, {"indicators": {"sets": [{"code": "SET", **words, "groups": given, "indicators": []}]}})


def test_what_has_no_inputs_says_so_and_is_left_out_of_the_maximum() -> None:
    given = inputs({"received": 100, "online": 50, "fee": 0, "early": 8, "late": 2, "e_result": 5}, {"official": (9, 10)})
    values = [value(one.code, given) for one in BOOK.of_set("QD766", TODAY)]
    reasons = {one.code: v.reason for one, v in zip(BOOK.of_set("QD766", TODAY), values, strict=True)}
    assert reasons["QD766.PUBLISH_ON_TIME"] is Reason.NO_INPUTS
    assert reasons["QD766.PAID_ONLINE"] is Reason.NOTHING_OCCURRED
    total = total_of(BOOK.sets["QD766"], values)
    assert (total.points, total.maximum) == (18 + 12 + 3 + 0, 20 + 12 + 6 + 4)
    assert total.standing == "fair"  # 33 of 42 are 78.6 %
    assert total_of(BOOK.sets["QD766"], []).reason is Reason.NO_INPUTS
    assert total_of(BOOK.sets["QD766"], []).share == (0, 0)


def test_not_assessed_is_not_none() -> None:
    assert value("QD766.PETITION_ON_TIME", inputs(QD766_PETITION_ON_TIME=Stated(0, None, assessed=False))).reason is Reason.NOT_ASSESSED
    assert value("QD766.PETITION_ON_TIME", inputs(QD766_PETITION_ON_TIME=Stated(0, 0))).reason is Reason.NOTHING_OCCURRED


def test_an_indicator_of_other_kinds_of_unit_is_none_of_this_ones() -> None:
    assert value("QD766.E_COPIES", inputs(), kind="department").reason is Reason.NOT_FOR_KIND


@pytest.mark.parametrize(("points", "code"), [(90, "excellent"), (80, "good"), (70, "fair"), (50, "average"), (0, "weak")])
def test_classes_begin_at_exactly_their_points(points: int, code: str) -> None:
    classes = BOOK.sets["QD766"].classes
    assert class_of(Fraction(points), 100, classes) == code
    assert points == 0 or class_of(Fraction(points) - Fraction(1, 10**12), 100, classes) != code


def definition(kind: Any = "ratio", **other: Any) -> Indicator:
    facts = (Term("fact", "TEST.ONE"),)
    given = {"numerator": facts, "denominator": () if kind == "sum" else facts, **other}
    return Indicator("TEST.ONE", "TEST", "", Text("", ""), Text("", ""), kind, **given)


def test_a_sum_is_a_number_and_a_manual_one_is_points() -> None:
    teams = definition("sum", maximum=5, threshold=20 * 1000)
    assert evaluate([teams], inputs(TEST_ONE=Stated(10))).points == Fraction(5, 2)
    assert evaluate([teams], inputs(TEST_ONE=Stated(0))).reason is Reason.VALUE
    given = evaluate([definition("manual", maximum=10)], inputs(TEST_ONE=Stated(17, 2)))
    assert (given.numerator, given.denominator, given.points) == (17, 20, Fraction(17, 2))


def test_less_can_be_better() -> None:
    poor = definition(direction="lower", maximum=10)
    assert points_of(poor, 1, 4) == Fraction(30, 4)
    bands = Thresholds(20, 50, 100)
    assert [band_of(n, 1000, bands, "lower") for n in (20, 21, 51, 101)] == ["green", "yellow", "orange", "red"]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"2026-11": Stated(1, 2)}, Stated(1, 2)),
        ({"2026-11-03": Stated(1, 2), "2026-11-04": Stated(2, 2)}, Stated(3, 4)),
        ({"2026-11": Stated(5, 9), "2026-11-03": Stated(1, 2)}, Stated(5, 9)),  # a day that lies in a told month is in it already
        ({"2026-Q4": Stated(1, 2), "2026-10": Stated(1, 2)}, None),
        ({"2026-11-03": Stated(1, 2), "2026-11-04": Stated(2)}, Stated(3)),
        ({"2026-11": Stated(0, None, assessed=False)}, Stated(0, None, assessed=False)),
    ],
)
def test_a_fact_counts_in_the_windows_that_contain_its_period(facts: dict[str, Stated], found: Stated | None) -> None:
    assert stated(facts, whole("month", TODAY), "sum") == found


def test_a_state_holds_until_a_newer_one() -> None:
    facts = {"2026-08": Stated(1, 2), "2026-09": Stated(2, 2), "2026-12": Stated(9, 9)}
    assert stated(facts, whole("month", TODAY), "latest") == Stated(2, 2)
    assert stated(facts, period("2026-08"), "latest") == Stated(1, 2)


COUNTED = ("early", "on_day", "late", "received")


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=3, max_size=30), st.data())
def test_old_days_count_by_the_old_definition_and_new_ones_by_the_new(days: list[tuple[int, int, int, int]], data: st.DataObject) -> None:
    last = TODAY
    first = last - len(days) + 1
    change = data.draw(st.integers(first + 1, last))
    old = counting(("early",), ("received",), valid_to=change - 1)
    new = counting(("early", "on_day"), ("early", "on_day", "late"), version=2, valid_from=change)

    def tally(since: int) -> Tally:
        return Tally({name: sum(day[i] for day in days[since - first :]) for i, name in enumerate(COUNTED)}, {})

    found = evaluate([old, new], Inputs(Window(first, last), Window(first, last), tally(first), {change: tally(change)}))
    split = change - first
    numerator = sum(day[0] for day in days[:split]) + sum(day[0] + day[1] for day in days[split:])
    denominator = sum(day[3] for day in days[:split]) + sum(day[0] + day[1] + day[2] for day in days[split:])
    assert (found.numerator, found.denominator) == ((numerator, denominator) if denominator else (0, 0))


def counting(numerator: tuple[str, ...], denominator: tuple[str, ...], **other: Any) -> Indicator:
    terms = {"numerator": tuple(Term("count", n) for n in numerator), "denominator": tuple(Term("count", n) for n in denominator)}
    return definition(**terms, **other)


def test_versions_that_count_the_same_are_one_and_what_is_open_cannot_be_split() -> None:
    official = {"numerator": (Term("rate", "official"),), "denominator": (Term("rate", "official"),)}
    change = TODAY - 3
    more_points = [definition(**official, maximum=10, valid_to=change - 1), definition(**official, maximum=20, valid_from=change)]
    assert [(run.first, run.last) for run in runs(more_points, MONTH)] == [MONTH]
    other = [definition(**official, valid_to=change - 1), counting(("early",), ("received",), valid_from=change)]
    assert [(run.first, run.last) for run in runs(other, MONTH)] == [(change, TODAY)]
    assert runs([definition(valid_to=TODAY - 1)], MONTH) == []


def test_days_before_a_definition_do_not_count_and_unknown_ones_are_said() -> None:
    new = counting(("early",), ("received",), valid_from=TODAY - 3)
    given = Inputs(MONTH, MONTH, Tally({"early": 9, "received": 9}, {}), {TODAY - 3: Tally({"early": 1, "received": 4}, {})})
    found = evaluate([new], given)
    assert (found.numerator, found.denominator) == (1, 4)
    assert evaluate([new], Inputs(MONTH, MONTH, given.tally)).reason is Reason.NO_INPUTS
    assert IndicatorBook(definitions=[new]).edges(MONTH) == (TODAY - 3,)


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 100), st.integers(1, 1000))
def test_points_never_leave_their_bounds_and_grow_with_the_value(numerator: int, denominator: int, maximum: int, threshold: int) -> None:
    of = definition("threshold", maximum=maximum, threshold=threshold)
    points, more = points_of(of, numerator, denominator), points_of(of, numerator + 1, denominator)
    assert points is not None
    assert more is not None
    assert 0 <= points <= more <= maximum
    assert (points == maximum) == (numerator * 1000 >= threshold * denominator)


def one_set(**indicator: Any) -> dict[str, Any]:
    words = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
    given = {"code": "TEST.ONE", "kind": "ratio", **words, **indicator}
    return {"code": "TEST", "name_vi": "a", "name_en": "a", "indicators": [given]}


@pytest.mark.parametrize(
    ("indicator", "fault"),
    [
        ({"code": "OTHER.ONE"}, "code: must begin with TEST."),
        ({"numerator": ["umbrellas"]}, "numerator: 'umbrellas' is no count"),
        ({"kind": "threshold"}, "threshold: is missing"),
        ({"kind": "sum", "denominator": ["fact"]}, "denominator: a sum has none"),
        ({"kind": "sum", "maximum": 3}, "threshold: a sum that gives points"),
        ({"direction": "lower", "threshold": 5}, "threshold: is for what is better"),
        ({"group": "none_such"}, "group: 'none_such' is no group"),
        ({"bands": {"green": 50, "yellow": 60}}, "bands.green: the thresholds must go one way"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to: lies before valid_from"),
        ({"colour": "red"}, "colour: is not known"),
    ],
)
def test_a_faulty_definition_is_refused_with_its_place(indicator: dict[str, Any], fault: str) -> None:
    with pytest.raises(PolicyError) as refused:
        Policy.from_bodies(1, {"city": {"code": "H17", "name": "x"}, "indicators": {"sets": [one_set(**indicator)]}})
    assert any(f"indicators.sets[0].indicators[0].{fault}" in one for one in refused.value.faults), refused.value.faults


def test_two_versions_may_not_hold_on_one_day_nor_be_of_different_kinds() -> None:
    of = one_set(valid_to="2026-05-01")
    of["indicators"].append({**of["indicators"][0], "valid_from": "2026-05-01", "valid_to": None, "kind": "plan_actual"})
    with pytest.raises(PolicyError) as refused:
        Policy.from_bodies(1, {"city": {"code": "H17", "name": "x"}, "indicators": {"sets": [of]}})
    assert [one.partition(": ")[2][:24] for one in refused.value.faults] == ["another version of TEST.", "another version of TEST."]


def test_what_was_told_says_of_which_periods_and_when_last() -> None:
    facts = {
        "2026-11": Stated(5, 9, told_at=7),
        "2026-11-03": Stated(1, 2, told_at=9),
        "2026-10": Stated(1, 2, told_at=5),
        "2026-12": Stated(1),
    }
    assert told_periods(facts, whole("month", TODAY), "sum") == ["2026-11"]
    assert told_periods(facts, period("2026-Q4"), "sum") == ["2026-10", "2026-11", "2026-12"]
    assert told_periods(facts, period("2026-10"), "latest") == ["2026-10"]
    assert told_periods({}, period("2026-10"), "latest") == []
    assert stated({**facts, "2026-12": Stated(1, 2)}, period("2026-Q4"), "sum") == Stated(7, 13, told_at=7)
