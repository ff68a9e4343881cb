"""The explanation of a dossier over HTTP: with its notices and the versions of the rules, for whom the dossier is within reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from access_world import DOSSIERS_OF, HAI_CHAU, HAI_VAN, Actor, settle
from api_world import MONDAY_8_00, Opened, World

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
