"""The explanation of a dossier over HTTP: with its notices and the versions of the rules, for whom the dossier is within reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from access_world import DOSSIERS_OF, HAI_CHAU, HAI_VAN, Actor, notice_of, settle
from api_world import MONDAY_8_00, Opened, World

from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.topics import DOSSIER_EVENTS, NOTICES
from tests.eventually import eventually_async as eventually

CODE = DOSSIERS_OF[HAI_CHAU]


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        yield world, await settle(world)


async def explained(world: World, actor: Actor, code: str = CODE) -> dict[str, Any]:
    answer = await world.http.get(f"/api/v1/dossiers/{code}/explanation", headers=dict(actor.headers))
    return {"status_code": answer.status_code, **answer.json()}


async def test_a_dossier_is_explained_with_its_notices_and_the_versions_of_the_rules(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    world.clock.at = MONDAY_8_00 + 2 * 3600
    found = await explained(world, actors["official of Hải Châu"])
    assert (found["code"], found["unit"], found["at"]) == (CODE, HAI_CHAU, "2026-11-16T10:00:00+07:00")
    assert found["totals"] == {"counted": 120, "paused": 0, "remaining": 360, "late": 0, "void": 0, "limit": 480}
    assert (found["due"]["by"], found["due"]["due_at"]) == ("source", "2026-11-17T08:00:00+07:00")
    assert found["item"]["left_minutes"] == 360
    assert found["rules"] == {"policy": 1, "calendar": 0, "procedures": 0, "rules": 0, "stages": 0}
    (why,) = found["why"]
    assert (why["clock"], why["stage"], why["state"], why["reason"], why["mine"]) == ("dossier", "due", "delivered", "FIRST_WARNING", False)
    assert found["now"] == {"reason": "NOT_DUE", "next": None}


async def test_of_another_unit_it_is_as_if_there_were_none(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    other = await explained(world, actors["official of Hải Châu"], DOSSIERS_OF[HAI_VAN])
    nowhere = await explained(world, actors["official of Hải Châu"], "000.00.09.H17-261116-0009")
    assert other == nowhere
    assert other["status_code"] == 404
    assert (await explained(world, actors["nobody"]))["status_code"] == 401
    assert (await explained(world, actors["head of Hải Vân"], DOSSIERS_OF[HAI_VAN]))["status_code"] == 200


async def test_the_raw_events_stand_beside_it_in_the_order_of_arrival_across_a_restart(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official = actors["official of Hải Châu"]
    await world.say(DOSSIER_EVENTS, CODE, happened(1, status=2, kind="synced"))
    await world.say(DOSSIER_EVENTS, CODE, b"{not an event")
    await world.say(DOSSIER_EVENTS, CODE, happened(2, status=5))
    await eventually(lambda: events_of(world, official, 2))
    await world.stop("projector")
    await world.say(DOSSIER_EVENTS, CODE, happened(3, status=4))
    await world.start_projector()
    found = await eventually(lambda: events_of(world, official, 3))
    assert [(e["kind"], e["status"], e["late"]) for e in found] == [
        ("synced", 2, False),
        ("progressed", 5, False),
        ("progressed", 4, False),
    ]


async def test_of_two_sources_it_is_said_which_one_is_heard_and_why(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official = actors["official of Hải Châu"]
    await world.say(DOSSIER_EVENTS, CODE, happened(1, status=4, kind="synced", source="H17.31", precedence=2))
    await world.say(DOSSIER_EVENTS, CODE, happened(5, status=9, kind="synced", source="portal"))
    await world.say(DOSSIER_EVENTS, CODE, happened(6, status=4, source="portal"))
    await eventually(lambda: events_of(world, official, 3))
    sources = (await explained(world, official))["sources"]
    assert [(one["source"], one["precedence"], one["status"], one["statements"], one["steps"], one["reason"]) for one in sources] == [
        ("H17.31", 2, 4, 1, 0, "HOLDS"),
        ("portal", 0, 9, 1, 1, "LOWER_PRECEDENCE"),
    ]
    assert "p00000000000000aa" not in str(await explained(world, official))
    assert (await explained(world, actors["head of Hải Vân"], DOSSIERS_OF[HAI_VAN]))["events"] == []


def happened(n: int, **facts: Any) -> DossierEvent:
    given = {"kind": "progressed", "occurred_at": MONDAY_8_00 + n, "arrived_at": (MONDAY_8_00 + n) * 10**6, "handler": "p00000000000000aa"}
    return DossierEvent(**{"id": f"{n:016x}", "dossier": CODE, "unit": HAI_CHAU, "source": "one-stop", **given, **facts})


async def events_of(world: World, actor: Actor, count: int) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = (await explained(world, actor))["events"]
    return events if len(events) == count else []


async def test_one_s_own_notices_are_those_that_went_to_oneself(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official = actors["official of Hải Châu"]
    mine = msgspec.structs.replace(notice_of(CODE, HAI_CHAU), key="mine", recipient=official.secrets[2], why="HANDLER")
    elsewhere = msgspec.structs.replace(notice_of(DOSSIERS_OF[HAI_VAN], HAI_VAN), key="elsewhere", recipient=official.secrets[2])
    await world.say(NOTICES, CODE, mine)
    await world.say(NOTICES, DOSSIERS_OF[HAI_VAN], elsewhere)
    (found,) = await eventually(lambda: notices(world, official, mine=True))
    assert (found["dossier"], found["mine"], "recipient" in found) == (CODE, True, False)
    assert sorted(n["mine"] for n in await notices(world, official)) == [False, True]
    (asked,) = [why for why in (await explained(world, official))["why"] if why["mine"]]
    assert asked["why"] == "HANDLER"


async def notices(world: World, actor: Actor, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.http.get("/api/v1/notices", params=query, headers=dict(actor.headers))).json()["notices"]
    return found
