from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dunghen.platform.clock import FixedClock, RealClock, SharedClock, clock_from, real_milliseconds

MONDAY = int(datetime(2026, 1, 5, 1, tzinfo=UTC).timestamp())  # 08:00 in Đà Nẵng


def test_the_shared_clock_runs_at_its_speed_from_its_start() -> None:
    hour_ago = time.time_ns() // 1000 - 3_600_000_000
    clock = SharedClock(start=MONDAY * 1_000_000, anchor=hour_ago, speed=24.0)
    assert 0 <= clock.seconds() - (MONDAY + 24 * 3600) < 24 * 60
    assert SharedClock(start=5, anchor=hour_ago, speed=0.0).micros() == 5


def test_two_processes_with_one_file_have_one_clock(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    clock = SharedClock(MONDAY * 1_000_000, 0, 0.0)
    clock.save(file)
    assert SharedClock.load(file) == clock
    assert (clock_from(file).seconds(), clock_from(file).speed) == (MONDAY, 0.0)
    assert [p.name for p in tmp_path.iterdir()] == ["clock.json"]


def test_a_clock_that_is_set_anew_is_seen_by_who_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, now = tmp_path / "clock.json", [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    clock = clock_from(file)
    assert abs(clock.seconds() - real_milliseconds() // 1000) <= 1
    SharedClock(MONDAY * 1_000_000, 0, 0.0).save(file)
    now[0] += 0.6
    assert clock.seconds() == MONDAY
    file.unlink()
    now[0] += 0.6
    assert clock.seconds() != MONDAY


def test_without_a_file_the_clock_is_the_real_one(tmp_path: Path) -> None:
    assert isinstance(clock_from(None), RealClock)
    assert abs(clock_from(tmp_path / "none.json").seconds() - real_milliseconds() // 1000) <= 1


def test_an_instant_is_the_same_in_every_unit() -> None:
    clock = FixedClock(MONDAY)
    assert (clock.micros(), clock.seconds(), clock.now()) == (MONDAY * 1_000_000, MONDAY, datetime(2026, 1, 5, 1, tzinfo=UTC))
