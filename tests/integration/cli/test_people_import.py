"""The directory through a real broker: an import is there as a whole, a faulty one not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.people.command import Wanted, read_people, show, sign_out, take
from dunghen.cli.policy_topic import publish
from dunghen.contracts.city_files import read_city
from dunghen.contracts.topics import all_topics
from dunghen.platform import kafka
from dunghen.platform.clock import real_milliseconds

HEAD = "ref,unit,role,address,wire_name\n"
LINES = "1,20242,official,mot@danang.example,Trần Văn Mít\n2,20242,unit_head,hai@danang.example,\n"


@pytest.fixture
async def folder(kafka_broker: Any, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    monkeypatch.setenv("DUNGHEN_NAMESPACE", namespace)
    folder = DataFolder(tmp_path)
    folder.write_running({"kafka": kafka_broker.address})
    wanted = {name: (1, topic.config) for name, topic in all_topics().items() if name in ("people", "policies")}
    await kafka.ensure_topics(settings_of(folder), wanted)
    await publish(settings_of(folder), read_city("danang"), "test", 1)
    return folder


def listed(folder: DataFolder, text: str) -> Path:
    file = folder.path / "people.csv"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


async def test_a_list_is_imported_listed_changed_and_taken_back(folder: DataFolder) -> None:
    said: list[str] = []
    await take(folder, Wanted(listed(folder, LINES), dry_run=True), said.append)
    assert (said[-1], len((await read_people(settings_of(folder))).records)) == ("2 added, 0 changed, 0 removed, 0 as they were", 0)
    await take(folder, Wanted(listed(folder, LINES)), said.append)
    before = (await read_people(settings_of(folder))).records
    with pytest.raises(CommandError, match="line 3: role"):
        await take(folder, Wanted(listed(folder, LINES.replace("hai@", "ba@").replace("unit_head", "king"))), said.append)
    assert (await read_people(settings_of(folder))).records == before
    await take(folder, Wanted(listed(folder, LINES.replace("hai@", "ba@")), whole=True), said.append)
    assert said[-1] == "0 added, 1 changed, 0 removed, 1 as they were"
    after = (await read_people(settings_of(folder))).records
    assert sorted(after) == sorted(before)
    await take(folder, Wanted(listed(folder, LINES.splitlines()[0]), whole=True), said.append)
    await show(folder, said.append)
    assert said[-1] == "1 people"
    assert not any("@" in line for line in said)


async def test_who_is_signed_out_stays_so_when_the_list_comes_again(folder: DataFolder) -> None:
    said: list[str] = []
    await take(folder, Wanted(listed(folder, LINES)), said.append)
    person, other = sorted((await read_people(settings_of(folder))).records)
    now = real_milliseconds() // 1000
    await sign_out(folder, person, said.append)
    with pytest.raises(CommandError, match="nobody in the directory"):
        await sign_out(folder, "p0000000000000000", said.append)
    await take(folder, Wanted(listed(folder, LINES.replace("hai@", "ba@").replace("mot@", "bon@"))), said.append)
    book = await read_people(settings_of(folder))
    assert [book.opens(person, at) for at in (now - 60, now, now + 60)] == [False, False, True]
    assert book.opens(other, now - 60)
