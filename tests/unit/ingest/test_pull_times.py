"""When a source with times of its own is asked."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from dunghen.domain.days import Zone, day_number
from services.ingest.settings import Pull

ZONE = Zone("Asia/Ho_Chi_Minh")
GIVEN = {"url": "http://127.0.0.1/x", "service": "facts", "source": "H17", "start": "2026-01-01"}


def at(day: str, hours: float) -> int:
    return ZONE.at(day_number(date.fromisoformat(day)), int(hours * 3600))


@pytest.mark.parametrize(
    ("pulled", "now", "due"),
    [
        (0, at("2026-01-12", 1), True),  # never yet: yesterday's time is past
        (at("2026-01-11", 13.1), at("2026-01-12", 1.99), False),
        (at("2026-01-11", 13.1), at("2026-01-12", 2), True),
        (at("2026-01-12", 2), at("2026-01-12", 12.9), False),
        (at("2026-01-12", 1.9), at("2026-01-12", 12.9), True),  # asked since then, never answered
        (at("2026-01-12", 2.1), at("2026-01-12", 13), True),
        (at("2026-01-09", 2.1), at("2026-01-12", 1), True),  # away for days: as soon as it is back
    ],
)
def test_a_source_with_times_is_asked_once_after_each_until_it_has_answered(pulled: int, now: int, due: bool) -> None:
    assert Pull.model_validate({**GIVEN, "at": ["13:00", "02:00"]}).due(pulled, now, ZONE) is due
    assert Pull.model_validate(GIVEN).due(pulled, now, ZONE)


@pytest.mark.parametrize("wrong", ["24:00", "2 h", "02:00+07:00", "02:00Z"])
def test_a_time_that_is_none_is_refused_by_its_place(wrong: str) -> None:
    with pytest.raises(ValidationError, match="at"):
        Pull.model_validate({**GIVEN, "at": [wrong]})
