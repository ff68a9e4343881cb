"""Every route asked by everybody: no answer, frame, header, log line or metric has a value that is not for who asks (issue 6, D4).

Planted are a mail address, the secrets of keys, links and sessions, internal ids of people, and codes of dossiers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import pytest
from access_world import ADDRESS, ALL, DOSSIERS_OF, Actor, notice_of, post, record_of, settle
from api_world import Opened, World
from prometheus_client import REGISTRY, generate_latest
from test_access_matrix import IN_PATH, Cell, cells

from dunghen.contracts.topics import DOSSIERS, NOTICES
from dunghen.domain.access import Role
from tests.eventually import eventually_async as eventually

OFFICIALS = "/api/v1/officials/stream"


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


@dataclass
class Stream:
    """One stream that is read as long as it is open; also what is said of a refusal is `heard`."""

    path: str
    asked: Asked
    heard: list[str] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    async def read(self, world: World) -> None:
        async with world.http.stream("GET", self.path, headers=dict(self.asked.actor.headers)) as answer:
            self.asked.keep(answer, "")
            async for text in answer.aiter_text():
                self.heard.append(text)
                self.asked.text.append(text)

    async def says_more(self) -> None:
        """Waits for what it says next; both say again and again that they are there."""
        before = len(self.heard)
        await eventually(lambda: len(self.heard) > before or (self.task is not None and self.task.done()))


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


async def listened(world: World, streams: Sequence[Stream]) -> None:
    """While they are all read, every dossier and notice changes: until one that may hear of it has, and whatever they say after that."""
    for stream in streams:
        stream.task = asyncio.create_task(stream.read(world))
    await eventually(lambda: all(stream.heard for stream in streams))
    may_hear = [s for s in streams if s.path == OFFICIALS and s.asked.actor.units == ALL and s.asked.actor.role is Role.LEADER]

    async def told() -> bool:
        for unit, code in DOSSIERS_OF.items():
            await world.say(DOSSIERS, code, record_of(code, unit))
            await world.say(NOTICES, code, notice_of(code, unit))
        return all(code in "".join(each.heard) for each in may_hear for code in DOSSIERS_OF.values())

    await eventually(told, every=0.5)
    for _ in range(2):  # the first may have been on its way
        await asyncio.gather(*(stream.says_more() for stream in streams))
    tasks = [stream.task for stream in streams if stream.task]
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [fault for fault in ended if fault and not isinstance(fault, asyncio.CancelledError)] == []


async def test_nothing_is_said_to_whom_it_is_not_for(open_world: Opened, capfd: pytest.CaptureFixture[str]) -> None:
    async with open_world() as world:
        actors = await settle(world)
        asked = {name: Asked(actor) for name, actor in actors.items()}
        streams = [c for c in cells(list(actors)) if c.path.endswith("/stream")]
        assert {cell.path for cell in streams} == {"/api/v1/stream", OFFICIALS}
        await listened(world, [Stream(cell.path, asked[cell.name]) for cell in streams])
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
