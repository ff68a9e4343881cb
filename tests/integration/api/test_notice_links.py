"""The link of a message opens for whom the message went to, for three days, and changes nothing. Monday 2026-11-16 08:00."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from access_world import HAI_CHAU, Actor, notice_of, settle
from api_world import MONDAY_8_00, Opened, World

from dunghen.contracts.topics import NOTICES
from tests.eventually import eventually_async as eventually

OFFICIAL, NEIGHBOUR = "official of Hải Châu", "head of Hải Vân"
TOKEN, SHARED, DIGEST = "a" * 20, "b" * 20, "c" * 20
HOUR = 3600


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        yield world, await settle(world)


async def opened(world: World, actor: Actor, token: str = TOKEN) -> tuple[int, dict[str, Any]]:
    answer = await world.http.get(f"/api/v1/notice-links/{token}", headers=dict(actor.headers))
    return answer.status_code, answer.json()


async def tell(world: World, number: int, recipient: str, token: str, **more: Any) -> str:
    code = f"000.00.05.H17-261116-000{number}"
    notice = msgspec.structs.replace(
        notice_of(code, HAI_CHAU), key=f"{code}:{recipient}", recipient=recipient, message_id=f"{token}@dunghen.example",
        stage="breach", sent_at=MONDAY_8_00, **more,
    )  # fmt: skip
    await world.say(NOTICES, code, notice)
    return code


async def test_a_link_opens_for_whom_it_went_to_alone_and_for_three_days(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    code = await tell(world, 1, actors[OFFICIAL].secrets[2], TOKEN)
    said = {"dossier": code, "clock": "dossier", "stage": "breach", "dossiers": 1}

    async def known() -> bool:
        return await opened(world, actors[OFFICIAL]) == (200, said)

    await eventually(known)
    assert await opened(world, actors[OFFICIAL]) == (200, said)
    assert [(await opened(world, actors[name]))[0] for name in (NEIGHBOUR, "leader of the city", "nobody")] == [404, 404, 401]
    for other in ("a" * 19, "A" * 20, "a" * 21, "0" * 20, "%25" * 7):
        assert (await opened(world, actors[OFFICIAL], other))[0] == 404
    world.clock.at = MONDAY_8_00 + 72 * HOUR - 1
    assert (await opened(world, actors[OFFICIAL]))[0] == 200
    world.clock.at = MONDAY_8_00 + 72 * HOUR
    status, problem = await opened(world, actors[OFFICIAL])
    assert (status, problem["code"]) == (410, "LINK_EXPIRED")
    assert (await opened(world, actors[NEIGHBOUR]))[0] == 404


async def test_what_went_to_a_unit_s_address_opens_for_its_people_and_a_digest_gives_what_is_due_first(
    settled: tuple[World, dict[str, Actor]],
) -> None:
    world, actors = settled
    me = actors[OFFICIAL].secrets[2]
    shared = await tell(world, 2, HAI_CHAU, SHARED)
    await tell(world, 3, me, DIGEST, due_at=MONDAY_8_00 + HOUR)
    first = await tell(world, 4, me, DIGEST, due_at=MONDAY_8_00 - HOUR)

    async def known() -> Any:
        found = [await opened(world, actors[OFFICIAL], token) for token in (SHARED, DIGEST)]
        return found if [status for status, _ in found] == [200, 200] and found[1][1]["dossiers"] == 2 else None

    (_, of_unit), (_, of_digest) = await eventually(known)
    assert (of_unit["dossier"], of_digest["dossier"]) == (shared, first)
    assert (await opened(world, actors[NEIGHBOUR], SHARED))[0] == 404
