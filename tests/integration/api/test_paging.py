"""Every list pages to its end without loss while data changes (issue 7, E4): what stands still is told once, whatever moves around it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from access_world import HAI_CHAU, Actor, notice_of, settle
from api_world import MONDAY_8_00, Opened, World

from dunghen.contracts.messages import DossierEvent
from dunghen.contracts.topics import DOSSIERS, NOTICES
from dunghen.domain.record import fold
from tests.eventually import eventually_async as eventually

STILL = [f"000.00.01.H17-261110-{n:04d}" for n in range(60)]
MOVED = [f"000.00.01.H17-261111-{n:04d}" for n in range(20)]


def record(code: str, due: int, times: int = 1) -> bytes:
    """A dossier that was said `times` times: each makes its record other than before."""
    found = None
    for n in range(times):
        event = DossierEvent(
            id=f"{n:016x}", dossier=code, unit=HAI_CHAU, kind="synced", status=4, received=MONDAY_8_00, due=due,
            occurred_at=MONDAY_8_00 + n, arrived_at=(MONDAY_8_00 + n) * 10**6,
        )  # fmt: skip
        found = fold(found, event)
    assert found is not None
    return found


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[tuple[World, Actor]]:
    async with open_world() as world:
        actors = await settle(world)
        for n, code in enumerate((*STILL, *MOVED)):
            await world.say(DOSSIERS, code, record(code, MONDAY_8_00 + 86400 + 600 * (n % 60)))
            await world.say(NOTICES, code, msgspec.structs.replace(notice_of(code, HAI_CHAU), decided_at=MONDAY_8_00 + n))
        actor = actors["official of Hải Châu"]
        for path, name in (f"/api/v1/units/{HAI_CHAU}/dossiers", "dossiers"), ("/api/v1/notices", "notices"):
            await eventually(lambda path=path, name=name: all_told(world, actor, path, name))
        yield world, actor


async def all_told(world: World, actor: Actor, path: str, name: str) -> bool:
    answer = await world.http.get(path, params={"limit": 500}, headers=dict(actor.headers))
    return len(answer.json()[name]) > len(STILL) + len(MOVED)


@asynccontextmanager
async def a_writer_at_work(world: World) -> AsyncIterator[Counter[str]]:
    """Moves dossiers to and fro in the order of the list, and adds some, with a notice each, until it is left; how much of each."""
    did: Counter[str] = Counter()

    async def work() -> None:
        while True:
            n = did["moved"]
            code, new = MOVED[n % len(MOVED)], f"000.00.01.H17-261112-{n % 100:04d}"
            await world.say(DOSSIERS, code, record(code, MONDAY_8_00 + 86400 + 600 * (n * 37 % 60), times=2 + n))
            await world.say(DOSSIERS, new, record(new, MONDAY_8_00 + 86400 + 600 * (n * 11 % 60)))
            await world.say(NOTICES, new, msgspec.structs.replace(notice_of(new, HAI_CHAU), decided_at=MONDAY_8_00 + n * 7 % 80))
            did["moved"] += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(work())
    try:
        yield did
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def pages(world: World, actor: Actor, path: str, name: str) -> list[Mapping[str, Any]]:
    """All entries, read page by page by the header `Link` to the end."""
    found: list[Mapping[str, Any]] = []
    where: str | None = f"{path}?limit=5"
    while where:
        answer = await world.http.get(where, headers=dict(actor.headers))
        assert answer.status_code == 200, answer.text
        found += answer.json()[name]
        where = answer.links.get("next", {}).get("url")
        assert bool(where) == bool(answer.json()["after"])
    return found


@pytest.mark.parametrize(
    ("path", "name", "member"), [(f"/api/v1/units/{HAI_CHAU}/dossiers", "dossiers", "code"), ("/api/v1/notices", "notices", "dossier")]
)
async def test_what_stands_still_is_told_once_while_others_move(settled: tuple[World, Actor], path: str, name: str, member: str) -> None:
    world, actor = settled
    async with a_writer_at_work(world) as did:
        await eventually(lambda: did["moved"] > 5)
        before = did["moved"]
        told = Counter(entry[member] for entry in await pages(world, actor, path, name))
        assert did["moved"] > before, "the writer wrote nothing while the list was read"
    assert {code: told[code] for code in STILL} == dict.fromkeys(STILL, 1)
    if name == "notices":  # their place never changes
        assert {code: told[code] for code in MOVED} == dict.fromkeys(MOVED, 1)
