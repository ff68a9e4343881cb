"""The months of all units over HTTP: for who leads the whole city, as each unit's own sheet has them; in the audit log before told."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest
from access_world import ALL, HAI_CHAU, Actor, settle
from api_world import Opened, World

from dunghen.contracts.audit import BLOCKS, STORE, entries_of
from dunghen.platform.store import Query, open_store
from tests.eventually import eventually_async as eventually

MONTH = {"month": "2026-11"}


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        yield world, await settle(world)


async def read(world: World, actor: Actor, path: str = "/monthly-sheets", **query: str) -> tuple[int, dict[str, Any]]:
    answer = await world.http.get(f"/api/v1{path}", params=query or MONTH, headers=dict(actor.headers))
    return answer.status_code, answer.json()


async def test_who_leads_the_city_sees_every_unit_s_own_sheet_and_what_was_written(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    leader, official = actors["leader of the city"], actors["official of Hải Châu"]
    for day, counts in ((20760, {"received": 9, "early": 8, "late": 1}), (20762, {"received": 5, "early": 5})):
        await world.cell((HAI_CHAU, day, 0), **counts)
    said = {"about": "monthly-sheet", "period": "2026-11", "text": "Hệ thống một cửa ngừng 2 ngày do bão."}
    headers = {**official.headers, "origin": str(world.http.base_url)}
    assert (await world.http.post(f"/api/v1/units/{HAI_CHAU}/justifications", json=said, headers=headers)).status_code == 202

    async def both() -> dict[str, Any] | None:
        found = {unit["code"]: unit for unit in (await read(world, leader))[1]["units"]}
        of = found[HAI_CHAU]
        return found if of["justification"]["state"] == "written" and of["lines"][0]["denominator"] == 14 else None

    found = await eventually(both)
    assert set(found) == set(ALL)
    for code, unit in found.items():
        own = (await read(world, leader, f"/units/{code}/monthly-sheet", **MONTH))[1]
        assert (unit["lines"], unit["reconciliation"], unit["name"]) == (own["lines"], own["reconciliation"], own["name"])
        assert unit["justification"]["at"] == (own["justification"]["at"] if own["justification"] else None)
    assert "bão" not in str(found)
    assert (await read(world, actors["operator"]))[1]["units"] == list(found.values())
    sheet = await world.http.get("/api/v1/monthly-sheets.xlsx", params=MONTH, headers=dict(leader.headers))
    assert sheet.headers["cache-control"] == "no-store"
    book = await asyncio.to_thread(openpyxl.load_workbook, io.BytesIO(sheet.content))
    columns, *rows = book.active.iter_rows(values_only=True)
    told = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    assert set(told) == set(ALL)
    assert (told[HAI_CHAU]["MONTHLY.ON_TIME numerator"], told[HAI_CHAU]["justification"]) == (13, "written")


async def test_nobody_else_does_and_what_is_no_month_is_refused(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    allowed = {name for name, actor in actors.items() if (await read(world, actor))[0] == 200}
    assert allowed == {"leader of the city", "operator", "operator's machine"}
    leader = actors["leader of the city"]
    assert [(await read(world, leader, month=month))[1]["code"] for month in ("2026", "2026-12", "2026-13")] == ["INVALID_PARAMETER"] * 3
    store = open_store(world.settings, STORE, read_only=True)
    try:
        blocks = (await store.find(Query(BLOCKS, {}, ("seq",), limit=500))).documents
    finally:
        await store.close()
    roles = [e.role for block in blocks for e in entries_of(block.body) if e.route == "/api/v1/monthly-sheets"]
    assert sorted(roles) == ["leader", "operator", "operator"]
