from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunghen.contracts.refusals import Refusal
from dunghen.domain.calendar import Hours, WorkingCalendar
from dunghen.domain.days import DAY_SECONDS, Zone, day_number
from services.ingest.wire.dates import WireDates
from services.ingest.wire.scalars import ItemRefused

VIETNAM, BERLIN = Zone("Asia/Ho_Chi_Minh"), Zone("Europe/Berlin")
EIGHT = 1767574800  # 2026-01-05 08:00 +07:00


def dates(zone: Zone = VIETNAM, latest: int = EIGHT + 600) -> WireDates:
    return WireDates(WorkingCalendar(zone), latest)


@pytest.mark.parametrize(
    "text",
    [
        "20260105080000",
        20260105080000,
        " 20260105080000 ",
        "2026-01-05 08:00:00",
        "2026-01-05T08:00:00",
        "2026-01-05T08:00:00+07:00",
        "2026-01-05T01:00:00Z",
        "2026-01-05T08:00:00.9999999+07:00",
        "2026-01-04T20:00:00-05:00",
        "2026-01-05T08:00",
    ],
)
def test_every_style_names_the_same_instant(text: str | int) -> None:
    assert dates().past(text, "d") == EIGHT


def test_no_offset_means_the_time_of_the_city_also_where_the_clock_is_moved() -> None:
    assert dates(BERLIN).promised("20260105020000", "d") == EIGHT
    assert dates(BERLIN).promised("20260705020000", "d") == dates(BERLIN).promised("2026-07-05T02:00:00+02:00", "d")


@pytest.mark.parametrize("text", ["", "  ", None])
def test_nothing_is_no_date(text: str | None) -> None:
    assert dates().past(text, "d") == 0


@pytest.mark.parametrize("text", ["20260105", "2026-01-05", 20260105, "2026-W02-1"])
def test_a_bare_date_is_its_midnight_of_what_has_happened_and_the_end_of_work_of_what_is_promised(text: str | int) -> None:
    assert dates().past(text, "d") == EIGHT - 8 * 3600
    assert dates().promised(text, "d") == EIGHT + 9 * 3600


@pytest.mark.parametrize("text", ["20260105000000", "2026-01-05 00:00:00", "2026-01-05T00:00", "20260105T00"])
def test_a_midnight_that_is_written_is_a_midnight_of_a_promise_too(text: str) -> None:
    assert dates().promised(text, "d") == EIGHT - 8 * 3600


@pytest.mark.parametrize(
    ("hours", "overrides", "text", "clock"),
    [
        (((28800, 57600),), {}, "20260105", 57600),  # 16:00 by this city's hours
        (((28800, 57600),), {}, "2026-01-10", 57600),  # a Saturday: where the usual hours end
        (((28800, 57600),), {"2026-01-10": ((28800, 41400),)}, "2026-01-10", 41400),  # a Saturday that is worked until 11:30
        (((28800, 57600),), {"2026-01-05": ()}, "20260105", 57600),  # a Monday off
        (((0, DAY_SECONDS),), {}, "20260105", DAY_SECONDS - 1),  # the last second still is that day's
        ((), {}, "20260105", DAY_SECONDS - 1),
    ],
)
def test_a_promise_by_date_ends_with_that_day_s_hours_in_the_calendar_of_the_city(
    hours: Hours, overrides: dict[str, Hours], text: str, clock: int
) -> None:
    days = {day_number(date.fromisoformat(day)): of for day, of in overrides.items()}
    read = WireDates(WorkingCalendar(VIETNAM, hours, overrides=days), EIGHT)
    assert read.promised(text, "d") == VIETNAM.at(day_number(date.fromisoformat(text)), clock)


@pytest.mark.parametrize(
    ("text", "code"), [("21060101", Refusal.OUT_OF_RANGE), ("1969-12-31", Refusal.OUT_OF_RANGE), ("20260230", Refusal.BAD_DATE)]
)
def test_a_promise_by_date_has_the_same_bounds(text: str, code: Refusal) -> None:
    with pytest.raises(ItemRefused) as caught:
        dates().promised(text, "d")
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "20260230080000",
        "20260105240000",
        "20260105086000",
        "20260105080060",
        "2026-02-30 08:00:00",
        "202601050800",
        "05/01/2026 08:00:00",
        "hôm qua",
        "２０２６0105080000",
        "2026-01-05 08:00:0x",
        True,
        1.5,
        "9" * 5000,
    ],
)
def test_what_is_no_date_is_refused(text: str | float) -> None:
    assert refusal(text) == Refusal.BAD_DATE


@pytest.mark.parametrize(
    "text", ["19691231235959", "0001-01-01T00:00:00", "0001-01-01T00:00:00+07:00", "21060101000000", "9999-12-31T23:59:59Z"]
)
def test_dates_outside_1970_to_2105_are_refused(text: str) -> None:
    assert refusal(text) == Refusal.OUT_OF_RANGE


def test_the_last_instant_is_the_end_of_2105() -> None:
    assert dates(latest=1 << 33).past("2105-12-31T23:59:59Z", "d") == 4291747199


def test_ten_minutes_ahead_is_taken_and_a_second_more_is_the_future() -> None:
    assert dates().past("20260105081000", "d") == EIGHT + 600
    assert refusal("20260105081001") == Refusal.IN_THE_FUTURE
    assert dates().promised("20260105081001", "d") == EIGHT + 601


@given(at=st.integers(1, (1 << 32) - 10**7), zone=st.sampled_from([VIETNAM, BERLIN]))
@settings(max_examples=60)
def test_a_local_time_is_read_as_the_zone_says_whichever_style_it_is_written_in(at: int, zone: Zone) -> None:
    day, wall = zone.day_of(at), (at + zone.offset_at(at)) % 86400
    from dunghen.domain.days import date_of

    clock = f"{wall // 3600:02d}:{wall // 60 % 60:02d}:{wall % 60:02d}"
    styles = [f"{date_of(day)} {clock}", f"{date_of(day)}T{clock}", f"{date_of(day)}{clock}".replace("-", "").replace(":", "")]
    assert {dates(zone).promised(style, "d") for style in styles} == {zone.at(day, wall)}


def refusal(text: str | float) -> Refusal:
    with pytest.raises(ItemRefused) as caught:
        dates().past(text, "d")
    assert caught.value.path == "d"
    return caught.value.code
