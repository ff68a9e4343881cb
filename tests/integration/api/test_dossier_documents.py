from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from api_world import BODIES, MONDAY_8_00, World, score

from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.topics import DOSSIERS
from dunghen.domain.record import fold
from dunghen.platform.store import Query, Store, StoreAwayError, open_store
from tests.eventually import eventually_async as eventually

CODE = "000.01.31.H17-261102-0001"
PROCEDURE = {"code": "1.004222", "name": "Đăng ký thường trú", "field": "Cư trú", "limit": 3, "unit": "working_days"}
LIMITED = {"procedures": {"procedures": [PROCEDURE]}}


@pytest.fixture
async def store(world: World) -> AsyncIterator[Store]:
    opened = open_store(world.settings, "api", read_only=True)
    yield opened
    await opened.close()


def dossier(**more: Any) -> bytes:
    facts = {"kind": "synced", "status": 4, "received": MONDAY_8_00, "procedure": "1.004222", "unit": "20242", **more}
    event = DossierEvent(id="0123456789abcdef", dossier=CODE, occurred_at=MONDAY_8_00, arrived_at=MONDAY_8_00 * 1_000_000, **facts)
    record = fold(None, event)
    assert record is not None
    return record


async def documents(store: Store, **where: Any) -> list[dict[str, Any]]:
    try:
        return [d.body for d in (await store.find(Query("dossiers", where, ("due_at",)))).documents]
    except StoreAwayError:  # not prepared yet
        return []


async def test_a_dossier_is_found_by_its_unit_and_due_date_and_gone_with_its_record(world: World, store: Store) -> None:
    due = MONDAY_8_00 + 86400
    await world.say(DOSSIERS, "~next", b"7", 0)
    await world.say(DOSSIERS, CODE, dossier(due=due))
    found = await eventually(lambda: documents(store, unit="20242", open=True))
    assert [(d["status"], d["due_at"], d["counted"]) for d in found] == [(4, due, True)]
    await world.say(DOSSIERS, CODE, dossier(due=due, status=9, ended=MONDAY_8_00 + 60))
    await eventually(lambda: documents(store, unit="20242", status=9, open=False))
    await world.say(DOSSIERS, CODE, None)
    await eventually(lambda: nothing(store))


async def nothing(store: Store) -> bool:
    return await documents(store) == []


async def test_when_the_map_goes_over_to_other_rules_every_dossier_is_judged_anew(world: World, store: Store) -> None:
    await world.say(DOSSIERS, CODE, dossier())
    await eventually(lambda: documents(store, due_at=0))
    await world.policy(2, {**BODIES, **LIMITED})
    await world.scores(*(score(u, 1, 1, policy=2) for u in ("20242", "20194", "H17.10")))
    await world.levels(policy=2)
    (found,) = await eventually(lambda: documents(store, due_at=MONDAY_8_00 + 3 * 86400))
    assert found["first_due_at"] == found["due_at"]
