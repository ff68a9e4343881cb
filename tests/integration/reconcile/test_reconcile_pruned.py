"""A whole city whose old dossiers are pruned as days go by: the live map equals the batch path, after late events and a second horizon."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import DataFolder
from dunghen.cli.reconcile.command import City, reconcile
from dunghen.contracts.topics import DOSSIERS
from dunghen.platform import kafka
from dunghen.platform.clock import LOOKED_AT_SECONDS, RealClock, SharedClock
from tests.e2e.running_city import HANOI, RunningCity, dossier, stamp
from tests.eventually import eventually

HAI_CHAU = "20242"
NUMBERS = itertools.count(1)
DAY_MICROS = 86_400_000_000


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    pruning = {"DUNGHEN_PRUNE_AFTER_DAYS": "2", "DUNGHEN_PRUNE_AT_ONCE": "2"}
    running = RunningCity(tmp_path_factory.mktemp("pruned"), env=pruning).start()
    yield running
    running.stop()


def due(days: float, **other: Any) -> dict[str, Any]:
    return dossier(f"H17.31.01-261101-{next(NUMBERS):05d}", NgayHenTra=stamp(datetime.now(UTC) + timedelta(days=days)), **other)


def ended(days: float = 3) -> dict[str, Any]:
    return due(days, TrangThaiHoSo="9", NgayKetThucXuLy=stamp(datetime.now(UTC) - timedelta(days=1)))


def jump(city: RunningCity, days: int) -> None:
    """Sets the city's clock so many days forward from now, and one dossier comes in on that day."""
    real = RealClock().micros()
    clock = SharedClock(real + days * DAY_MICROS, real)
    clock.save(DataFolder(city.data).clock_file)
    eventually(lambda: datetime.fromisoformat(city.map()["as_of"]).date() >= clock.now().astimezone(HANOI).date(), what=f"{days} days on")
    time.sleep(2 * LOOKED_AT_SECONDS)  # ingest, too, has read its clock by then: what is posted now arrives on that day
    assert city.post(due(days + 3)).status_code == 200


async def _frozen(folder: DataFolder) -> int:
    settings, found = running_settings(folder), list[int]()

    def take(key: bytes | None, value: bytes | None, *_: int) -> None:
        if value is not None and (key or b"").startswith(b"~frozen|"):
            found.append(len(value) // 16)

    for partition in range(settings.partitions):
        await kafka.read_all(settings, (DOSSIERS, partition), take)
    return sum(found)


def frozen(city: RunningCity) -> int:
    return asyncio.run(_frozen(DataFolder(city.data)))


def reconciled(city: RunningCity) -> tuple[int, list[Any]]:
    said: list[str] = []
    code = asyncio.run(reconcile(City.of(DataFolder(city.data)), said.append, as_json=True))
    return code, msgspec.json.decode(said[0])["differences"]


def test_the_map_of_a_pruned_city_equals_the_batch_path(city: RunningCity) -> None:
    old = [ended(3), ended(-2), ended(-3), ended(5)]
    still_open = [due(3), due(-2)]
    city.post(*old, *still_open)
    eventually(lambda: city.unit(HAI_CHAU)["received"] == 6)
    # A partition knows by what it holds how late it is: every one of them gets a newer dossier.
    for days in (5, 6):
        jump(city, days)
        city.post(*(due(days + 3) for _ in range(40)))
        eventually(lambda: city.unit(HAI_CHAU, window="90d")["received"] >= 6 + 41)
    jump(city, 7)
    eventually(lambda: frozen(city) == 4, within=120)
    before = city.unit(HAI_CHAU, window="90d", rate="resolved")
    assert (before["numerator"], before["denominator"]) == (2, 4)
    assert reconciled(city) == (0, [])

    reopened = [{**one, "TrangThaiHoSo": "4", "NgayKetThucXuLy": ""} for one in old]
    city.post(*old, *reopened)
    listed = eventually(lambda: [line for line in letters(city) if "BEYOND_HORIZON" in line][7:] and letters(city))
    assert sum("reopens" in line for line in listed) == 4
    after = city.unit(HAI_CHAU, window="90d", rate="resolved")
    assert (after["numerator"], after["denominator"]) == (2, 4)
    assert reconciled(city) == (0, [])

    known = city.unit(HAI_CHAU, window="90d")["received"]
    city.post({**still_open[0], "TrangThaiHoSo": "9"}, ended(4))
    # The horizon is thought of once a day, from what is in by then: the next day comes when this one's dossiers are on the map.
    for number, days in enumerate((12, 13), start=1):
        jump(city, days)
        city.post(*(due(days + 3) for _ in range(40)))
        eventually(lambda least=known + 41 * number: city.unit(HAI_CHAU, window="90d")["received"] >= least)
    jump(city, 14)
    eventually(lambda: frozen(city) == 6, within=120)
    assert reconciled(city) == (0, [])


def letters(city: RunningCity) -> list[str]:
    return city.command("dead-letters", "list").stdout.splitlines()
