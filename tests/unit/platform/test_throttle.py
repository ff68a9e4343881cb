"""How often one may come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunghen.platform import throttle
from dunghen.platform.throttle import Throttle, line_of


def test_so_many_at_once_then_so_many_a_second() -> None:
    of = Throttle(10, 5)
    assert [of.wait("a", 100.0) for _ in range(5)] == [0.0] * 5
    assert of.wait("a", 100.0) == pytest.approx(0.1)
    assert of.wait("a", 100.05) == pytest.approx(0.05)
    assert of.wait("a", 100.11) == 0.0
    assert of.wait("b", 100.11) == 0.0


@given(st.lists(st.floats(0, 3), min_size=1, max_size=200), st.integers(1, 20), st.floats(0.5, 50))
def test_in_no_stretch_of_time_more_than_was_said_and_who_waits_as_told_may_come(
    pauses: list[float], at_once: int, a_second: float
) -> None:
    of, now, came = Throttle(a_second, at_once), 0.0, list[float]()
    for pause in pauses:
        now += pause
        wait = of.wait("a", now)
        if wait:
            now += wait + 1e-6
            assert of.wait("a", now) == 0.0
        came.append(now)
    for i, first in enumerate(came):
        for j in range(i, len(came)):
            assert j - i + 1 <= at_once + (came[j] - first) * a_second + 1e-3


def test_a_crowd_of_addresses_takes_bounded_memory_and_none_that_is_over_its_rate_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_KEPT", 100)
    of = Throttle(1, 2)
    assert [of.wait("loud", 0.0), of.wait("loud", 0.0)] == [0.0, 0.0]
    for number in range(1000):
        of.wait(f"quiet{number}", 0.0)
    assert len(of._due) <= 100
    assert of.wait("loud", 0.0) > 0


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unix", "unix"),
    ],
)
def test_whom_an_address_stands_for(host: str, line: str) -> None:
    assert line_of(host) == line
