"""A list of procedures through a real broker: looked at with what it moves, put in force as one version, listed; and the units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import DataFolder
from dunghen.cli.policy_topic import publish, read_book
from dunghen.cli.procedures.command import Wanted, show, take
from dunghen.cli.units.command import show as show_units
from dunghen.contracts.city_files import read_city
from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.topics import DOSSIERS, all_topics
from dunghen.domain.record import fold
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock

CODE = "1.001193"  # birth: 8 working hours in the shipped list


@pytest.fixture
async def folder(kafka_broker: Any, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    monkeypatch.setenv("DUNGHEN_NAMESPACE", namespace)
    monkeypatch.setenv("DUNGHEN_PARTITIONS", "1")
    folder = DataFolder(tmp_path)
    folder.write_running({"kafka": kafka_broker.address})
    wanted = {name: (1, topic.config) for name, topic in all_topics(1).items() if name in ("people", "policies", "dossiers")}
    await kafka.ensure_topics(settings_of(folder), wanted)
    await publish(settings_of(folder), read_city("danang"), "test", 1)
    return folder


async def open_dossier(folder: DataFolder) -> None:
    """Received ten days ago, without a date of its own: its promise comes from the limit."""
    received = int((datetime.fromtimestamp(folder.clock().seconds(), UTC) - timedelta(days=10)).timestamp())
    event = DossierEvent(
        id="1" * 16,
        dossier="D-1",
        unit="20242",
        kind="synced",
        occurred_at=received,
        arrived_at=1,
        status=2,
        received=received,
        procedure=CODE,
    )
    settings = settings_of(folder)
    async with kafka.started(kafka.producer(settings), settings) as producer:
        await producer.send_and_wait(settings.named(DOSSIERS), fold(None, event), key=b"D-1", partition=0)


async def test_a_list_is_looked_at_with_what_it_moves_then_put_in_force_and_listed(folder: DataFolder) -> None:
    file = folder.path / "list.csv"
    file.write_text(f"code;limit;level;integrated\n{CODE};90 ngày làm việc;toàn trình;có\n", encoding="utf-8-sig")
    await open_dossier(folder)
    said: list[str] = []
    await take(folder, Wanted(file, since="2020-01-01"), said.append)
    assert said[0] == f"~ row 2  {CODE} from 2020-01-01: 8 hours → 90 working_days, other level, other integrated"
    assert {"would change: procedures", "1 of 1 dossiers move"} <= set(said)
    assert (await read_book(settings_of(folder))).newest_version == 1

    await take(folder, Wanted(file, since="2020-01-01", reason="QĐ công bố"), said.append)
    book = await read_book(settings_of(folder))
    procedure = book.latest.procedures.get(CODE)
    assert procedure is not None
    assert (book.newest_version, procedure.level, procedure.integrated, procedure.name) == (2, "full", True, "Đăng ký khai sinh")
    said.clear()
    await take(folder, Wanted(file, since="2020-01-01", reason="again"), said.append)
    assert (said, (await read_book(settings_of(folder))).newest_version) == (["0 new or changed, 1 as they were"], 2)
    await show(folder, said.append)
    assert f"{CODE}  90 working_days from 2020-01-01  Hộ tịch: Đăng ký khai sinh  (full, integrated)" in said
    today = book.latest.procedures.on_day(book.latest.zone.day_of(RealClock().seconds()))
    integrated = sum(one.integrated for one in today)
    assert said[-1] == f"{len(today)} procedures, {integrated} on the national portal, policy version 2"


async def test_the_units_in_force_are_listed(folder: DataFolder) -> None:
    said: list[str] = []
    await show_units(folder, said.append)
    units = read_city("danang")["units"]["units"]
    assert said[-1] == f"{len(units)} units, policy version 1"
    assert {line.split()[0] for line in said[:-1]} == {unit["code"] for unit in units}
