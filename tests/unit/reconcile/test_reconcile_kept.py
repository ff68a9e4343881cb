"""What is kept of a comparison, and when the next one is due."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from dunghen.cli.reconcile.compare import Cell, Difference
from dunghen.cli.reconcile.driver import Report, Shown
from dunghen.cli.reconcile.kept import kept, next_at
from dunghen.domain.days import Zone

SAIGON, BERLIN = Zone("Asia/Ho_Chi_Minh"), Zone("Europe/Berlin")


def shown(unit: str) -> Shown:
    return Shown(Difference(Cell(unit, "month", "official", "numerator"), 3, 4), ())


def report(*units: str) -> Report:
    differences = tuple(map(shown, units))
    return Report(100, 2, 20787, 7, {0: 10}, {}, {}, 10, 0, (5, 6, 9), {}, differences)


def test_differences_are_counted_by_unit_and_the_city_by_itself() -> None:
    found = kept(report("20242", "city", "20242"), at=1_796_000_000, seconds=2.345)
    assert (found.differences, found.units) == (3, {"20242": 2, "city": 1})
    assert (found.first_version, found.last_version, found.as_of, found.policy, found.seconds) == (5, 9, 20787, 7, 2.3)
    assert (found.state, kept(report(), 1, 1).state) == ("differs", "reconciled")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-30T18:59:59", "2026-11-30T19:00:00"),  # 01:59:59 there
        ("2026-11-30T19:00:00", "2026-12-01T19:00:00"),
        ("2026-11-30T20:00:00", "2026-12-01T19:00:00"),
    ],
)
def test_two_in_the_morning_is_the_citys(now: str, due: str) -> None:
    assert next_at(_at(now), time(2), SAIGON) == _at(due)


def test_a_night_in_which_two_does_not_come_or_comes_twice_has_one_comparison() -> None:
    """2026-03-29 01:59:59 CET is followed by 03:00 CEST; on 2026-10-25 two o'clock comes twice."""
    spring = next_at(_at("2026-03-28T12:00:00"), time(2), BERLIN)
    assert _at("2026-03-29T00:00:00") < spring < _at("2026-03-29T02:00:00")
    assert next_at(spring, time(2), BERLIN) == _at("2026-03-30T00:00:00")
    autumn = next_at(_at("2026-10-24T12:00:00"), time(2), BERLIN)
    assert autumn == _at("2026-10-25T00:00:00")
    assert next_at(autumn, time(2), BERLIN) == _at("2026-10-26T01:00:00")


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
