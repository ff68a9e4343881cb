import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunghen.domain.calendar import VIETNAM_HOURS, WorkingCalendar
from dunghen.domain.days import LAST_INSTANT, Zone, day_number

HANOI, NEW_YORK = Zone("Asia/Ho_Chi_Minh"), Zone("America/New_York")


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def at(text: str, zone: Zone = HANOI) -> int:
    on, clock = text.split()
    hours, minutes = clock.split(":")
    return zone.at(day(on), int(hours) * 3600 + int(minutes) * 60)


TET = dict.fromkeys(range(day("2026-02-16"), day("2026-02-21")), ())
VIETNAM = WorkingCalendar(
    HANOI, overrides={**TET, day("2026-01-02"): (), day("2026-01-10"): VIETNAM_HOURS, day("2026-03-03"): ((25200, 41400),)}
)
ROUND_THE_CLOCK = WorkingCalendar(NEW_YORK, hours=((0, 86400),), weekend=(5,))
NIGHT = WorkingCalendar(NEW_YORK, hours=((3600, 10800), (72000, 86400)), weekend=(), overrides={day("2026-03-07"): ()})
calendars = st.sampled_from((VIETNAM, ROUND_THE_CLOCK, NIGHT))
near = st.builds(lambda days, seconds: at("2026-01-01 00:00") + days * 86400 + seconds, st.integers(0, 400), st.integers(0, 86399))


def counted(calendar: WorkingCalendar, a: int, b: int, step: int = 60) -> int:
    """Minute by minute, by wall-clock readings of the standard library."""
    zone, total = ZoneInfo(calendar.zone.name), 0
    for t in range(a, b, step):
        wall = datetime.fromtimestamp(t, UTC).astimezone(zone)
        seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
        total += step * any(begin <= seconds < until for begin, until in calendar.hours_on(day_number(wall.date())))
    return total


@settings(max_examples=25)
@given(calendars, st.integers(0, 340), st.integers(0, 1440), st.integers(0, 3000))
def test_working_time_between_is_what_a_count_minute_by_minute_gives(
    calendar: WorkingCalendar, days: int, minute: int, length: int
) -> None:
    a = at("2026-01-01 00:00") + days * 86400 + minute * 60
    assert calendar.between(a, a + length * 60) == counted(calendar, a, a + length * 60)


@pytest.mark.parametrize("around", ["2026-03-07 12:00", "2026-10-31 12:00"])
@pytest.mark.parametrize("calendar", [ROUND_THE_CLOCK, NIGHT])
def test_an_hour_that_the_clock_skips_or_repeats_counts_as_it_passes(calendar: WorkingCalendar, around: str) -> None:
    a = at(around, NEW_YORK)
    assert calendar.between(a, a + 2 * 86400) == counted(calendar, a, a + 2 * 86400)


@given(calendars, near, st.integers(1, 4_000_000))
def test_adding_working_time_gives_the_first_instant_by_which_it_has_passed(calendar: WorkingCalendar, a: int, seconds: int) -> None:
    b = calendar.add(a, seconds)
    assert calendar.between(a, b) == seconds
    assert calendar.between(a, b - 1) == seconds - 1


@given(calendars, near, st.integers(1, 4_000_000))
def test_taking_working_time_off_gives_the_last_instant_that_leaves_so_much(calendar: WorkingCalendar, b: int, seconds: int) -> None:
    a = calendar.add(b, -seconds)
    assert calendar.between(a, b) == seconds
    assert calendar.between(a + 1, b) == seconds - 1


@given(calendars, near, near)
def test_add_undoes_between_on_working_instants(calendar: WorkingCalendar, a: int, b: int) -> None:
    a, b = min(a, b), max(a, b)
    if calendar.open_at(b - 1):
        assert calendar.add(a, calendar.between(a, b)) == b
    assert calendar.between(b, a) == -calendar.between(a, b)


@given(calendars, near)
def test_the_next_working_day_is_the_first_that_is_one(calendar: WorkingCalendar, a: int) -> None:
    today = calendar.zone.day_of(a)
    following = calendar.next_working_day(today)
    assert calendar.is_working(following)
    assert not any(calendar.is_working(d) for d in range(today + 1, following))
    assert calendar.roll_forward(today) == (today if calendar.is_working(today) else following)


edges = st.lists(st.integers(0, 24 * 60), max_size=6, unique=True).map(lambda minutes: sorted(m * 60 for m in minutes))
any_hours = edges.map(lambda e: tuple(zip(e[::2], e[1::2], strict=False)))
any_zone = st.sampled_from(("Asia/Ho_Chi_Minh", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia")).map(Zone)
any_days = st.dictionaries(st.integers(0, 40), any_hours, max_size=8)
starts = st.sampled_from([day(d) for d in ("2006-10-20", "2011-12-15", "2017-10-01", "2026-01-20", "2026-03-01", "2026-10-20")])


@pytest.mark.slow
@settings(max_examples=int(os.environ.get("DUNGHEN_EXAMPLES", "25")), deadline=None)
@given(any_zone, any_hours, st.sets(st.integers(0, 6)), any_days, starts, st.integers(0, 40 * 1440), st.integers(0, 5000))
def test_any_calendar_in_any_zone_agrees_with_a_count(zone, hours, weekend, days, first, minute, length) -> None:  # type: ignore[no-untyped-def]
    calendar = WorkingCalendar(zone, hours, tuple(weekend), {first + d: own for d, own in days.items()})
    a = zone.start_of(first) + minute * 60
    b = a + length * 60
    worked = calendar.between(a, b)
    assert worked == counted(calendar, a, b)
    if worked:
        reached = calendar.add(a, worked)
        assert (calendar.between(a, reached), calendar.between(a, reached - 1)) == (worked, worked - 1)
        left = calendar.add(b, -worked)
        assert (calendar.between(left, b), calendar.between(left + 1, b)) == (worked, worked - 1)


def test_one_working_day_is_eight_hours() -> None:
    assert VIETNAM.day_seconds == 28800


def test_lunch_nights_and_weekends_do_not_count() -> None:
    assert VIETNAM.between(at("2026-11-13 11:00"), at("2026-11-16 08:00")) == 3600 * 5  # Friday 0:30 + 3:30, Monday 1:00


def test_what_comes_after_five_counts_from_the_next_morning() -> None:
    assert VIETNAM.add(at("2026-11-13 17:30"), 3600) == VIETNAM.add(at("2026-11-13 17:00"), 3600) == at("2026-11-16 08:00")
    assert VIETNAM.start_day(at("2026-11-13 17:00")) == day("2026-11-16")
    assert VIETNAM.start_day(at("2026-11-13 16:59")) == day("2026-11-13")


def test_an_hour_before_monday_eight_is_monday_seven_and_not_friday_evening() -> None:
    assert VIETNAM.add(at("2026-11-16 08:00"), -3600) == at("2026-11-16 07:00")


def test_tet_is_off_and_a_swapped_saturday_is_worked() -> None:
    assert VIETNAM.add(at("2026-02-13 16:00"), 7200) == at("2026-02-23 08:00")
    assert VIETNAM.next_working_day(day("2026-01-09")) == day("2026-01-10")
    assert VIETNAM.next_working_day(day("2026-01-01")) == day("2026-01-05")


def test_a_day_may_have_hours_of_its_own() -> None:
    assert VIETNAM.between(at("2026-03-03 00:00"), at("2026-03-04 00:00")) == 16200
    assert VIETNAM.end_of(day("2026-03-03")) == at("2026-03-03 11:30")
    assert not VIETNAM.open_at(at("2026-03-03 14:00"))


def test_working_hours_contain_their_first_second_and_not_their_end() -> None:
    assert VIETNAM.open_at(at("2026-11-13 07:00"))
    assert not VIETNAM.open_at(at("2026-11-13 11:30"))


def test_the_end_of_a_day_off_is_where_ordinary_hours_end() -> None:
    assert VIETNAM.end_of(day("2026-11-14")) == at("2026-11-14 17:00")


def test_results_stay_within_the_range_of_instants() -> None:
    assert VIETNAM.add(at("2105-01-01 08:00"), 10**9) == LAST_INSTANT
    assert VIETNAM.add(1000, -(10**9)) == 0
    assert WorkingCalendar(HANOI, hours=()).add(1000, 1) == LAST_INSTANT
    assert VIETNAM.between(0, LAST_INSTANT) > 0
