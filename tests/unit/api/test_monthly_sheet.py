"""The monthly sheet of a unit: chosen indicators, ranked among their like, beside the month before; a movement only beyond chance."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dunghen.contracts.facts import FactsByUnit
from dunghen.contracts.justifications import Justification
from dunghen.contracts.scores import unit_score
from dunghen.domain.days import day_number
from dunghen.domain.indicator_values import Stated
from dunghen.domain.marks import COUNTERS
from dunghen.domain.policy import Policy, PolicyError
from dunghen.domain.rates import DaySeries
from dunghen.domain.windows import WindowError, period, resolve
from dunghen.platform.store.in_memory import InMemoryStore
from services.api import justifications
from services.api.board_messages import Meta
from services.api.monthly_sheet import MonthlySheet, SheetLine, months_of, sheet_of_unit, sheets_of_all, table_of
from services.api.monthly_sheets import table_of_all, together
from services.api.views import Scene

TODAY = day_number(date(2026, 11, 16))
WORDS = {"name_vi": "=a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
INDICATORS = [
    {"code": "TEST.ON_TIME", "kind": "ratio", "maximum": 20, "numerator": ["resolved"], "denominator": ["resolved"], **WORDS},
    {"code": "TEST.PAID_OUT", "kind": "plan_actual", "facts_over": "latest", **WORDS},
    {"code": "TEST.NEW", "kind": "ratio", "numerator": ["early"], "denominator": ["received"], "valid_from": "2026-11-02", **WORDS},
]
YEARLY = {"code": "Y.A", "kind": "manual", "facts_over": "latest", "maximum": 5, **WORDS}
SETS = [
    {"code": "TEST", "name_vi": "a", "name_en": "a", "indicators": INDICATORS},
    {"code": "Y", "name_vi": "a", "name_en": "a", "yearly": True, "indicators": [YEARLY]},
]
UNITS = [{"code": code, "name": code, "kind": "locality"} for code in ("20242", "20194", "20263")]
UNITS += [{"code": "H17.10", "name": "x", "kind": "department"}]


def policy(*chosen: str) -> Policy:
    indicators = {"sets": SETS, "monthly_sheet": list(chosen)}
    return Policy.from_bodies(1, {"city": {"code": "H17", "name": "x"}, "units": {"units": UNITS}, "indicators": indicators})


def days(**months: tuple[int, int]) -> DaySeries:
    """Of `m10=(ended in time, late)`, all on the third of that month."""
    found = {}
    for month, (good, late) in months.items():
        counts = dict.fromkeys(COUNTERS, 0) | {"received": good + late, "early": good, "late": late}
        found[day_number(date(2026, int(month[1:]), 3))] = [counts[name] for name in COUNTERS]
    return DaySeries(found)


def sheet(month: str, series: dict[str, DaySeries], facts: dict[str, Any] | None = None) -> MonthlySheet:
    shown = scene(month, series, facts)
    unit = next(unit for unit in shown.units() if unit.code == "20242")
    return sheet_of_unit(shown, unit, months_of(month), stale=False)


def scene(month: str, series: dict[str, DaySeries], facts: dict[str, Any] | None = None) -> Scene:
    months, told = months_of(month), FactsByUnit()
    told.of = facts or {}
    windows = {name: resolve(name, TODAY) for name in months}
    scores = {unit["code"]: unit_score(unit["code"], series.get(unit["code"], DaySeries()), (TODAY, TODAY - 1), windows) for unit in UNITS}
    chosen = policy("TEST.ON_TIME", "TEST.PAID_OUT", "TEST.NEW")
    return Scene(Meta(version=1, policy=1, day=TODAY, known_at=0), chosen, scores, {}, told)


def line(of: MonthlySheet, code: str) -> SheetLine:
    return next(one for one in of.lines if one.code == code)


SERIES = {"20242": days(m9=(50, 50), m10=(95, 5)), "20194": days(m9=(90, 10), m10=(90, 10)), "20263": days(m10=(95, 5))}


def test_a_line_has_value_points_rank_among_its_kind_and_what_moved() -> None:
    found = sheet("2026-10", SERIES)
    on_time = line(found, "TEST.ON_TIME")
    assert (on_time.numerator, on_time.denominator, on_time.points, on_time.maximum) == (95, 100, 19, 20)
    assert (on_time.rank, on_time.of) == (1, 2)
    assert on_time.before is not None
    assert (on_time.before.numerator, on_time.before.denominator, on_time.before.rank) == (50, 100, 2)
    assert (on_time.movement.places, on_time.movement.difference, on_time.movement.reason) == (1, pytest.approx(0.45), "PARTED")
    assert (found.before, found.first, found.last, found.complete) == ("2026-09", "2026-10-01", "2026-10-31", True)
    assert (found.reconciliation.state, found.reconciliation.at) == ("not_reconciled", None)


def test_what_may_be_chance_is_no_movement() -> None:
    found = line(sheet("2026-10", {"20242": days(m9=(90, 10), m10=(93, 7))}), "TEST.ON_TIME")
    assert (found.movement.places, found.movement.difference, found.movement.reason) == (None, None, "OVERLAPPING")
    assert line(sheet("2026-10", {}), "TEST.ON_TIME").movement.reason == "NOTHING_OCCURRED"


def test_what_facts_feed_has_no_interval_and_what_was_not_told_says_so() -> None:
    told = {"20242": {"TEST.PAID_OUT": {"2026-10": Stated(8, 10), "2026-09": Stated(6, 10)}}}
    found = line(sheet("2026-10", SERIES, told), "TEST.PAID_OUT")
    assert (found.value, found.before and found.before.value, found.movement.reason) == (0.8, 0.6, "NO_INTERVAL")
    assert (line(sheet("2026-10", SERIES), "TEST.PAID_OUT").reason, line(sheet("2026-10", SERIES), "TEST.PAID_OUT").rank) == (
        "NO_INPUTS",
        None,
    )


def test_the_month_that_runs_is_not_complete_and_a_new_indicator_has_no_month_before() -> None:
    found = sheet("2026-11", SERIES)
    assert (found.complete, found.last) == (False, "2026-11-16")
    new = line(found, "TEST.NEW")
    assert (new.before, new.movement.reason) == (None, "NOT_KNOWN")
    assert [one.code for one in sheet("2026-10", SERIES).lines] == ["TEST.ON_TIME", "TEST.PAID_OUT"]


def test_january_stands_beside_december() -> None:
    assert months_of("2026-01").before == "2025-12"
    assert period(months_of("2026-01").before).last + 1 == period("2026-01").first
    with pytest.raises(WindowError):
        months_of("0001-01")


def test_a_table_has_a_line_for_each_indicator_and_a_name_for_each_column() -> None:
    columns, rows = table_of(sheet("2026-10", SERIES))
    assert [len(row) for row in rows] == [len(columns)] * 2
    assert dict(zip(columns, rows[0], strict=True)) | {"unit": "20242", "movement_places": 1, "reconciliation": "not_reconciled"} == dict(
        zip(columns, rows[0], strict=True)
    )


def test_all_units_side_by_side_say_what_each_one_s_own_sheet_says() -> None:
    told = {"20242": {"TEST.PAID_OUT": {"2026-10": Stated(8, 10)}}}
    shown, months = scene("2026-10", SERIES, told), months_of("2026-10")
    found = together(sheets_of_all(shown, months, stale=False), {"20194": 1_794_790_800}, shown.looks.zone)
    assert found is not None
    assert [unit.code for unit in found.units] == ["20242", "20194", "20263", "H17.10"]
    for unit, of in zip(shown.units(), found.units, strict=True):
        own = sheet_of_unit(shown, unit, months, stale=False)
        assert (of.lines, of.reconciliation) == (own.lines, own.reconciliation)
        assert (found.month, found.first, found.complete, found.version) == (own.month, own.first, own.complete, own.version)
    assert [unit.justification.state for unit in found.units] == ["not_written", "written", "not_written", "not_written"]
    assert found.units[1].justification.at == "2026-11-16T08:00:00+07:00"
    assert together([], {}, shown.looks.zone) is None


def test_the_table_of_all_has_a_row_a_unit_and_columns_for_each_figure_of_each_indicator() -> None:
    shown = scene("2026-10", SERIES)
    found = together(sheets_of_all(shown, months_of("2026-10"), stale=False), {}, shown.looks.zone)
    assert found is not None
    columns, rows = table_of_all(found)
    assert len(set(columns)) == len(columns)
    first, *_, department = (dict(zip(columns, row, strict=True)) for row in rows)
    assert (
        first
        | {
            "unit": "20242",
            "TEST.ON_TIME numerator": 95,
            "TEST.ON_TIME rank": 1,
            "TEST.ON_TIME before_value": 0.5,
            "TEST.ON_TIME movement_reason": "PARTED",
            "TEST.PAID_OUT reason": "NO_INPUTS",
            "TEST.PAID_OUT value": None,
            "justification": "not_written",
            "reconciliation": "not_reconciled",
            "month": "2026-10",
        }
        == first
    )
    assert (department["unit"], department["TEST.ON_TIME value"], department["TEST.ON_TIME reason"]) == ("H17.10", None, "NOTHING_OCCURRED")
    assert (len(rows), rows[1][columns.index("TEST.ON_TIME movement_reason")]) == (4, "OVERLAPPING")


async def test_of_each_unit_the_last_time_that_it_wrote_of_this_month_is_told_however_much_was_written() -> None:
    store, said = InMemoryStore(), []
    await store.prepare((justifications.COLLECTION,))
    times = range(justifications.PAGE)
    for n in times:
        for unit, month in (("20242", "2026-10"), ("20194", "2026-09"), ("20197", "2026-10"), ("20263", "2026-10")):
            at = 100 + n * 7 % len(times)
            one = Justification(id=f"{n:016x}", unit=unit, about="monthly-sheet", period=month, text="vì bão", person="p" * 16, at=at)
            said.append(justifications.justification_put(one, n))
    await store.apply(said, {})
    found = await justifications.written_at(store, ("20242", "20194", "20197"), "monthly-sheet", "2026-10")
    assert found == dict.fromkeys(("20242", "20197"), 99 + len(times))


@pytest.mark.parametrize("chosen", [("TEST.OTHER",), ("Y.A",), tuple(["TEST.ON_TIME"] * 21)])
def test_only_indicators_of_a_month_are_chosen_and_not_too_many(chosen: tuple[str, ...]) -> None:
    with pytest.raises(PolicyError, match="monthly_sheet"):
        policy(*chosen)
