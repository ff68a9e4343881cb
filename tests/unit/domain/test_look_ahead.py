"""What falls due and what of it will be late: by counts made by hand, by properties, and by adding up every possibility."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasty_dossiers import UNITS, dossier
from nasty_dossiers import event as made

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone, day_number
from dunghen.domain.look_ahead import (
    ENOUGH,
    FARTHEST,
    HORIZONS,
    LEVEL,
    LONGEST_RECORD,
    RECORD_DAYS,
    WEIGHT,
    Expected,
    Paces,
    Reason,
    as_of_so_many,
    class_of,
    days_in,
    expect,
    first_day_of_record,
    interval,
    last_day,
    nearest,
    summed,
    together,
)
from dunghen.domain.pace import (
    EVENING,
    LATE,
    LONGEST,
    MOVED,
    QUARTERS,
    STOPPED,
    UNDATED,
    Open,
    open_in,
    pace_of,
    quarters_left,
    record_in,
    time_left,
)
from dunghen.domain.reckoning import reckon
from dunghen.domain.record import fold
from dunghen.domain.rules import DossierRules
from dunghen.domain.standing import standing

ZONE = Zone("Asia/Ho_Chi_Minh")
MONDAY = day_number(date(2026, 11, 23))
FRIDAY = MONDAY + 4
CALENDAR = WorkingCalendar(ZONE, overrides={MONDAY + 1: ()})  # Tuesday is off
EIGHT = ZONE.at(MONDAY, 8 * 3600)
SIX = ZONE.at(MONDAY, 18 * 3600)

words = st.tuples(st.integers(0, LONGEST), st.integers(EVENING, LONGEST))
records = st.dictionaries(words, st.integers(1, 60), max_size=25)
opens = st.dictionaries(st.tuples(st.integers(0, LONGEST), st.integers(MONDAY - 3, MONDAY + 12)), st.integers(1, 40), max_size=12)
CITY = {(term, left): 40 for term in (3, 10, 20, 40) for left in (LATE, EVENING, 0, 1, 3, 7, 15, 25)}


def paces(own: dict[tuple[int, int], int], city: dict[tuple[int, int], int] | None = None) -> Paces:
    return Paces(days_in(own), summed([days_in(own), days_in(CITY if city is None else city)]))


def whole(due: dict[tuple[int, int], int], of: Paces, days: int = 5, now: int = EIGHT) -> Expected:
    return expect(Open(due), of, last_day(CALENDAR, now, days), (CALENDAR, now))


def test_today_is_the_first_working_day_until_its_work_is_over_and_days_off_are_none() -> None:
    assert [last_day(CALENDAR, EIGHT, days) - MONDAY for days in HORIZONS] == [0, 3, 7], "Tuesday is off, then a weekend"
    assert [last_day(CALENDAR, SIX, days) - MONDAY for days in HORIZONS] == [2, 4, 8]
    assert last_day(CALENDAR, ZONE.at(MONDAY + 1, 9 * 3600), 1) == MONDAY + 2, "nobody works on that day"


def test_the_record_is_of_so_many_working_days() -> None:
    first = first_day_of_record(CALENDAR, FRIDAY)
    assert sum(map(CALENDAR.is_working, range(first, FRIDAY))) == RECORD_DAYS
    assert CALENDAR.is_working(first)
    assert first_day_of_record(WorkingCalendar(ZONE, hours=()), FRIDAY) == FRIDAY - LONGEST_RECORD, "nobody ever works"


def test_what_is_left_is_working_time_to_the_end_of_the_due_day_s_work() -> None:
    assert quarters_left(CALENDAR, ZONE.at(MONDAY, 7 * 3600), MONDAY) == QUARTERS
    assert quarters_left(CALENDAR, ZONE.at(MONDAY, 15 * 3600), MONDAY + 2) == 1 + QUARTERS, "Tuesday is off"
    assert quarters_left(CALENDAR, SIX, MONDAY) == 0


def test_behind_the_end_of_work_what_is_left_is_the_evening_until_midnight() -> None:
    hours = {7: 4.0, 17: 0.0, 18: -1 / 7, 20.5: -0.5, 24: -1.0}
    for hour, left in hours.items():
        assert time_left(CALENDAR, ZONE.at(MONDAY, 0) + int(hour * 3600), MONDAY) == pytest.approx(left)
    assert time_left(CALENDAR, ZONE.at(FRIDAY, 18 * 3600), FRIDAY + 1) == 0, "due on a Saturday: its evening has not begun"


def test_a_dossier_that_nobody_of_the_record_ended_later_is_expected_as_the_record_ended() -> None:
    """300 that came to the last two quarters: 30 ended in the last but one, 180 in the last, 90 not. By hand: 90 of 300, 90 of 270."""
    record = {(8, 1): 30, (8, 0): 180, (8, LATE): 90}
    alone = paces(record, {})
    for hour, left in ((13.5 * 3600, 2.0), (15.25 * 3600, 1.0)):
        found = alone.chance(class_of(8), left)
        assert found is not None
        assert found.mean == pytest.approx(90 / 300 if left == 2 else 90 / 270)
        now = ZONE.at(MONDAY, int(hour))
        one = whole({(8, MONDAY): 1}, alone, 1, now)
        assert (one.due, one.reason) == (1, Reason.OWN_PACE)
    halfway = alone.chance(class_of(8), 0.5)
    assert halfway is not None
    assert halfway.mean == pytest.approx(90 / (270 - 90)), "half of the 180 have ended by then"
    behind = alone.chance(class_of(8), 0.0)
    assert behind is not None
    assert behind.mean == 1, "its day's work is over, and nobody of the record ended in an evening"


def test_what_is_due_today_may_end_in_the_evening_as_the_record_s_did() -> None:
    """By hand: of 300 in the last quarter 180 ended; 120 came to the end of work open, and 60 of them ended before midnight."""
    alone = paces({(8, 0): 180, (8, EVENING): 60, (8, LATE): 60}, {})
    due = {(8, MONDAY): 10}
    for hour, mean in ((15, 10 * 60 / 300), (17, 5.0), (20.5, 10 * 60 / 90), (23.9999, 10)):
        found = whole(due, alone, 1, ZONE.at(MONDAY, 0) + int(hour * 3600))
        assert found.mean == pytest.approx(mean, rel=1e-3), hour
        assert (found.due, found.reason) == (10, Reason.OWN_PACE)
    at_five = whole(due, alone, 1, ZONE.at(MONDAY, 17 * 3600))
    assert at_five.low is not None
    assert at_five.high is not None
    assert at_five.low < 5 < at_five.high < 10, "nothing is certain before midnight"


def test_a_city_where_few_come_to_the_evening_is_not_guessed_from_in_the_evening_only() -> None:
    prompt = paces({(8, 0): 180, (8, LATE): ENOUGH - 1}, {})
    assert whole({(8, MONDAY): 10}, prompt, 1).mean == pytest.approx(10 * 29 / 209)
    assert whole({(8, MONDAY): 10}, prompt, 1, SIX).reason is Reason.TOO_LITTLE_DATA
    assert whole({(8, MONDAY + 2): 10}, prompt, 1, SIX).mean == pytest.approx(10 * 29 / 209), "due on Wednesday"


@given(opens, records, st.integers(17 * 60, 24 * 60 - 1))
def test_the_evening_goes_on_from_the_last_minute_of_work(
    due: dict[tuple[int, int], int], own: dict[tuple[int, int], int], minute: int
) -> None:
    """The later it is, the more of today's are expected late, and at the end of work nothing jumps."""
    today = {place: n for place, n in due.items() if place[1] == MONDAY}
    of = [whole(today, paces(own), 1, ZONE.at(MONDAY, second)).mean or 0 for second in (17 * 3600 - 1, 17 * 3600, minute * 60)]
    assert of[0] == pytest.approx(of[1], rel=0.01)
    assert of[1] - 1e-9 <= of[2] <= sum(today.values()) + 1e-9


def test_of_a_rounded_count_as_much_is_expected_whatever_the_exact_one_is() -> None:
    own = {(8, LATE): 20, (8, 0): 20}
    for now in (EIGHT, ZONE.at(MONDAY, 16 * 3600), SIX):
        told = [as_of_so_many(whole({(8, MONDAY): due}, paces(own), 1, now), 5) for due in range(5, 10)]
        assert len(set(told)) == 1, told
        assert told[0] == pytest.approx(whole({(8, MONDAY): 5}, paces(own), 1, now))


@given(opens, records, st.integers(0, 40), st.integers(8, 23))
def test_what_is_told_of_so_many_lies_within_its_interval_and_is_no_more_than_they_are(
    due: dict[tuple[int, int], int], own: dict[tuple[int, int], int], less: int, hour: int
) -> None:
    found = whole(due, paces(own), 5, ZONE.at(MONDAY, hour * 3600))
    told = max(found.due - less, 0)
    given = as_of_so_many(found, told)
    assert (given.due, given.mean is None) == (told, found.mean is None)
    if given.mean is not None and given.low is not None and given.high is not None:
        assert 0 <= given.low <= nearest(given.mean) <= given.high <= told


def test_a_short_term_never_came_to_an_early_quarter() -> None:
    found = days_in({(2, 0): 7, (30, LATE): 5})
    assert [found.get((0, quarter), (0, 0)) for quarter in (0, 2, 3)] == [(7, 7), (7, 0), (0, 0)]
    assert found[3, FARTHEST] == (5, 0)
    assert found[-1, 0] == (12, 7)


def test_a_thin_record_leans_on_the_city_and_says_so() -> None:
    own = {(8, LATE): 2}
    city = {(8, LATE): 30, (8, 0): 270}
    found = whole({(8, MONDAY): 10}, Paces(days_in(own), days_in(city)), 1, ZONE.at(MONDAY, 15 * 3600))
    assert found.reason is Reason.CITY_PACE
    share = (0 + WEIGHT * 0.9) / (2 + WEIGHT)
    assert found.mean == pytest.approx(10 * (1 - share))
    assert whole({(8, MONDAY): 10}, paces({(8, LATE): 50}), 1).reason is Reason.OWN_PACE


def test_too_little_data_is_not_guessed_from() -> None:
    thin = {(8, LATE): ENOUGH - 1}
    found = whole({(8, MONDAY): 10}, paces(thin, {}), 1)
    assert found == Expected(10, None, None, None, None, Reason.TOO_LITTLE_DATA)
    assert whole({(8, MONDAY): 10}, paces({(8, LATE): ENOUGH}, {}), 1).mean == 10
    assert together([found, whole({(8, MONDAY): 10}, paces({}), 1)]).reason is Reason.TOO_LITTLE_DATA


def test_nothing_due_is_null_and_not_nought() -> None:
    for due in ({}, {(8, MONDAY - 1): 4}, {(8, MONDAY + 9): 4}):
        assert whole(due, paces({})) == Expected(0, None, None, None, None, Reason.NOTHING_DUE)
    assert together([]).reason is Reason.NOTHING_DUE


@given(opens, records)
def test_no_more_is_expected_than_is_due_and_longer_horizons_expect_no_less(
    due: dict[tuple[int, int], int], own: dict[tuple[int, int], int]
) -> None:
    before = 0.0
    for days in HORIZONS:
        found = whole(due, paces(own), days)
        assert found.due == sum(n for (_, day), n in due.items() if MONDAY <= day <= last_day(CALENDAR, EIGHT, days))
        if found.mean is None or found.low is None or found.high is None:
            assert found.due == 0
            continue
        assert before - 1e-9 <= found.mean <= found.due + 1e-9
        assert 0 <= found.low <= found.high <= found.due
        before = found.mean


@given(opens, records, st.integers(0, LONGEST), st.integers(MONDAY, MONDAY + 7))
def test_one_more_open_dossier_never_lowers_what_is_expected(
    due: dict[tuple[int, int], int], own: dict[tuple[int, int], int], term: int, day: int
) -> None:
    more = {**due, (term, day): due.get((term, day), 0) + 1}
    assert (whole(more, paces(own)).mean or 0) >= (whole(due, paces(own)).mean or 0) - 1e-9


@given(opens, records, st.integers(0, LONGEST))
def test_one_more_late_dossier_in_the_record_never_lowers_what_is_expected(
    due: dict[tuple[int, int], int], own: dict[tuple[int, int], int], term: int
) -> None:
    worse = {**own, (term, LATE): own.get((term, LATE), 0) + 1}
    assert (whole(due, paces(worse)).mean or 0) >= (whole(due, paces(own)).mean or 0) - 1e-9


@given(st.lists(st.floats(0.02, 0.98), min_size=1, max_size=9))
def test_the_interval_holds_its_level_of_independent_dossiers(chances: list[float]) -> None:
    mean, variance = sum(chances), sum(p * (1 - p) for p in chances)
    low, high = interval(len(chances), mean, variance)
    held = sum(
        math.prod(p if late else 1 - p for p, late in zip(chances, which, strict=True))
        for which in itertools.product((0, 1), repeat=len(chances))
        if low <= sum(which) <= high
    )
    assert held >= LEVEL


def test_an_uncertain_pace_widens_the_interval_beyond_chance() -> None:
    by_chance = interval(200, 60, 200 * 0.3 * 0.7)
    shaken = interval(200, 60, 4 * 200 * 0.3 * 0.7)
    assert by_chance == (49, 71)
    assert shaken[0] < by_chance[0] < by_chance[1] < shaken[1]
    assert interval(5, 4.9, sum([0.98 * 0.02] * 5))[1] == 5, "equal chances are equal also where their sum is not exact"
    assert interval(3, 2.0, 1e-20) == (2, 2)
    assert interval(10, 0, 0) == (0, 0)
    assert interval(10, 10, 0) == (10, 10)


def test_units_err_apart_so_the_city_is_surer_than_they_are() -> None:
    units = [whole({(8, MONDAY): 30}, paces({(8, LATE): 20, (8, 0): 60}), 1) for _ in range(20)]
    city = together(units)
    assert city.mean == pytest.approx(sum(unit.mean or 0 for unit in units))
    assert city.low is not None
    assert city.high is not None
    assert city.high - city.low < sum((unit.high or 0) - (unit.low or 0) for unit in units) / 2


def test_words_are_told_back_as_they_were_meant() -> None:
    tally = {f"8|@{MONDAY}": 3, f"8|@{MONDAY}{MOVED}": 1, STOPPED: 2, UNDATED: 4}
    assert open_in(tally) == Open({(8, MONDAY): 4}, 2, 4)
    assert record_in({"8|2": 5, "8|-1": 6, f"8|@{MONDAY}": 1, "": 9, f"2|0{MOVED}": 1, f"20|-1{MOVED}": 2}) == {
        (8, 2): 5,
        (8, LATE): 7,
        (2, 0): 1,
        (2, 2): 1,
        (20, LATE): 2,
        (20, QUARTERS): 2,
    }, "what was moved left its first promise a day before, and was held to the second"


@pytest.mark.parametrize(("paused", "moved"), [(3, False), (10, True)])
def test_a_pause_is_the_reason_of_a_later_date_only_if_it_began_by_the_first_promise(paused: int, moved: bool) -> None:
    """Promised for a week later, prolonged by the source to three weeks, paused for an hour after so many working days."""
    received = ZONE.at(MONDAY, 8 * 3600)
    begin = CALENDAR.add(received, paused * CALENDAR.day_seconds)
    record: bytes | None = None
    for said in (
        made("synced", received, status=4, received=received, due=received + 7 * 86400),
        made("synced", received + 60, status=4, received=received, due=received + 21 * 86400),
        made("progressed", begin, status=6),
        made("progressed", begin + 3600, status=4),
    ):
        record = fold(record, said) or record
    found = reckon(record or b"", DossierRules(ZONE, CALENDAR))
    assert found is not None
    assert len(found.pauses) == 1
    assert pace_of(found, CALENDAR).endswith(MOVED) == moved


def test_each_word_says_what_the_dossier_is_by_its_own_standing() -> None:
    """Random dossiers at their worst: late, on time, open, stopped and undated as `standing` has them."""
    rules, random, seen = DossierRules(ZONE, CALENDAR), Random(5), Counter[str]()
    for _ in range(2000):
        record: bytes | None = None
        for event in dossier(random):
            record = fold(record, event) or record
        found, stands = (reckon(record, rules), standing(record, rules)) if record else (None, None)
        if found is None or stands is None or stands.unit not in UNITS:
            continue
        word = pace_of(found, CALENDAR)
        opened, closed = open_in({word: 1}), record_in({word: 1})
        if stands.due_day is None:
            kind = "ended" if stands.ended_day is not None else STOPPED if stands.paused else UNDATED
            assert word == ("" if kind == "ended" else kind)
        elif stands.ended_day is None:
            kind = "open"
            assert [day for _, day in opened.due] == [stands.due_day]
        else:
            kind = stands.judged
            assert (LATE in {left for _, left in closed}) == (kind == "late")
            assert not opened.due
        seen[kind] += 1
    assert set(seen) == {"ended", STOPPED, UNDATED, "open", "early", "on_day", "late"}
