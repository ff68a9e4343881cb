"""Officials explain their unit's points and month: stored in a topic, read back, by its own people only, from our own page only."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from access_world import HAI_CHAU, Actor, settle
from api_world import Opened, World, score

from dunghen.contracts.justifications import decode_justification
from dunghen.contracts.topics import JUSTIFICATIONS
from dunghen.platform import kafka
from tests.eventually import eventually_async as eventually

ABOUT = {"about": "monthly-sheet", "period": "2026-11"}
TEXT = "Hệ thống một cửa ngừng 2 ngày do bão."
LINK = "https://danang.example/bao-cao"


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        yield world, await settle(world)


async def write(world: World, actor: Actor, unit: str = HAI_CHAU, origin: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    headers = {**actor.headers, "origin": origin or str(world.http.base_url)}
    answer = await world.http.post(f"/api/v1/units/{unit}/justifications", json={**ABOUT, "text": TEXT, **body}, headers=headers)
    return answer.status_code, answer.json()


async def read(world: World, actor: Actor, path: str = "justifications", **query: str) -> Any:
    answer = await world.http.get(f"/api/v1/units/{HAI_CHAU}/{path}", params=query, headers=dict(actor.headers))
    return answer.json()


async def test_what_was_written_last_holds_and_all_of_it_stays(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official, leader = actors["official of Hải Châu"], actors["leader of the city"]
    status, said = await write(world, official, links=[LINK])
    assert status == 202, said
    world.clock.at += 60
    assert (await write(world, leader, text="Đã khắc phục."))[0] == 202

    async def both() -> list[dict[str, Any]] | None:
        found = (await read(world, leader, **ABOUT))["justifications"]
        return found if len(found) == 2 else None

    newest, first = await eventually(both)
    assert (newest["text"], newest["by"]) == ("Đã khắc phục.", leader.secrets[2])
    assert (first["id"], first["links"], first["by"]) == (said["id"], [LINK], official.secrets[2])
    await world.scores(score(HAI_CHAU, 96, 4))
    sheet = await read(world, official, "monthly-sheet", month="2026-11")
    assert sheet["justification"]["text"] == "Đã khắc phục."
    assert [line["code"] for line in sheet["lines"]] == ["MONTHLY.ON_TIME"]
    assert sheet["reconciliation"] == {"state": "not_reconciled", "at": None}
    table = await world.http.get(f"/api/v1/units/{HAI_CHAU}/monthly-sheet.xlsx?month=2026-11", headers=dict(official.headers))
    assert "xl/workbook.xml" in await asyncio.to_thread(lambda: zipfile.ZipFile(BytesIO(table.content)).namelist())
    kept: list[str] = []

    def take(_: bytes | None, value: bytes | None, *__: int) -> None:
        kept.append(decode_justification(value or b"").text)

    for partition in range(world.settings.partitions):
        await kafka.read_all(world.settings, (JUSTIFICATIONS, partition), take)
    assert sorted(kept) == sorted([TEXT, "Đã khắc phục."])


async def test_of_a_yearly_criterion_too_and_of_nothing_else(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official = actors["official of Hải Châu"]
    assert (await write(world, official, about="RANKED.POINTS", period="2025"))[0] == 202
    for about, period, code in (
        ("RANKED.POINTS", "2027", "INVALID_PARAMETER"),
        ("RANKED.POINTS", "2025-10", "INVALID_PARAMETER"),
        ("monthly-sheet", "2026", "INVALID_PARAMETER"),
        ("monthly-sheet", "2026-12", "INVALID_PARAMETER"),
        ("MONTHLY.ON_TIME", "2025", "UNKNOWN_INDICATOR"),
        ("anything", "2025", "UNKNOWN_INDICATOR"),
    ):
        assert (await write(world, official, about=about, period=period))[1]["code"] == code, (about, period)


async def test_nobody_writes_for_another_unit_or_from_another_page_and_nothing_personal_goes_in(
    settled: tuple[World, dict[str, Actor]],
) -> None:
    world, actors = settled
    official = actors["official of Hải Châu"]
    assert (await write(world, official, unit="20194"))[1]["code"] == "FORBIDDEN"
    assert (await write(world, actors["operator"]))[1]["code"] == "FORBIDDEN"
    assert (await write(world, official, origin="https://elsewhere.example"))[1]["code"] == "CROSS_SITE"
    for body, detail in (
        ({"text": "Gọi 0905123456"}, "not valid: text: PERSONAL"),
        ({"text": "buoi@danang.example", "links": ["https://a.example/048200001234"]}, "not valid: text: PERSONAL"),
        ({"text": " "}, "not valid: text: EMPTY"),
        ({"links": ["http://a.example"]}, "not valid: links[0]: BAD_LINK"),
        ({"text": "Gọi 0905123456", "links": [LINK, "http://a.example"]}, "not valid: links[1]: BAD_LINK"),
        ({"links": [LINK, "https://a.example/048200001234"]}, "not valid: links[1]: PERSONAL"),
        ({"text": "x" * 1001}, "the body is not what this address takes"),
    ):
        status, refused = await write(world, official, **body)
        assert (status, refused["code"], refused["detail"]) == (422, "INVALID_PARAMETER", detail)
        assert "0905123456" not in str(refused)
        assert "buoi" not in str(refused)
