"""Groups of the officials' list. The dossier comes in on Monday 2026-11-02 08:00, Hanoi time, and is promised for Friday 17:00."""

from __future__ import annotations

import pytest
from nasty_dossiers import event

from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.days import Zone
from dunghen.domain.reckoning import reckon
from dunghen.domain.record import fold
from dunghen.domain.rules import DossierRules
from dunghen.domain.work_list import Place, place_of, whole_minutes

ZONE = Zone("Asia/Ho_Chi_Minh")
CALENDAR = WorkingCalendar(ZONE)
MONDAY = ZONE.at(20759, 8 * 3600)
DAY = 86400
FRIDAY = MONDAY + 4 * DAY + 9 * 3600


def place(now: int, *steps: tuple[int, int], **facts: int) -> Place:
    record = fold(None, event("synced", MONDAY, **{"status": 2, "received": MONDAY, "due": FRIDAY, **facts}))
    for at, status in steps:
        record = fold(record, event("progressed", at, status=status)) or record
    assert record is not None
    found = reckon(record, DossierRules(ZONE, CALENDAR))
    assert found is not None
    return place_of(found, CALENDAR, now)


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (MONDAY, Place("later", 39 * 3600, False, False)),
        (FRIDAY - 3600, Place("today", 3600, False, False)),
        (FRIDAY, Place("today", 0, False, False)),
        (FRIDAY + 60, Place("overdue", 0, True, False)),  # nobody works any more, and done today it is on time
        (FRIDAY + 8 * 3600, Place("overdue", 0, False, False)),
        (FRIDAY + 3 * DAY, Place("overdue", -28800, False, False)),
    ],
)
def test_an_hour_that_is_past_makes_it_late_and_a_day_that_is_not_leaves_it_on_time(now: int, wanted: Place) -> None:
    assert place(now) == wanted


def test_what_is_paused_ended_or_without_a_date_has_its_own_place() -> None:
    assert place(MONDAY + DAY, (MONDAY + 3600, 5)) == Place("paused", None, False, False)
    assert place(FRIDAY + DAY, (FRIDAY - 7200, 9)) == Place("ended", 7200, False, False)
    assert place(MONDAY, due=0) == Place("later", None, False, False)


def test_a_begun_minute_counts_as_left_and_not_as_late() -> None:
    assert [whole_minutes(s) for s in (61, 60, 1, 0, -1, -59, -60)] == [2, 1, 1, 0, 0, 0, -1]
