from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunghen.domain.days import LAST_INSTANT, Zone, date_of, day_number, weekday_of

HANOI, NEW_YORK, SYDNEY, SAO_PAULO, LORD_HOWE = map(
    Zone, ("Asia/Ho_Chi_Minh", "America/New_York", "Australia/Sydney", "America/Sao_Paulo", "Australia/Lord_Howe")
)
zones = st.sampled_from((HANOI, NEW_YORK, SYDNEY, SAO_PAULO, LORD_HOWE))
instants = st.integers(0, LAST_INSTANT)


@given(zones, instants)
def test_the_day_and_offset_of_an_instant_are_those_of_the_standard_library(zone: Zone, at: int) -> None:
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone.name))
    assert date_of(zone.day_of(at)) == local.date()
    assert zone.offset_at(at) == local.utcoffset().total_seconds()


@given(zones, st.integers(1, 49708), st.integers(0, 86399))
def test_a_wall_time_becomes_the_instant_that_the_standard_library_gives(zone: Zone, day: int, seconds: int) -> None:
    d = date_of(day)
    wall = datetime(d.year, d.month, d.day, seconds // 3600, seconds // 60 % 60, seconds % 60, tzinfo=ZoneInfo(zone.name))
    assert zone.at(day, seconds) == wall.timestamp()


@given(zones, st.integers(1, 49708))
def test_a_day_begins_at_its_first_instant(zone: Zone, day: int) -> None:
    assert zone.day_of(zone.start_of(day)) == day
    assert zone.day_of(zone.start_of(day) - 1) == day - 1


@pytest.mark.parametrize("zone", [HANOI, NEW_YORK, LORD_HOWE])
def test_exactly_the_days_on_which_the_clock_moves_are_not_24_hours_long(zone: Zone) -> None:
    lengths = {d for d in range(16000, 18000) if zone.start_of(d + 1) - zone.start_of(d) != 86400}
    assert lengths == {d for d in zone.shifts() if 16000 <= d < 18000}


def test_an_instant_before_the_epoch_in_local_time_belongs_to_the_day_before_it() -> None:
    assert NEW_YORK.day_of(0) == -1
    assert HANOI.day_of(0) == 0


def test_day_numbers_are_days_since_1970() -> None:
    assert day_number(date(1970, 1, 1)) == 0
    assert date_of(day_number(date(2026, 11, 10))) == date(2026, 11, 10)
    assert weekday_of(day_number(date(2026, 11, 10))) == date(2026, 11, 10).weekday()


def test_half_past_eleven_at_night_in_vietnam_is_still_that_day_though_utc_has_another() -> None:
    at = int(datetime(2026, 7, 1, 16, 59, 59, tzinfo=UTC).timestamp())
    assert date_of(HANOI.day_of(at)) == date(2026, 7, 1)
    assert date_of(HANOI.day_of(at + 1)) == date(2026, 7, 2)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        Zone("Asia/Atlantis")
