"""How good the notices were, over HTTP: exact counts from the read model, for who leads the units and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from access_world import BUILDING, DOSSIERS_OF, HAI_CHAU, HAI_VAN, Actor, notice_of, record_of, settle
from api_world import MONDAY_8_00, Opened, World
from msgspec.structs import replace

from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.people import NoticeAction
from dunghen.contracts.topics import DOSSIER_EVENTS, DOSSIERS, NOTICE_ACTIONS, NOTICES
from dunghen.domain.record import fold
from tests.eventually import eventually_async as eventually

HOUR, DAY = 3600, 86400
SENT = MONDAY_8_00 + HOUR


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        yield world, await settle(world)


async def quality(world: World, actor: Actor, window: str = "30d") -> tuple[int, dict[str, Any]]:
    answer = await world.http.get("/api/v1/notice-quality", params={"window": window}, headers=dict(actor.headers))
    return answer.status_code, answer.json()


async def warn(world: World, unit: str, key: str = "warning", **more: Any) -> None:
    given = {"stage": "half", "due_at": SENT + DAY, "decided_at": SENT, "sent_at": SENT, "recipient": "p00000000000000aa", **more}
    await world.say(NOTICES, DOSSIERS_OF[unit], replace(notice_of(DOSSIERS_OF[unit], unit), key=f"{key}:{unit}", **given))


async def finish(world: World, unit: str, at: int, arrived: int) -> None:
    """A step 9 that happened at one time and was heard of at another."""
    code = DOSSIERS_OF[unit]
    plain: dict[str, Any] = {"dossier": code, "unit": unit, "kind": "progressed", "status": 9}
    event = DossierEvent(id="f" * 16, occurred_at=at, arrived_at=arrived * 10**6, **plain)
    await world.say(DOSSIER_EVENTS, code, event)
    await world.say(DOSSIERS, code, fold(record_of(code, unit), event))


def some(counts: dict[str, Any]) -> dict[str, Any]:
    return {name: n for name, n in counts.items() if n and not name.endswith("share")}


async def test_each_leader_has_the_counts_of_the_units_below_and_officials_have_none(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    world.clock.at = SENT + 3 * HOUR
    await warn(world, HAI_CHAU)
    await warn(world, HAI_VAN)
    await warn(world, BUILDING)
    await warn(world, BUILDING, "silenced", state="suppressed", reason="SILENCED", sent_at=0)
    await warn(world, BUILDING, "failed", state="failed", reason="REFUSED_550", sent_at=0)
    await finish(world, HAI_VAN, at=SENT - 600, arrived=SENT + HOUR)
    taken = NoticeAction(dossier=DOSSIERS_OF[HAI_CHAU], kind="acknowledge", person="p00000000000000aa", at=SENT + 60, stage="half")
    await world.say(NOTICE_ACTIONS, taken.dossier, taken)

    async def all_there() -> dict[str, Any] | None:
        _, found = await quality(world, actors["leader of the city"])
        return found if some(found["total"]) == wanted else None

    # one of each unit is from `settle`: it went out at its due instant
    wanted = {"sent": 6, "acted": 1, "late_data": 1, "open": 1, "after_due": 3, "failed": 1, "suppressed": {"SILENCED": 1}}
    found = await eventually(all_there)
    assert {unit["code"]: some(unit["counts"]) for unit in found["units"]} == {
        HAI_CHAU: {"sent": 2, "acted": 1, "after_due": 1},
        HAI_VAN: {"sent": 2, "late_data": 1, "after_due": 1},
        BUILDING: {"sent": 2, "open": 1, "after_due": 1, "failed": 1, "suppressed": {"SILENCED": 1}},
    }
    assert found["total"]["acted_share"] == {"value": 1.0, "numerator": 1, "denominator": 1}
    assert (found["first"], found["last"]) == ("2026-10-18", "2026-11-16")
    for name in ("operator", "operator's machine"):
        assert (await quality(world, actors[name]))[1]["total"] == found["total"]
    status, own = await quality(world, actors["leader of the department"])
    assert (status, [unit["code"] for unit in own["units"]]) == (200, [BUILDING])
    refused = [(await quality(world, actors[n]))[0] for n in ("official of Hải Châu", "head of Hải Vân", "reader of the city", "nobody")]
    assert refused == [403, 403, 403, 401]
    assert (await quality(world, actors["operator"], "fortnight"))[0] == 422
    status, yesterday = await quality(world, actors["operator"], "2026-10")
    assert (status, yesterday["units"], yesterday["total"]["acted_share"]["value"]) == (200, [], None)
    assert not any(code in str(found) for code in DOSSIERS_OF.values())
