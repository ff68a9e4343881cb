"""What `dunghen doctor` says of a city's disk and of its comparison with the raw events."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.doctor.city import comparison_of, disk_of
from dunghen.cli.doctor.command import examine
from dunghen.cli.doctor.finding import Elsewhere

GIB = 1 << 30


class Room(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("total", "free", "good"), [(100, 50, True), (100, 9, False), (1000, 101, True), (5, 0, False)])
def test_a_disk_that_fills_is_said_before_it_is_full(
    total: int, free: int, good: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Room(total * GIB, (total - free) * GIB, free * GIB))
    (found,) = disk_of(tmp_path)
    assert (found.good, f"{free}.0 GiB" in found.what) == (good, True)


def compared(monkeypatch: pytest.MonkeyPatch, answer: Any, made_up: bool = False) -> list[tuple[bool, str]]:
    def get(address: str, **_: object) -> httpx.Response:
        assert address == "http://map/api/v1/reconciliations"
        if answer is None:
            raise httpx.ConnectError("away")
        return httpx.Response(200, json=answer)

    monkeypatch.setattr(httpx, "get", get)
    return [(found.good, found.what) for found in comparison_of("http://map", made_up)]


def test_a_comparison_is_wanted_each_night_and_one_that_found_something_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def answered(hours: float, state: str = "reconciled") -> dict[str, Any]:
        return {"state": state, "at": (datetime.now(UTC) - timedelta(hours=hours)).isoformat(), "reconciliations": []}

    assert compared(monkeypatch, answered(3))[0][0]
    assert not compared(monkeypatch, answered(27))[0][0]
    assert compared(monkeypatch, answered(27), made_up=True)[0][0]
    assert "they do not" in compared(monkeypatch, answered(1, "differs"), made_up=True)[0][1]
    assert compared(monkeypatch, {"state": "not_reconciled", "at": None}) == [(False, "a comparison with the raw events (there was none)")]
    assert compared(monkeypatch, {"state": "not_reconciled", "at": None}, made_up=True) == []
    assert compared(monkeypatch, None) == [(False, "the comparison with the raw events")]


def test_of_a_city_elsewhere_the_tools_of_this_machine_are_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHEN_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("DUNGHEN_REDIS", "redis://127.0.0.1:1/0")
    found = {finding.what: finding.good for finding in examine(DataFolder(tmp_path), Elsewhere("http://127.0.0.1:1", ""))}
    assert "Java 17" not in found
    assert found["Kafka at 127.0.0.1:1 in plain text"] is False
    assert found["the map at http://127.0.0.1:1/readyz"] is False
    assert not any(what.startswith("ingest") for what in found)
