"""How far a kept comparison vouches for the days of a unit."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from dunghen.contracts.messages import encode
from dunghen.contracts.reconciliations import MOST_KEPT, Reconciliation, ReconciliationBook, Seen, reconciliation_key
from dunghen.domain.days import day_number
from dunghen.domain.windows import period

NOTHING: dict[str, Any] = {"policy": 1, "first_version": 1, "last_version": 1, "seconds": 1.5, "events": 10, "answers": 2, "cells": 100}
COMPARED = ("A", "B")


def comparison(as_of: str, **units: int) -> Reconciliation:
    day = day_number(date.fromisoformat(as_of))
    found: dict[str, Any] = {"differences": sum(units.values()), "units": units, "compared": COMPARED}
    return Reconciliation(at=day * 86400 + 1000, as_of=day, **found, **NOTHING)


def book(*found: Reconciliation) -> ReconciliationBook:
    made = ReconciliationBook()
    for one in found:
        made.take(reconciliation_key(one), encode(one))
    return made


def state(kept: ReconciliationBook, month: str, today: str, unit: str = "A", policy: int = 1) -> str:
    return kept.standing(unit, period(month), Seen(day_number(date.fromisoformat(today)), policy))[0]


def test_a_month_that_goes_on_stands_by_a_comparison_of_yesterday_or_today() -> None:
    assert state(book(comparison("2026-11-04")), "2026-11", "2026-11-05") == "reconciled"
    assert state(book(comparison("2026-11-05")), "2026-11", "2026-11-05") == "reconciled"
    assert state(book(comparison("2026-11-03")), "2026-11", "2026-11-05") == "not_reconciled"
    assert state(book(comparison("2026-10-31")), "2026-11", "2026-11-01") == "not_reconciled"


@pytest.mark.parametrize("month", ["2026-10", "2026-12"])
def test_of_a_month_that_is_over_or_has_not_come_no_comparison_says_anything(month: str) -> None:
    """Live windows hold its days, and never its state at its end: what is official of it was compared by nobody."""
    assert state(book(comparison("2026-10-31"), comparison("2026-11-05")), month, "2026-11-05") == "not_reconciled"


def test_what_was_counted_anew_since_or_was_not_on_the_map_is_not_vouched_for() -> None:
    kept = book(comparison("2026-11-05"))
    assert state(kept, "2026-11", "2026-11-05", policy=2) == "not_reconciled"
    assert state(kept, "2026-11", "2026-11-05", unit="C") == "not_reconciled"


def test_only_the_unit_that_differs_differs_and_a_later_clean_night_speaks_for_itself() -> None:
    kept = book(comparison("2026-11-04", A=3))
    assert (state(kept, "2026-11", "2026-11-05"), state(kept, "2026-11", "2026-11-05", "B")) == ("differs", "reconciled")
    assert state(book(comparison("2026-11-04", A=3), comparison("2026-11-05")), "2026-11", "2026-11-05") == "reconciled"


def test_every_comparison_is_kept_beside_the_others_in_any_order() -> None:
    one, two = comparison("2026-11-02", A=3), comparison("2026-11-03")
    assert list(book(two, one, one)) == [two, one]


def test_what_is_no_comparison_says_nothing() -> None:
    kept = book(comparison("2026-11-02"))
    kept.take(b"x", b"{}")
    kept.take(b"x", None)
    assert len(list(kept)) == 1


def test_the_oldest_are_forgotten_first() -> None:
    made = ReconciliationBook()
    for day in range(MOST_KEPT + 3):
        one = msgspec.structs.replace(comparison("2026-11-02"), at=day)
        made.take(reconciliation_key(one), encode(one))
    assert [one.at for one in made][-1] == 3
