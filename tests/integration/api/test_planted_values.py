"""Every route asked by everybody: no answer, frame, header, log line or metric has a value that is not for who asks (issue 6, D4).

Planted are a mail address, the secrets of keys, links and sessions, internal ids of people, and codes of dossiers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import pytest
from access_world import ADDRESS, ALL, DOSSIERS_OF, Actor, notice_of, post, record_of, settle
from api_world import Opened, World
from prometheus_client import REGISTRY, generate_latest
from test_access_matrix import IN_PATH, Cell, cells

from dunghen.contracts.topics import DOSSIERS, NOTICES

STREAM_SECONDS = 1.5  # several ticks, and a frame of each change


@dataclass
class Asked:
    """What one actor was answered, heads and bodies."""

    actor: Actor
    text: list[str] = field(default_factory=list)

    def keep(self, answer: httpx.Response, body: str) -> None:
        self.text += [f"{name}: {value}" for name, value in answer.headers.items()] + [body]

    @property
    def whole(self) -> str:
        return "\n".join(self.text)


def forbidden(actor: Actor, actors: Mapping[str, Actor]) -> set[str]:
    """All secrets and the address are for nobody, ids are one's own, codes for whom the unit is within reach."""
    secrets = {text for each in actors.values() for text in (each.secrets[:2] if each.role and len(each.secrets) == 3 else each.secrets)}
    ids = {each.secrets[2] for each in actors.values() if len(each.secrets) == 3 and each is not actor}
    return {ADDRESS, *secrets, *ids, *(code for unit, code in DOSSIERS_OF.items() if unit not in actor.units)}


async def listen(world: World, path: str, asked: Asked) -> None:
    async with world.http.stream("GET", path, headers=dict(asked.actor.headers)) as answer:
        asked.keep(answer, "")
        try:
            async with asyncio.timeout(STREAM_SECONDS):
                async for text in answer.aiter_text():
                    asked.text.append(text)
        except TimeoutError:
            pass


async def ask(world: World, cell: Cell, asked: Asked) -> None:
    path = (
        cell.path.replace("{code}", IN_PATH.get(cell.what, {}).get(cell.unit, "20242"))
        .replace("{path:path}", "nothing.js")
        .replace("{desk}", cell.unit)
    )
    if cell.method == "POST":
        answer = await post(world, path, **asked.actor.headers)
    else:
        answer = await world.http.get(path, headers=dict(asked.actor.headers), follow_redirects=False)
    world.http.cookies.clear()
    asked.keep(answer, answer.text)


async def changing(world: World) -> None:
    """While streams are read, every dossier and notice changes."""
    await asyncio.sleep(STREAM_SECONDS / 5)
    for unit, code in DOSSIERS_OF.items():
        await world.say(DOSSIERS, code, record_of(code, unit))
        await world.say(NOTICES, code, notice_of(code, unit))


async def test_nothing_is_said_to_whom_it_is_not_for(open_world: Opened, capfd: pytest.CaptureFixture[str]) -> None:
    async with open_world() as world:
        actors = await settle(world)
        asked = {name: Asked(actor) for name, actor in actors.items()}
        streams = [c for c in cells(list(actors)) if c.path.endswith("/stream")]
        assert {cell.path for cell in streams} == {"/api/v1/stream", "/api/v1/officials/stream"}
        await asyncio.gather(changing(world), *(listen(world, c.path, asked[c.name]) for c in streams))
        rest = [c for c in cells(list(actors)) if c not in streams]
        for cell in sorted(rest, key=lambda c: c.path == "/api/v1/session/end"):  # signs out: last
            await ask(world, cell, asked[cell.name])
        metrics = generate_latest(REGISTRY).decode()
    said = {name: {value for value in forbidden(each.actor, actors) if value in each.whole} for name, each in asked.items()}
    assert {name: values for name, values in said.items() if values} == {}
    what_everybody_may_not_see = forbidden(actors["nobody"], actors)
    logged = "".join(capfd.readouterr())
    assert {value for value in what_everybody_may_not_see if value in logged or value in metrics} == set()
    the_search_finds_what_is_there(asked)
    assert "projector_follows" in logged


def the_search_finds_what_is_there(asked: Mapping[str, Asked]) -> None:
    """Or the test above could not fail: who may see a code has seen it, in an answer and in a frame, and people their own id."""
    for each in asked.values():
        assert all(DOSSIERS_OF[unit] in each.whole for unit in each.actor.units & ALL)
    frames = [line for line in asked["leader of the city"].whole.splitlines() if line.startswith('data: {"dossiers"')]
    assert any(code in line for line in frames for code in DOSSIERS_OF.values())
    assert asked["operator"].actor.secrets[2] in asked["operator"].whole
