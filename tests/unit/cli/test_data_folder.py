"""One folder, one city, one clock."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dunghen.cli.city_settings import running_settings, settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.platform.clock import RealClock

HANOI = "Asia/Ho_Chi_Minh"


def test_two_cities_cannot_share_a_folder(tmp_path: Path) -> None:
    with DataFolder(tmp_path).lock(), pytest.raises(CommandError, match="in use"):
        DataFolder(tmp_path).lock()


def test_nothing_running_is_said_with_the_command_that_helps(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="dunghen up --data"):
        DataFolder(tmp_path).running()


def test_without_a_wish_the_clock_is_the_real_one(tmp_path: Path) -> None:
    assert isinstance(DataFolder(tmp_path).set_clock(None, None, HANOI), RealClock)


def test_a_given_time_is_local_to_the_city_and_runs_at_its_speed(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.set_clock("2019-10-01T08:00", 3600.0, HANOI)
    clock = folder.clock()
    assert clock.speed == 3600.0
    assert 0 <= (clock.now() - datetime(2019, 10, 1, 1, 0, tzinfo=UTC)).total_seconds() < 3600


def test_a_restart_continues_where_the_clock_was_and_never_goes_back(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    clock = folder.set_clock("2019-10-01T08:00", 86400.0, HANOI)
    folder.note_clock(clock)
    noted = int((tmp_path / "clock.last").read_text())
    assert noted <= folder.set_clock(None, None, HANOI).micros() < noted + 86400 * 1_000_000


def test_a_time_before_what_the_city_has_been_at_is_refused_since_the_map_would_stand_still(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.note_clock(folder.set_clock("2026-11-24T08:00", 1.0, HANOI))
    with pytest.raises(CommandError, match="without --clock"):
        folder.set_clock("2026-11-23T08:00", None, HANOI)
    assert folder.set_clock("2026-11-25T08:00", None, HANOI).now() >= datetime(2026, 11, 25, 1, tzinfo=UTC)


def test_a_city_that_ran_by_the_real_clock_cannot_be_put_back_either(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.write_running({})
    with pytest.raises(CommandError, match="without --clock"):
        folder.set_clock("2019-10-01", None, HANOI)


def test_the_speed_changes_without_a_jump(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.set_clock("2019-10-01", 1.0, HANOI)
    before = folder.clock().seconds()
    folder.set_speed(60.0)
    assert 0 <= DataFolder(tmp_path).clock().seconds() - before < 60


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a date or time"):
        DataFolder(tmp_path).set_clock("yesterday", None, HANOI)


def test_the_number_of_partitions_is_remembered_once_it_was_changed_and_all_is_to_be_counted_anew(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert (folder.partitions, folder.rebuilding.exists()) == ({}, False)
    folder.note_partitions(12)
    assert (folder.partitions, folder.rebuilding.exists()) == ({"partitions": 12}, True)


def test_what_runs_is_written_for_its_owner_alone_and_its_stores_are_reached_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, there = DataFolder(tmp_path), {"redis": "redis://:hush@127.0.0.1:9/0", "mongo": "mongodb://u:hush@127.0.0.1:9/"}
    folder.write_running({"kafka": "127.0.0.1:9", **there})
    assert (tmp_path / "running.json").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("DUNGHEN_REDIS", "redis://elsewhere/0")
    settings = settings_of(folder)
    assert {"redis": settings.redis, "mongo": settings.mongo} == there


def test_commands_reach_the_city_of_the_folder_else_the_one_that_the_surroundings_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataFolder(tmp_path)
    monkeypatch.delenv("DUNGHEN_KAFKA", raising=False)
    with pytest.raises(CommandError, match="nothing runs in"):
        running_settings(folder)
    monkeypatch.setenv("DUNGHEN_KAFKA", "brokers.example:9092")
    assert running_settings(folder).kafka == "brokers.example:9092"
    folder.write_running({"kafka": "127.0.0.1:9"})
    assert running_settings(folder).kafka == "127.0.0.1:9"
