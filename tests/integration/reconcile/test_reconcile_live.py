"""A whole city, its map compared with the batch path: equal as it is, and seen to differ as soon as somebody falsifies a figure."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import DataFolder
from dunghen.cli.policy_topic import read_book
from dunghen.cli.recompute.command import Wanted, run
from dunghen.cli.reconcile.command import City, reconcile
from dunghen.contracts.cells import cell_key, covers_key, encode_cell
from dunghen.contracts.messages import UnitScore, decode_score, encode
from dunghen.contracts.topics import DOSSIER_EVENTS, DOSSIERS, UNIT_DAYS, UNIT_SCORES, partition_of
from dunghen.domain.marks import COUNTERS, marks
from dunghen.platform import kafka
from dunghen.platform.fenced import Writer
from tests.e2e.running_city import RunningCity, dossier, stamp
from tests.eventually import eventually

HAI_CHAU, AN_KHE, SON_TRA = "20242", "20305", "20263"
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


def reconciled(city: RunningCity, *, keep: bool = False) -> tuple[int, dict[str, Any]]:
    said: list[str] = []
    code = asyncio.run(reconcile(City.of(DataFolder(city.data)), said.append, as_json=True, keep=keep))
    return code, msgspec.json.decode(said[0])


def test_the_live_map_equals_the_batch_path_in_every_cell(city: RunningCity) -> None:
    code, report = reconciled(city)
    assert (code, report["differences"]) == (0, [])
    assert report["cells"] > 28 * 35 * 120
    assert report["events"] == 5 == sum(report["end"].values())
    assert sum(report["units"][HAI_CHAU][-1].values()) > 0


def test_recompute_says_the_same_on_its_own(city: RunningCity) -> None:
    said: list[str] = []
    asyncio.run(run(DataFolder(city.data), Wanted(as_json=True), said.append))
    unit = msgspec.json.decode(said[0])["units"][HAI_CHAU]
    live = city.unit(HAI_CHAU, rate="resolved")
    assert [unit["pending"], unit["overdue"], unit["paused"]] == [live["pending"], live["overdue"], live["paused"]] == [1, 1, 1]
    assert unit["windows"]["30d"]["rates"]["resolved"][:2] == [live["numerator"], live["denominator"]] == [1, 2]


async def _count(folder: DataFolder, code: str, times: int) -> None:
    """Writes the cells of a quiet unit as a fold that counted its only dossier so often: 0 is a dropped event, 2 one too many."""
    settings = running_settings(folder)
    policy, home = (await read_book(settings)).latest, partition_of(code, settings.partitions)
    records: dict[bytes | None, bytes | None] = {}
    await kafka.read_all(settings, (DOSSIERS, home), lambda key, value, *_: records.update({key: value}))
    unit, found = marks(records[code.encode()] or b"", policy.rules)
    days: dict[int, list[int]] = {}
    for day, counter, sign in found:
        days.setdefault(day, [0] * len(COUNTERS))[counter] += sign * times
    upto = (await kafka.end_offsets(settings, DOSSIER_EVENTS))[home]
    cells = [(cell_key(unit, day, home, policy.version), encode_cell(counters)) for day, counters in days.items()]
    writer = Writer(settings, "tamper")
    await writer.start()
    place = (UNIT_DAYS, partition_of(unit, settings.partitions))
    await writer.write({place: [*cells, (covers_key(unit, home, policy.version), b"%d" % upto)]})
    await writer.stop()


@pytest.mark.parametrize("times", [0, 2], ids=["dropped", "counted twice"])
def test_an_event_that_is_dropped_or_counted_twice_is_found_and_its_dossier_named(city: RunningCity, times: int) -> None:
    one = due(3, DonViXuLy="UBND phường An Khê" if times else "UBND phường Sơn Trà")
    unit = AN_KHE if times else SON_TRA
    city.post(one)
    eventually(lambda: city.unit(unit)["received"] == 1)
    asyncio.run(_count(DataFolder(city.data), one["MaHoSo"], times))
    eventually(lambda: city.unit(unit)["received"] == times)
    code, report = reconciled(city)
    wrong = [d for d in report["differences"] if d["difference"]["cell"]["unit"] == unit]
    assert code == 1
    assert {d["difference"]["cell"]["figure"] for d in wrong} >= {"received", "pending", "denominator"}
    assert {c["dossier"] for d in wrong for c in d["dossiers"]} == {one["MaHoSo"]}
    asyncio.run(_count(DataFolder(city.data), one["MaHoSo"], 1))
    eventually(lambda: city.unit(unit)["received"] == 1)
    assert reconciled(city)[0] == 0


async def _falsified(folder: DataFolder) -> UnitScore:
    """Publishes a score of the unit in which one late dossier was on time."""
    settings = running_settings(folder)
    place = (UNIT_SCORES, partition_of(HAI_CHAU, settings.partitions))
    found: dict[bytes | None, bytes | None] = {}
    await kafka.read_all(settings, place, lambda key, value, *_: found.update({key: value}))
    score = decode_score(found[HAI_CHAU.encode()] or b"")
    score.windows["30d"].rates["resolved"].numerator += 1
    async with kafka.started(kafka.producer(settings), settings) as producer:
        await producer.send_and_wait(settings.named(UNIT_SCORES), encode(score), key=HAI_CHAU.encode(), partition=place[1])
    return score


def told(city: RunningCity) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{city.page}/api/v1/reconciliations", timeout=60).raise_for_status().json()
    return found


def test_what_is_kept_is_told_to_everybody(city: RunningCity) -> None:
    assert told(city) == {"state": "not_reconciled", "at": None, "reconciliations": []}
    _, report = reconciled(city, keep=True)
    eventually(lambda: told(city)["state"] == "reconciled")
    [one] = told(city)["reconciliations"]
    assert (one["cells"], one["differences"], one["units"], one["events"]) == (report["cells"], 0, {}, report["events"])
    lines = httpx.get(f"{city.page}/metrics", timeout=60).text.splitlines()
    assert [float(line.split()[1]) for line in lines if line.startswith("dunghen_api_reconciled_cells ")] == [report["cells"]]


def test_a_falsified_figure_is_named_with_its_dossiers(city: RunningCity) -> None:
    asyncio.run(_falsified(DataFolder(city.data)))
    eventually(lambda: city.unit(HAI_CHAU, rate="resolved")["numerator"] == 2)
    code, report = reconciled(city, keep=True)
    assert code == 1
    numerators = [d for d in report["differences"] if d["difference"]["cell"]["unit"] == HAI_CHAU]
    by = {d["difference"]["cell"]["rate"]: d for d in numerators if d["difference"]["cell"]["figure"] == "numerator"}
    assert set(by) == {"resolved", "QN2022.ON_TIME"}  # the rate, and the indicator that is made of it
    wrong = by["resolved"]
    assert (wrong["difference"]["live"], wrong["difference"]["batch"]) == (2, 1)
    assert {d["good"] for d in wrong["dossiers"]} == {True, False}
    eventually(lambda: told(city)["state"] == "differs")
    newest, before = told(city)["reconciliations"]
    assert (newest["differences"], newest["units"][HAI_CHAU]) == (len(report["differences"]), len(numerators))
    assert before["differences"] == 0  # what was found then stays said
