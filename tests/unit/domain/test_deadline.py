from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunghen.domain.calendar import VIETNAM_HOURS, WorkingCalendar
from dunghen.domain.days import Zone, day_number
from dunghen.domain.deadline import LIMIT_UNITS, LimitUnit, TimeLimit, due_at

HANOI = Zone("Asia/Ho_Chi_Minh")
TET = range(day_number(date(2026, 2, 16)), day_number(date(2026, 2, 21)))
VIETNAM = WorkingCalendar(HANOI, overrides={**dict.fromkeys(TET, ()), day_number(date(2026, 1, 10)): VIETNAM_HOURS})


def at(text: str) -> int:
    on, clock = text.split()
    return HANOI.at(day_number(date.fromisoformat(on)), int(clock[:2]) * 3600 + int(clock[3:]) * 60)


near = st.integers(at("2026-01-01 00:00"), at("2027-01-31 23:59"))
units = st.sampled_from(LIMIT_UNITS)


@pytest.mark.parametrize(
    ("received", "amount", "unit", "due"),
    [
        ("2026-11-13 16:00", 8, "hours", "2026-11-16 16:00"),
        ("2026-11-13 16:00", 1, "working_days", "2026-11-16 16:00"),
        ("2026-11-13 17:01", 1, "working_days", "2026-11-16 17:00"),
        ("2026-11-14 09:00", 1, "working_days", "2026-11-16 17:00"),
        ("2026-02-13 08:00", 3, "working_days", "2026-02-25 08:00"),
        ("2026-01-09 08:00", 1, "working_days", "2026-01-10 08:00"),
        ("2026-11-02 08:00", 10, "days", "2026-11-12 17:00"),
        ("2026-11-02 08:00", 12, "days", "2026-11-16 17:00"),
        ("2026-11-13 18:00", 1, "days", "2026-11-17 17:00"),
        ("2026-08-31 08:00", 1, "months", "2026-09-30 17:00"),
        ("2026-10-14 08:00", 1, "months", "2026-11-16 17:00"),
        ("2026-11-30 08:00", 15, "months", "2028-02-29 17:00"),
    ],
)
def test_a_limit_ends_when_the_law_says(received: str, amount: int, unit: LimitUnit, due: str) -> None:
    assert due_at(at(received), TimeLimit(amount, unit), VIETNAM) == at(due)


@given(near, st.integers(1, 60), units)
def test_a_due_date_lies_on_a_working_day_and_never_moves_earlier_when_more_is_allowed(received: int, amount: int, unit: LimitUnit) -> None:
    due = due_at(received, TimeLimit(amount, unit), VIETNAM)
    assert VIETNAM.is_working(HANOI.day_of(due))
    assert received < due <= due_at(received, TimeLimit(amount + 1, unit), VIETNAM)
    assert due <= due_at(received + 3600, TimeLimit(amount, unit), VIETNAM)
