"""`dunghen replay` on a city whose data folder it does not know: by the address of an ingest that asks for keys, and a key's file."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from processes import BODIES, Running, apply_policies

from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.keys.command import Wanted, create, revoke
from dunghen.cli.keys.topic import read_keys
from dunghen.cli.policy_topic import newest_version
from dunghen.cli.replay import driver
from dunghen.cli.replay.driver import CHUNK, Orders, replay
from dunghen.cli.replay.mapping import read_mapping
from dunghen.platform.local.servers import free_port
from dunghen.platform.settings import PlatformSettings
from tests.eventually import eventually, eventually_async

OWNER = "Nguyễn Thị Không Ai Cả"  # stands in the file, and may stand nowhere else
MAPPING = """
source = "H17.31"
exported_at = 2026-01-31T17:00:00
[columns]
MaHoSo = "Code"
NgayTiepNhan = "Received"
ChuHoSo = "Owner"
[values.TrangThaiHoSo]
"*" = "4"
"""
CITY = """
code = "H17"
name = "Somewhere"
time_zone = "Asia/Ho_Chi_Minh"
[[units]]
code = "20242"
name = "Hải Châu"
kind = "locality"
wire_codes = ["H17.31"]
"""


class Elsewhere:
    """An ingest that asks for a key, and a folder that knows nothing of it."""

    def __init__(self, running: Running, folder: Path) -> None:
        self.running, self.folder, self.said = running, DataFolder(folder / "unknown"), list[str]()
        self.file = folder / "dossiers.csv"
        self.mapping = folder / "mapping.toml"
        self.mapping.write_text(MAPPING.replace("[values", 'TrangThaiHoSo = "Code"\n[values'), encoding="utf-8")

    @property
    def ingest(self) -> str:
        return str(self.running.http.base_url)

    def rows(self, count: int) -> None:
        lines = (f"H17.31-260105-{n:05d},2026-01-05T08:00:00,{OWNER}" for n in range(1, count + 1))
        self.file.write_text("\n".join(["Code,Received,Owner", *lines]) + "\n", encoding="utf-8")

    async def key(self, code: str) -> Path:
        """The file of a key that opens."""
        file = self.folder.path.parent / f"{code}-{len(self.said)}.key"
        await create(self.folder, Wanted("source", code, 1, file), self.said.append)
        await eventually_async(lambda: self.opens(file))
        return file

    def opens(self, file: Path) -> bool:
        headers = {"authorization": f"Bearer {file.read_text().strip()}", "content-type": "application/json"}
        return httpx.post(f"{self.ingest}/events?dry_run=true", content=b"[]", headers=headers, timeout=60).status_code == 200

    def orders(self, **given: Any) -> Orders:
        return replace(Orders(self.file, read_mapping(self.mapping), self.ingest), **given)

    async def refused(self, **given: Any) -> str:
        """What a load that cannot go on says; neither the key nor the owner."""
        with pytest.raises(CommandError) as fault:
            await replay(self.folder, self.orders(**given), self.said.append)
        file = given.get("key_file")
        secrets = [OWNER, *([file.read_text().strip()] if file and file.exists() else [])]
        assert not [secret for secret in secrets if secret in str(fault.value) or secret in "".join(self.said)]
        return str(fault.value)


@pytest.fixture
async def elsewhere(
    settings: PlatformSettings, start: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Elsewhere]:
    for name in ("kafka", "namespace", "partitions"):
        monkeypatch.setenv(f"DUNGHEN_{name.upper()}", str(getattr(settings, name)))
    await apply_policies(settings, BODIES)
    async with start(INGEST_INSECURE="0") as running:
        await running.ready()
        made = Elsewhere(running, tmp_path)
        made.rows(3)
        yield made


async def test_a_wrong_key_another_sources_key_and_none_are_told_apart_and_nothing_is_taken(elsewhere: Elsewhere) -> None:
    wrong = elsewhere.folder.path.parent / "wrong.key"
    wrong.write_text("dh_0123456789_nobody-made-this-one")
    at = f"ingest at {elsewhere.ingest} refuses it"
    assert (await elsewhere.refused()).startswith(f"{at} (401 NO_KEY): ")
    assert (await elsewhere.refused(key_file=wrong)).startswith(f"{at} (401 NO_KEY): ")
    assert (await elsewhere.refused(key_file=await elsewhere.key("H17.32"))).startswith(f"{at} (403 SOURCE_NOT_ALLOWED): ")
    assert "--key-file" in await elsewhere.refused(key_file=wrong.with_name("not-there.key"))
    assert await elsewhere.running.events() == []
    summary = await replay(elsewhere.folder, elsewhere.orders(key_file=await elsewhere.key("H17.31")), elsewhere.said.append)
    assert (summary.accepted, summary.refused, len(await elsewhere.running.events())) == (3, Counter(), 3)


async def test_an_ingest_that_is_away_and_one_that_is_the_map_are_said_by_their_address(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "AWAY_SECONDS", 1.0)
    nobody = f"http://127.0.0.1:{free_port()}"
    assert f"ingest at {nobody} cannot be reached (" in await elsewhere.refused(ingest=nobody)
    assert [line for line in elsewhere.said if line.startswith(f"ingest at {nobody}") and line.endswith("waiting")]
    assert "was answered 404, and not by ingest" in await elsewhere.refused(ingest=f"{elsewhere.ingest}/elsewhere")


async def test_a_load_that_loses_its_key_halfway_says_how_far_it_came_and_goes_on_there(elsewhere: Elsewhere) -> None:
    elsewhere.rows(2 * CHUNK + 10)
    first = await elsewhere.key("H17.31")

    def stop_after_the_first_chunk(line: str) -> None:
        elsewhere.said.append(line)
        if line.startswith(f"row {CHUNK}:"):
            with ThreadPoolExecutor() as beside:
                beside.submit(asyncio.run, _revoke_all(elsewhere)).result()
            eventually(lambda: not elsewhere.opens(first))

    with pytest.raises(CommandError, match=f"NO_KEY.*; told up to row {CHUNK}, the same command goes on there"):
        await replay(elsewhere.folder, elsewhere.orders(key_file=first), stop_after_the_first_chunk)
    assert len(await elsewhere.running.events()) == CHUNK
    summary = await replay(elsewhere.folder, elsewhere.orders(key_file=await elsewhere.key("H17.31")), elsewhere.said.append)
    assert f"going on after row {CHUNK}" in elsewhere.said
    assert summary.accepted == CHUNK + 10
    told = Counter(event.dossier for event in await elsewhere.running.events())
    assert (len(told), set(told.values())) == (2 * CHUNK + 10, {1})


async def _revoke_all(elsewhere: Elsewhere) -> None:
    for record in await read_keys(elsewhere.running.settings):
        await revoke(elsewhere.folder, record.id, lambda _: None)


async def test_how_far_it_came_is_of_one_file_and_one_ingest(elsewhere: Elsewhere) -> None:
    key = await elsewhere.key("H17.31")
    here = driver.Replay(elsewhere.orders(key_file=key), elsewhere.folder.path / "replay.json")
    here._note(2)
    assert here.done_rows() == 2
    assert driver.Replay(elsewhere.orders(ingest="http://127.0.0.1:1"), here.state).done_rows() == 0


async def test_a_folder_that_cannot_be_written_is_said_before_anything_is_sent(elsewhere: Elsewhere) -> None:
    elsewhere.folder.path.write_text("a file, not a folder")
    key = await elsewhere.key("H17.31")
    assert "name a folder for it with --data" in await elsewhere.refused(key_file=key)
    assert await elsewhere.running.events() == []


async def test_a_mapping_that_brings_a_city_asks_the_map_and_changes_nothing_where_that_is_away(elsewhere: Elsewhere) -> None:
    city = elsewhere.folder.path.parent / "city.toml"
    city.write_text(CITY, encoding="utf-8")
    elsewhere.mapping.write_text(f"city = {json.dumps(str(city))}\n" + elsewhere.mapping.read_text(encoding="utf-8"), encoding="utf-8")
    key = await elsewhere.key("H17.31")
    assert "say --page URL of the map" in await elsewhere.refused(key_file=key)
    nobody = f"http://127.0.0.1:{free_port()}"
    assert f"the map at {nobody} cannot be reached (" in await elsewhere.refused(key_file=key, page=nobody)
    assert "is not the map: /api/v1/map was answered 404" in await elsewhere.refused(key_file=key, page=elsewhere.ingest)
    assert await newest_version(elsewhere.running.settings) == 1
    assert await elsewhere.running.events() == []
