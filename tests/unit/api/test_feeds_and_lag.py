from __future__ import annotations

from types import SimpleNamespace

import pytest

from dunghen.contracts.messages import FeedState
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone
from dunghen.domain.feeds import Patience
from services.api import metrics
from services.api.feeds import UnitFeed, by_unit, view_of
from services.api.lag import SourceLag, Taken

ZONE = Zone("Asia/Ho_Chi_Minh")
CALENDAR, SILENCE = WorkingCalendar(ZONE), Patience(900, 86400)
MONDAY, FRIDAY = 20773, 20770


def at(day: int, hour: int, minute: int = 0) -> int:
    return ZONE.at(day, hour * 3600 + minute * 60)


@pytest.mark.parametrize(
    ("seen", "now", "stale"),
    [
        (at(MONDAY, 8), at(MONDAY, 8, 15), False),
        (at(MONDAY, 8), at(MONDAY, 8, 16), True),
        (at(MONDAY, 11, 20), at(MONDAY, 13, 30), False),  # ten minutes of work, then lunch
        (at(MONDAY, 17), at(MONDAY + 1, 7, 10), False),  # the night is no silence
        (at(MONDAY, 17), at(MONDAY + 1, 7, 16), True),
        (at(FRIDAY, 17), at(FRIDAY + 1, 16, 59), False),
        (at(FRIDAY, 17), at(FRIDAY + 1, 17, 1), True),
        (at(FRIDAY, 17), at(MONDAY, 7), True),  # and it does not turn fresh by itself on Monday
    ],
)
def test_a_feed_is_stale_after_fifteen_working_minutes_or_a_day(seen: int, now: int, stale: bool) -> None:
    assert SILENCE.is_stale(seen, now, CALENDAR) is stale


def test_without_a_calendar_only_the_day_counts() -> None:
    assert not SILENCE.is_stale(0, 86400, None)
    assert SILENCE.is_stale(0, 86401, None)


def feed(source: str, seen_at: int, *units: str, **more: int) -> FeedState:
    return FeedState(source=source, seen_at=seen_at, units=dict.fromkeys(units, 1), **more)


def test_a_unit_is_as_fresh_as_its_freshest_feed() -> None:
    units = by_unit([view_of(feed("A", 100, "U", "W"), True), view_of(feed("B", 200, "U"), False)])
    assert units == {"U": UnitFeed(200, False), "W": UnitFeed(100, True)}


def test_what_a_feed_says_it_sent_and_nobody_counted_is_missing() -> None:
    assert view_of(feed("A", 1), False).missing is None
    assert view_of(feed("A", 1, sent_count=10, counted_at_heartbeat=7), False).missing == 3
    assert view_of(feed("A", 1, sent_count=7, counted_at_heartbeat=9), False).missing == 0


def test_lag_is_the_age_of_the_newest_moment_that_is_all_on_the_map() -> None:
    lag = SourceLag()
    lag.sample(10, {0: 5})
    lag.sample(11, {0: 6})
    assert lag.seconds(12, {0: 4}) == 2  # never level yet: since we know
    assert lag.seconds(12, {0: 5}) == 2
    assert lag.seconds(12, {0: 6}) == 1
    assert lag.seconds(15, {0: 6}) == 4  # nobody asks the sources: it cannot vouch for more


def test_while_nobody_can_say_how_old_it_is_it_is_too_old_to_be_shown_as_new() -> None:
    """A projector that starts while scoring is away has an old board, and has never seen it level."""
    lag = SourceLag(30)
    lag.sample(10, {0: 5})
    assert lag.seconds(10.5, {0: 4}) == 30.5
    assert lag.seconds(11, {0: 5}) == 1


def test_what_the_map_does_not_stand_for_is_counted_in_events_over_all_partitions() -> None:
    lag = SourceLag()
    assert lag.events({}) == 0
    lag.sample(10, {0: 5, 1: 9})
    lag.seconds(11, {0: 5, 1: 9})
    lag.sample(11, {0: 7, 1: 9})
    assert lag.events({0: 5, 1: 12}) == 2
    assert lag.events({0: 6}) == 10


def test_the_age_of_a_step_is_that_of_its_oldest_record_and_a_step_of_nothing_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    monkeypatch.setattr(metrics.AGE_SECONDS, "observe", seen.append)
    taken = Taken()
    taken.shown(5000)
    for stamps in ([3000, 3500], [2000], []):
        taken.take([SimpleNamespace(timestamp=at) for at in stamps])  # type: ignore[misc]
    taken.shown(5000)
    taken.shown(9000)
    assert seen == [3.0]
