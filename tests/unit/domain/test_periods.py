from __future__ import annotations

from datetime import date

import pytest

from dunghen.domain.days import date_of, day_number
from dunghen.domain.peers import thirds
from dunghen.domain.periods import period_of, previous
from dunghen.domain.windows import WindowError

TODAY = day_number(date(2026, 11, 16))


def days(name: str, today: int = TODAY) -> tuple[str, str]:
    return tuple(date_of(day).isoformat() for day in period_of(name, today).days)  # type: ignore[return-value]


def before(name: str, today: int = TODAY) -> tuple[str, str]:
    return tuple(date_of(day).isoformat() for day in previous(period_of(name, today)).days)  # type: ignore[return-value]


def test_a_period_is_a_day_a_month_a_quarter_a_year_or_a_live_window() -> None:
    assert days("2026-11-13") == ("2026-11-13", "2026-11-13")
    assert days("2026-10") == ("2026-10-01", "2026-10-31")
    assert days("2026-Q3") == ("2026-07-01", "2026-09-30")
    assert days("2025") == ("2025-01-01", "2025-12-31")
    assert days("2026") == ("2026-01-01", "2026-11-16")
    assert days("7d") == ("2026-11-10", "2026-11-16")


@pytest.mark.parametrize("name", ["2026-12", "2026-11-17", "2026-02-30", "1969-01-01", "fortnight", "2026-W40", ""])
def test_what_has_not_begun_or_is_none_is_refused(name: str) -> None:
    with pytest.raises(WindowError):
        period_of(name, TODAY)


def test_the_period_before_a_whole_one_is_the_whole_one_before() -> None:
    assert before("2026-11-01") == ("2026-10-31", "2026-10-31")
    assert before("2026-10") == ("2026-09-01", "2026-09-30")
    assert before("2026-03") == ("2026-02-01", "2026-02-28")
    assert before("2026-02") == ("2026-01-01", "2026-01-31")
    assert before("2026-Q1") == ("2025-10-01", "2025-12-31")
    assert before("2025") == ("2024-01-01", "2024-12-31")
    assert before("7d") == ("2026-11-03", "2026-11-09")
    assert before("today") == ("2026-11-15", "2026-11-15")


def test_before_a_period_that_has_not_passed_stand_as_many_days_of_the_one_before() -> None:
    assert before("month") == before("2026-11") == ("2026-10-01", "2026-10-16")
    assert before("year") == ("2025-01-01", "2025-11-16")
    assert before("quarter") == ("2026-07-01", "2026-08-16")
    march_30 = day_number(date(2026, 3, 30))
    assert before("month", march_30) == ("2026-02-01", "2026-02-28"), "all of it, where it is shorter"


def test_thirds_of_a_kind_by_volume_and_equals_stand_together() -> None:
    assert thirds([("a", 10), ("b", 500), ("c", 90)]) == {"a": "small", "c": "middle", "b": "large"}
    assert thirds([("a", 7), ("b", 7), ("c", 7), ("d", 9)]) == {"a": "small", "b": "small", "c": "small", "d": "large"}
    assert thirds([(n, n) for n in range(9)]) == {n: ("small", "middle", "large")[n // 3] for n in range(9)}
    assert thirds([]) == {}
    assert thirds([("a", 0)]) == {"a": "small"}
