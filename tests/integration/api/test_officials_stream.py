"""What officials hear: only changes within reach, in the audit log first, and no longer than their session lasts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from access_world import BUILDING, DOSSIERS_OF, HAI_CHAU, HAI_VAN, Actor, notice_of, post, record_of, settle
from api_world import Opened, World, world_of

from dunghen.contracts.audit import BLOCKS, STORE, entries_of
from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.people import NoticeAction
from dunghen.contracts.topics import DOSSIERS, NOTICE_ACTIONS, NOTICES, PEOPLE
from dunghen.domain.record import fold
from dunghen.platform.local import redis_server as local_redis
from dunghen.platform.store import Query, open_store
from tests.eventually import eventually_async as eventually

NEW = {HAI_CHAU: "000.00.05.H17-261116-0051", HAI_VAN: "000.00.05.H17-261116-0052"}


class Ear:
    """One open stream of an official: its frames, all its bytes, and whether it has ended."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world, self.actor = world, actor
        self.changed: list[dict[str, Any]] = []
        self.text, self.status, self.ended = "", 0, False

    async def __aenter__(self) -> Ear:
        self.task = asyncio.create_task(self._read())
        await eventually(lambda: "still here" in self.text)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _read(self) -> None:
        async with self.world.http.stream("GET", "/api/v1/officials/stream", headers=dict(self.actor.headers)) as answer:
            self.status = answer.status_code
            async for line in answer.aiter_lines():
                self.text += line + "\n"
                if line.startswith("data: "):
                    self.changed.append(json.loads(line.removeprefix("data: ")))
        self.ended = True

    def heard(self, code: str) -> bool:
        return any(code in frame["dossiers"] for frame in self.changed)


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, dict[str, Actor]]]:
    async with open_world() as world:
        yield world, await settle(world)


async def test_each_hears_of_their_own_unit_alone_and_the_log_has_it(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    async with Ear(world, actors["official of Hải Châu"]) as one, Ear(world, actors["head of Hải Vân"]) as other:
        for unit, code in NEW.items():
            await world.say(DOSSIERS, code, record_of(code, unit))
        await eventually(lambda: one.heard(NEW[HAI_CHAU]) and other.heard(NEW[HAI_VAN]))
        await world.say(NOTICES, NEW[HAI_VAN], notice_of(NEW[HAI_VAN], HAI_VAN))
        await eventually(lambda: any(frame["notices"] for frame in other.changed))
        assert (NEW[HAI_VAN] in one.text, HAI_VAN in one.text, any(f["notices"] for f in one.changed)) == (False, False, False)
        assert (NEW[HAI_CHAU] in other.text, HAI_CHAU in other.text) == (False, False)
        assert {code for frame in one.changed for code in frame["dossiers"]} == {NEW[HAI_CHAU]}
    assert await in_the_log(world, actors["official of Hải Châu"], "/api/v1/officials/stream") == {NEW[HAI_CHAU]}


async def test_an_answer_is_on_its_notice_for_all_and_those_of_the_unit_hear_of_it(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    me, leader, code = actors["official of Hải Châu"], actors["leader of the city"], DOSSIERS_OF[HAI_CHAU]
    mine = msgspec.structs.replace(notice_of(code, HAI_CHAU), key="mine", recipient=me.secrets[2])
    await world.say(NOTICES, code, mine)
    await eventually(lambda: acknowledgements(world, me, count=1))
    assert await acknowledgements(world, me, count=1) == [None]
    async with Ear(world, me) as one, Ear(world, actors["head of Hải Vân"]) as other:
        said = NoticeAction(dossier=code, kind="working", person=me.secrets[2], at=mine.decided_at + 60, stage=mine.stage)
        await world.say(NOTICE_ACTIONS, code, said)
        await eventually(lambda: any(frame["notices"] for frame in one.changed))
        answered = {"by": me.secrets[2], "kind": "working", "at": "2026-11-16T08:01:00+07:00"}
        assert await acknowledgements(world, me, count=1) == [{**answered, "by_you": True}]
        assert {**answered, "by_you": False} in (await acknowledgements(world, leader, mine=False) or [])
        assert other.changed == []
    why = (await world.http.get(f"/api/v1/dossiers/{code}/explanation", headers=dict(me.headers))).json()["why"]
    assert sorted(w["acknowledged"] is not None for w in why) == [
        False,
        True,
    ]  # the other names nobody


async def acknowledgements(world: World, actor: Actor, mine: bool = True, count: int = 0) -> list[dict[str, Any] | None] | None:
    answer = await world.http.get("/api/v1/notices", params={"mine": mine}, headers=dict(actor.headers))
    found = [notice["acknowledged"] for notice in answer.json()["notices"]]
    return found if not count or len(found) == count else None


async def test_who_is_named_in_a_dossier_of_another_unit_hears_nothing_of_it(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official, code = actors["official of Hải Châu"], "000.00.05.H17-261116-0053"
    plain: dict[str, Any] = {"dossier": code, "unit": BUILDING, "occurred_at": 1_794_790_800, "arrived_at": 1_794_790_800_000_000}
    record = fold(None, DossierEvent(id="1" * 16, kind="synced", status=2, received=1_794_790_800, **plain))
    record = fold(record, DossierEvent(id="2" * 16, kind="progressed", status=4, handler=official.secrets[2], **plain))
    async with (
        Ear(world, official) as one,
        Ear(world, actors["head of Hải Vân"]) as other,
        Ear(world, actors["leader of the city"]) as all_of,
    ):
        await world.say(DOSSIERS, code, record)
        await eventually(lambda: all_of.heard(code))
        await world.say(DOSSIERS, NEW[HAI_CHAU], record_of(NEW[HAI_CHAU], HAI_CHAU))
        await eventually(lambda: one.heard(NEW[HAI_CHAU]))
        assert (code in one.text, other.changed) == (False, [])


async def test_of_a_dossier_that_moves_or_goes_its_old_unit_hears_without_its_code(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    mine, theirs = DOSSIERS_OF[HAI_CHAU], DOSSIERS_OF[HAI_VAN]
    async with Ear(world, actors["official of Hải Châu"]) as one, Ear(world, actors["head of Hải Vân"]) as other:
        await world.say(DOSSIERS, mine, record_of(mine, HAI_VAN))
        await eventually(lambda: other.heard(mine) and one.changed)
        assert one.changed == [{"dossiers": [], "units": [HAI_CHAU], "notices": False}]
        before = len(other.changed)
        await world.say(DOSSIERS, theirs, None)
        await eventually(lambda: {"dossiers": [], "units": [HAI_VAN], "notices": False} in other.changed[before:])


async def test_a_stream_ends_with_its_session_and_with_the_post(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official, head = actors["official of Hải Châu"], actors["head of Hải Vân"]
    async with Ear(world, official) as one, Ear(world, head) as other:
        assert (await post(world, "/api/v1/session/end", **official.headers)).status_code == 303
        await eventually(lambda: one.ended)
        assert not other.ended
        await world.say(PEOPLE, head.secrets[2], None)
        await eventually(lambda: other.ended)
    assert (one.status, one.changed) == (200, [])


async def test_a_dossier_that_changes_after_the_session_is_not_said(settled: tuple[World, dict[str, Actor]]) -> None:
    world, actors = settled
    official = actors["official of Hải Châu"]
    async with Ear(world, official) as one, Ear(world, actors["leader of the city"]) as witness:
        await post(world, "/api/v1/session/end", **official.headers)
        await world.say(DOSSIERS, NEW[HAI_CHAU], record_of(NEW[HAI_CHAU], HAI_CHAU))
        await eventually(lambda: one.ended and witness.heard(NEW[HAI_CHAU]))
        assert NEW[HAI_CHAU] not in one.text


async def test_after_a_loss_of_redis_everybody_is_told_to_look_at_all(kafka_broker: Any, namespace: str, tmp_path: Path) -> None:
    redis = local_redis.start(tmp_path / "redis")
    given = {"kafka": kafka_broker.address, "redis": f"redis://127.0.0.1:{redis.port}/0", "namespace": namespace, "data": tmp_path}
    try:
        async with world_of(**given) as world:
            actors = await settle(world)
            async with Ear(world, actors["official of Hải Châu"]) as one:
                redis.stop()
                redis = local_redis.start(tmp_path / "redis", redis.port)
                await eventually(lambda: {"dossiers": [], "units": [HAI_CHAU], "notices": True} in one.changed)
                await world.say(DOSSIERS, NEW[HAI_CHAU], record_of(NEW[HAI_CHAU], HAI_CHAU))
                await eventually(lambda: one.heard(NEW[HAI_CHAU]))
                assert not one.ended
    finally:
        redis.stop()


async def in_the_log(world: World, actor: Actor, route: str) -> set[str]:
    store = open_store(world.settings, STORE, read_only=True)
    try:
        blocks = (await store.find(Query(BLOCKS, {}, ("seq",), limit=500))).documents
    finally:
        await store.close()
    entries = [entry for block in blocks for entry in entries_of(block.body)]
    return {code for entry in entries if (entry.who, entry.route) == (actor.secrets[2], route) for code in entry.dossiers}
