"""The dossiers of the official who is signed in, and how each stands at the city's instant: Monday 2026-11-16 08:00."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from access_world import BUILDING, HAI_CHAU, HAI_VAN, Actor, settle
from api_world import MONDAY_8_00, Opened, World

from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.topics import DOSSIERS
from dunghen.domain.record import fold
from tests.eventually import eventually_async as eventually

HOUR, DAY = 3600, 86400
FRIDAY = MONDAY_8_00 - 3 * DAY
CODES = {
    name: f"000.00.07.H17-261109-000{n}" for n, name in enumerate(("later", "today", "overdue", "past its hour", "paused", "moved"), 1)
}
DUE = {"later": 2 * DAY, "today": 2 * HOUR, "overdue": -3 * DAY, "past its hour": -HOUR // 2, "paused": 3 * DAY, "moved": 4 * DAY}


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        yield world, await settle(world)


def happened(code: str, handler: str, unit: str, due: int, *more: dict[str, Any]) -> bytes:
    """A dossier taken in on Friday, handed to an official, and what came then."""
    plain = {"dossier": code, "unit": unit, "arrived_at": FRIDAY * 10**6}
    course = [
        {"kind": "synced", "status": 2, "occurred_at": FRIDAY, "received": FRIDAY, "due": due},
        {"kind": "progressed", "status": 4, "occurred_at": FRIDAY + 60, "handler": handler},
        *more,
    ]
    record = None
    for n, facts in enumerate(course):
        record = fold(record, DossierEvent(**{"id": f"{n:016x}", **plain, **facts})) or record
    assert record is not None
    return record


async def say_all(world: World, handler: str, unit: str = HAI_CHAU) -> None:
    more: dict[str, list[dict[str, Any]]] = {
        "paused": [{"kind": "progressed", "status": 5, "occurred_at": FRIDAY + HOUR}],
        "moved": [{"kind": "synced", "status": 4, "occurred_at": FRIDAY + HOUR, "received": FRIDAY, "due": MONDAY_8_00 + DAY + HOUR}],
    }
    for name, code in CODES.items():
        await world.say(DOSSIERS, code, happened(code, handler, unit, MONDAY_8_00 + DUE[name], *more.get(name, [])))


async def own(world: World, actor: Actor, **query: Any) -> dict[str, Any]:
    answer = await world.http.get("/api/v1/session/dossiers", params=query, headers=dict(actor.headers))
    return {"status": answer.status_code, **answer.json()}


async def all_of(world: World, actor: Actor) -> list[dict[str, Any]]:
    found = (await own(world, actor))["dossiers"]
    return found if len(found) == len(CODES) else []


async def test_one_s_own_dossiers_by_due_date_and_how_each_stands(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official = actors["official of Hải Châu"]
    await say_all(world, official.secrets[2])
    found = await eventually(lambda: all_of(world, official))
    assert [d["code"] for d in found] == [CODES[n] for n in ("overdue", "past its hour", "today", "moved", "later", "paused")]
    stands = {d["code"]: (d["group"], d["left_minutes"], d["on_time_today"], d["moved"]) for d in found}
    assert stands == {
        CODES["overdue"]: ("overdue", -480, False, False),
        CODES["past its hour"]: ("overdue", -30, True, False),
        CODES["today"]: ("today", 120, False, False),
        CODES["moved"]: ("later", 9 * 60, False, True),
        CODES["later"]: ("later", 16 * 60, False, False),
        CODES["paused"]: ("paused", None, False, False),
    }
    assert (await own(world, official))["at"] == "2026-11-16T08:00:00+07:00"
    assert (await own(world, actors["head of Hải Vân"]))["dossiers"] == []


async def test_own_dossiers_page_by_page_never_to_a_key_and_no_longer_once_they_moved_to_another_unit(
    settled: tuple[World, dict[str, Actor]],
) -> None:
    world, actors = settled
    official = actors["official of Hải Châu"]
    await say_all(world, official.secrets[2])
    whole = [d["code"] for d in await eventually(lambda: all_of(world, official))]
    for size in (1, 2, 5, 6):
        paged, after = [], ""
        for _ in range(len(whole) + 2):
            page = await own(world, official, limit=size, after=after)
            paged, after = paged + [d["code"] for d in page["dossiers"]], page["after"]
            if not after:
                break
        assert (size, paged) == (size, whole)
    assert (await own(world, official, after="x"))["status"] == 422
    assert (await own(world, actors["reader of Hải Châu"]))["status"] == 403
    await say_all(world, official.secrets[2], BUILDING)

    async def moved() -> bool:
        return (await own(world, official))["dossiers"] == []

    assert await eventually(moved)
    answer = await world.http.get(f"/api/v1/dossiers/{whole[0]}", headers=dict(official.headers))
    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_DOSSIER")


async def test_the_unit_board_and_one_dossier_have_the_same_members(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official = actors["head of Hải Vân"]
    await say_all(world, official.secrets[2], HAI_VAN)
    mine = {d["code"]: d for d in await eventually(lambda: all_of(world, official))}
    headers = dict(official.headers)
    board = (await world.http.get(f"/api/v1/units/{HAI_VAN}/dossiers", params={"open": True}, headers=headers)).json()["dossiers"]
    assert {d["code"]: d for d in board if d["code"] in mine} == mine
    one = (await world.http.get(f"/api/v1/dossiers/{CODES['today']}", headers=headers)).json()
    assert one == mine[CODES["today"]]
