from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunghen.domain.days import date_of, day_number
from dunghen.domain.windows import WINDOWS, Window, WindowError, before, resolve

TODAY = day_number(date(2026, 11, 10))


def dates(window: Window) -> tuple[str, str]:
    return date_of(window.first).isoformat(), date_of(window.last).isoformat()


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-10", "2026-11-10"),
        ("7d", "2026-11-04", "2026-11-10"),
        ("30d", "2026-10-12", "2026-11-10"),
        ("90d", "2026-08-13", "2026-11-10"),
        ("month", "2026-11-01", "2026-11-10"),
        ("quarter", "2026-10-01", "2026-11-10"),
        ("year", "2026-01-01", "2026-11-10"),
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2025-Q4", "2025-10-01", "2025-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("2026-Q4", "2026-10-01", "2026-11-10"),
        ("2026", "2026-01-01", "2026-11-10"),
    ],
)
def test_a_window_is_the_days_that_its_name_says_up_to_today(name: str, first: str, last: str) -> None:
    assert dates(resolve(name, TODAY)) == (first, last)


@pytest.mark.parametrize(
    "name", ["", "tomorrow", "2026-13", "2026-Q5", "1969", "2200", "20261", "2026-1", "2026-12", "2027", "7D", "2026\n"]
)
def test_a_name_that_is_no_window_or_has_not_begun_is_refused(name: str) -> None:
    with pytest.raises(WindowError):
        resolve(name, TODAY)


@given(st.sampled_from(WINDOWS), st.integers(0, 49000))
def test_the_window_before_is_equally_long_and_ends_the_day_before(name: str, today: int) -> None:
    window = resolve(name, today)
    earlier = before(window)
    assert window.last == today
    assert earlier.last == window.first - 1
    assert earlier.last - earlier.first == window.last - window.first
