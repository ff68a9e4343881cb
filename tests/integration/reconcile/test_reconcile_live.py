"""A whole city, its map compared with the batch path: equal as it is, and seen to differ as soon as somebody falsifies a figure."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from dunghen.cli.data_folder import DataFolder
from dunghen.cli.recompute.command import Wanted, run, settings_of
from dunghen.cli.reconcile.driver import reconcile
from dunghen.contracts.messages import UnitScore, decode_score, encode
from dunghen.contracts.topics import UNIT_SCORES, partition_of
from dunghen.platform import kafka
from tests.e2e.running_city import RunningCity, dossier, eventually, stamp

HAI_CHAU = "20242"
NUMBERS = itertools.count(1)


def due(days: float, **other: Any) -> dict[str, Any]:
    return dossier(f"H17.31.01-261101-{next(NUMBERS):05d}", NgayHenTra=stamp(datetime.now(UTC) + timedelta(days=days)), **other)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    running = RunningCity(tmp_path_factory.mktemp("reconciled")).start()
    yesterday = stamp(datetime.now(UTC) - timedelta(days=1))
    running.post(due(3), due(-2), due(3, TrangThaiHoSo="9", NgayKetThucXuLy=yesterday), due(-2, TrangThaiHoSo="10", NgayTra=yesterday))
    running.post({"MaHoSo": "H17.31.01-261101-00001", "ThoiDiemXuLy": yesterday, "TrangThai": "5"}, service="CapNhatTienDoHoSoMC")
    eventually(lambda: running.unit(HAI_CHAU)["received"] == 4)
    eventually(lambda: running.unit(HAI_CHAU)["paused"] == 1)
    yield running
    running.stop()


def reconciled(city: RunningCity) -> tuple[int, dict[str, Any]]:
    said: list[str] = []
    code = asyncio.run(reconcile(DataFolder(city.data), True, said.append))
    return code, msgspec.json.decode(said[0])


def test_the_live_map_equals_the_batch_path_in_every_cell(city: RunningCity) -> None:
    code, report = reconciled(city)
    assert (code, report["differences"]) == (0, [])
    assert report["cells"] > 28 * 16 * 120
    assert report["events"] == 5 == sum(report["end"].values())
    assert sum(report["units"][HAI_CHAU][-1].values()) > 0


def test_recompute_says_the_same_on_its_own(city: RunningCity) -> None:
    said: list[str] = []
    asyncio.run(run(DataFolder(city.data), Wanted(as_json=True), said.append))
    unit = msgspec.json.decode(said[0])["units"][HAI_CHAU]
    live = city.unit(HAI_CHAU, rate="resolved")
    assert [unit["pending"], unit["overdue"], unit["paused"]] == [live["pending"], live["overdue"], live["paused"]] == [1, 1, 1]
    assert unit["windows"]["30d"]["rates"]["resolved"][:2] == [live["numerator"], live["denominator"]] == [1, 2]


async def _falsified(folder: DataFolder) -> UnitScore:
    """Publishes a score of the unit in which one late dossier was on time."""
    settings = settings_of(folder)
    place = (UNIT_SCORES, partition_of(HAI_CHAU, settings.partitions))
    found: dict[bytes | None, bytes | None] = {}
    await kafka.read_all(settings, place, lambda key, value, *_: found.update({key: value}))
    score = decode_score(found[HAI_CHAU.encode()] or b"")
    score.windows["30d"].rates["resolved"].numerator += 1
    async with kafka.started(kafka.producer(settings), settings) as producer:
        await producer.send_and_wait(settings.named(UNIT_SCORES), encode(score), key=HAI_CHAU.encode(), partition=place[1])
    return score


def test_a_falsified_figure_is_named_with_its_dossiers(city: RunningCity) -> None:
    asyncio.run(_falsified(DataFolder(city.data)))
    eventually(lambda: city.unit(HAI_CHAU, rate="resolved")["numerator"] == 2)
    code, report = reconciled(city)
    assert code == 1
    (wrong,) = [
        d for d in report["differences"] if d["difference"]["cell"]["unit"] == HAI_CHAU and d["difference"]["cell"]["figure"] == "numerator"
    ]
    assert (wrong["difference"]["live"], wrong["difference"]["batch"]) == (2, 1)
    assert {d["good"] for d in wrong["dossiers"]} == {True, False}
