"""A table of facts through a real ingest and a real Kafka: looked at, imported, imported again, corrected, written out and read back."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from processes import BODIES, Running, apply_policies

from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.facts.command import Shown, Wanted, export, read_facts, show, take
from dunghen.platform.settings import PlatformSettings

WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
SETS = [{"code": "TEST", "name_vi": "a", "name_en": "a", "indicators": [{"code": "TEST.TOLD", "kind": "ratio", **WORDS}]}]
HEAD = "Đơn vị;Chỉ tiêu;Kỳ;Tử số;Mẫu số;Minh chứng\n"
LINES = "Hải Châu;TEST.TOLD;2025-10;41;44;https://a.example/x\nPhường An Khê;TEST.TOLD;2025-10;7;9;\nHội An;TEST.TOLD;2025-10;1.234;2;\n"


@pytest.fixture
async def city(settings: PlatformSettings, start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DUNGHEN_NAMESPACE", settings.namespace)
    monkeypatch.setenv("DUNGHEN_PARTITIONS", str(settings.partitions))
    await apply_policies(settings, {**BODIES, "indicators": {"sets": SETS}})
    async with start() as running:
        await running.ready()
        folder = DataFolder(tmp_path)
        folder.write_running({"kafka": settings.kafka, "ingest": str(running.http.base_url)})
        yield folder, running


def table(folder: DataFolder, lines: str, name: str = "facts.csv") -> Path:
    file = folder.path / name
    file.write_bytes((HEAD + lines).encode("utf-8-sig"))
    return file


async def another_second() -> None:
    """Imports speak of whole seconds: the same said twice in one is a repetition, whatever was said in between."""
    await asyncio.sleep(1.001 - time.time() % 1)


async def test_a_table_is_looked_at_imported_once_and_corrected_by_a_later_one(city: tuple[DataFolder, Running]) -> None:
    folder, running = city
    said: list[str] = []
    assert await take(folder, Wanted(table(folder, LINES), dry_run=True), said.append) == 1
    assert said == [
        "+ row 2  20242 TEST.TOLD 2025-10: 41/44",
        "+ row 3  20263 TEST.TOLD 2025-10: 7/9",
        "! row 4, column numerator: has separators: write 1234, not 1.234 or 1,234",
        "2 new, 0 changed, 0 as they were, 1 refused: nothing was written",
    ]
    assert await read_facts(running.settings) == []

    await take(folder, Wanted(table(folder, LINES)), said.append)
    assert said[-1] == "2 new, 0 changed, 0 as they were, 1 refused"
    before = await read_facts(running.settings)
    assert await take(folder, Wanted(table(folder, LINES.partition("Hội")[0])), said.append) == 0
    assert said[-1] == "0 new, 0 changed, 2 as they were, 0 refused"
    assert await read_facts(running.settings) == before

    await another_second()
    await take(folder, Wanted(table(folder, LINES.replace(";41;", ";42;"))), said.append)
    assert said[-4].startswith("~ row 2  20242 TEST.TOLD 2025-10: 41/44 → 42/44  (told ") or said[-3].startswith("~ row 2")
    await another_second()
    await take(folder, Wanted(table(folder, LINES)), said.append)  # back to what was said first: a statement of its own
    assert [f.numerator for f in sorted(await read_facts(running.settings), key=lambda f: f.order) if f.unit == "20242"] == [41, 42, 41]
    said.clear()
    await show(folder, Shown(unit="20242", every=True), said.append)
    assert (said[-1], ["https://a.example/x" in line for line in said[:-1]]) == ("3 statements", [True] * 3)


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
async def test_what_is_exported_is_imported_without_a_change(city: tuple[DataFolder, Running], name: str) -> None:
    folder, _ = city
    said: list[str] = []
    await take(folder, Wanted(table(folder, LINES)), said.append)
    await export(folder, folder.path / name, Shown(), said.append)
    assert await take(folder, Wanted(folder.path / name), said.append) == 0
    assert said[-1] == "0 new, 0 changed, 2 as they were, 0 refused"


async def test_what_ingest_refuses_is_named_by_its_row_and_a_wrong_key_stops_all(city: tuple[DataFolder, Running]) -> None:
    folder, running = city
    said: list[str] = []
    bad = LINES.replace("https://a.example/x", "http://a.example/090000000000?x=y")
    assert await take(folder, Wanted(table(folder, bad)), said.append) == 1
    assert "! row 2, evidence: BAD_LINK" in said
    assert len(await read_facts(running.settings)) == 1
    key = folder.path / "key"
    key.write_text("dh1_AAAAAAAA_wrong")
    with pytest.raises(CommandError, match="NO_KEY"):
        await take(folder, Wanted(table(folder, LINES), key_file=key), said.append)
