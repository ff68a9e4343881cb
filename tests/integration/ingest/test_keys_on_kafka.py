"""`dunghen keys` beside a real ingest: made, rotated with an overlap, revoked; never a secret in Kafka or in a log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from processes import BODIES, Running, apply_policies

from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.keys.command import Wanted, create, ensure_source_key, revoke, rotate, show
from dunghen.cli.keys.topic import read_keys
from dunghen.contracts.topics import KEYS
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.settings import PlatformSettings
from tests.eventually import eventually_async as eventually

Start = Callable[..., Any]
STEP = {"MaHoSo": "H17.31-260105-0001", "ThoiDiemXuLy": "20260105080000", "TrangThai": "4"}


@pytest.fixture
def folder(settings: PlatformSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    for name in ("kafka", "namespace", "partitions"):
        monkeypatch.setenv(f"DUNGHEN_{name.upper()}", str(getattr(settings, name)))
    return DataFolder(tmp_path / "empty")


async def status(process: Running, key: str, source: str = "H17.31", step: Any = STEP) -> int:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"} if key else {"content-type": "application/json"}
    body = json.dumps({"madonvi": source, "data": [step]}).encode()
    return (await process.post("/sync/CapNhatTienDoHoSoMC", body, headers)).status_code


async def test_a_key_is_made_rotated_and_revoked_while_ingest_runs(folder: DataFolder, settings: PlatformSettings, start: Start) -> None:
    await apply_policies(settings, BODIES)
    said: list[str] = []
    async with start(INGEST_INSECURE="0") as process:
        await process.ready()
        assert await status(process, "") == 401
        await create(folder, Wanted("source", "H17.31", 1), said.append)
        first = said[-1]
        await eventually(lambda: _is(process, first, 200))
        assert await status(process, first, step={**STEP, "MaHoSo": "H17.32-260105-0001"}) == 403
        assert await status(process, first, source="H17.32") == 403

        (record,) = await read_keys(settings)
        await rotate(folder, record.id, (1, None), said.append)
        second = said[-2]
        await eventually(lambda: _is(process, second, 200))
        assert await status(process, first) == 200
        await revoke(folder, record.id, said.append)
        await eventually(lambda: _is(process, first, 401))
        assert await status(process, second) == 200

        said.clear()
        await show(folder, said.append)
        assert sorted(line.split()[1:4] for line in said) == [["source", "H17.31", "revoked"], ["source", "H17.31", "valid"]]
        kept = repr(await process.records(KEYS)) + process.log
        assert not [text for text in (first, second, first.split("_", 2)[2], second.split("_", 2)[2]) if text in kept]
        assert [line["code"] for line in _refusals(process)] == ["UNIT_NOT_ALLOWED", "SOURCE_NOT_ALLOWED"]


async def test_where_others_reach_it_ingest_starts_only_with_a_key(settings: PlatformSettings, start: Start, tmp_path: Path) -> None:
    await apply_policies(settings, BODIES)
    async with start(INGEST_INSECURE="0", INGEST_HOST="0.0.0.0") as process:
        await eventually(lambda: process.server.process.poll() is not None)
        assert process.server.process.poll() == 78, process.log
        assert "no_source_keys" in process.log
    file = tmp_path / "H17.key"
    assert await ensure_source_key(settings, "H17", file)
    assert not await ensure_source_key(settings, "H17", file)
    assert file.stat().st_mode & 0o777 == 0o600
    async with start(INGEST_INSECURE="0", INGEST_HOST="0.0.0.0") as process:
        await process.ready()
        assert await status(process, file.read_text().strip()) == 200


async def test_a_start_that_was_killed_between_file_and_topic_goes_on_with_the_same_key(settings: PlatformSettings, tmp_path: Path) -> None:
    file = tmp_path / "H17.key"
    file.write_text("made before the kill\n")
    assert await ensure_source_key(settings, "H17", file)
    file.unlink()
    assert not await ensure_source_key(settings, "H17", file)
    assert not file.exists()
    assert (await read_keys(settings)).holder("made before the kill", real_milliseconds() // 1000) is not None


async def test_what_is_no_unit_and_what_is_no_key_is_said(folder: DataFolder, settings: PlatformSettings) -> None:
    await apply_policies(settings, BODIES)
    with pytest.raises(CommandError, match="no unit has this code"):
        await create(folder, Wanted("source", "H18.31", 1), print)
    with pytest.raises(CommandError, match="no such key"):
        await revoke(folder, "0000000000", print)
    assert list(await read_keys(settings)) == []


async def _is(process: Running, key: str, wanted: int) -> bool:
    return await status(process, key) == wanted


def _refusals(process: Running) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in process.log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "write_refused"]
