"""Officials' browsers over HTTP, into the real topic and back: one's own only, one person's each, ten at most, nothing of them repeated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from access_world import Actor, settle
from api_world import Opened, World

from dunghen.cli.audit.command import Wanted, show
from dunghen.cli.data_folder import DataFolder
from dunghen.contracts.subscriptions import MOST_BROWSERS, Subscription, SubscriptionBook
from dunghen.contracts.topics import PEOPLE, PUSH_SUBSCRIPTIONS
from dunghen.platform import kafka
from services.api.adapters import fenced_book
from services.api.adapters.kafka_browsers import KafkaBrowsers
from services.api.browsers import switched_on
from tests.eventually import eventually_async as eventually

PUSH_KEY = "B" + "A" * 86
PATH = "/api/v1/push-subscriptions"
OFFICIAL, LEADER = "official of Hải Châu", "leader of the department"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
LATER = 4_000_000_000  # real seconds: newer than all others
Settled = tuple[World, dict[str, Actor]]


@pytest.fixture
async def settled(open_world: Opened) -> AsyncIterator[Settled]:
    async with open_world(push_key=PUSH_KEY, alerts_private_networks="10.9.0.0/16") as world:
        yield world, await settle(world)


def given(name: str = "a", **changed: Any) -> dict[str, Any]:
    """As a browser gives it."""
    keys = {"p256dh": "B" + "x" * 86, "auth": "y" * 22}
    return {"endpoint": f"https://push.example/send/{name}", "expirationTime": None, "keys": keys, **changed}


def id_of(name: str) -> str:
    endpoint = given(name)["endpoint"]
    return Subscription(person="p", endpoint=endpoint, p256dh="B" + "x" * 86, auth="y" * 22).id


async def say(world: World, actor: Actor, body: Any, path: str = PATH, **headers: str) -> httpx.Response:
    ours = {"origin": str(world.http.base_url).rstrip("/"), "user-agent": AGENT, **actor.headers, **headers}
    return await world.http.post(path, json=body, headers=ours, timeout=30)


async def end(world: World, actor: Actor, browser: str) -> httpx.Response:
    return await say(world, actor, {"id": browser}, PATH + "/end")


async def ids(world: World, actor: Actor) -> list[str]:
    answer = await world.http.get(PATH, headers=dict(actor.headers))
    return [each["id"] for each in answer.json()["browsers"]]


async def stored(world: World) -> SubscriptionBook:
    book = SubscriptionBook()
    await kafka.read_all(world.settings, (PUSH_SUBSCRIPTIONS, 0), lambda key, value, *_: book.take(key, value))
    return book


async def test_a_browser_is_switched_on_seen_and_switched_off(settled: Settled, monkeypatch: pytest.MonkeyPatch) -> None:
    world, actors = settled
    me = actors[OFFICIAL]
    assert (await world.http.get("/api/v1/push-key", headers=dict(me.headers))).json() == {"key": PUSH_KEY}
    answer = await say(world, me, given())
    (shown,) = answer.json()["browsers"]
    assert (answer.status_code, shown["id"], shown["browser"], shown["system"]) == (200, id_of("a"), "firefox", "windows")
    assert ("push.example" in answer.text, shown["since"][-6:]) == (False, "+07:00")
    (record,) = (await stored(world)).of(me.secrets[2])
    assert (record.endpoint, record.p256dh[1:2], record.auth[:1]) == ("https://push.example/send/a", "x", "y")
    assert (await say(world, me, given())).json()["browsers"][0]["id"] == id_of("a")  # said twice
    await eventually(lambda: _same(world, me, [id_of("a")]))
    assert (await end(world, me, id_of("a"))).json() == {"browsers": []}
    assert (await end(world, me, id_of("a"))).status_code == 200
    assert list(await stored(world)) == []
    lines: list[str] = []
    for name in ("data", "namespace"):
        monkeypatch.setenv(f"DUNGHEN_{name.upper()}", str(getattr(world.settings, name)))
    await show(DataFolder(world.settings.data), Wanted(), lines.append)
    assert [sum(word in line for line in lines) for word in ("PUSH_ON", "PUSH_OFF")] == [2, 2]
    assert not any("push.example" in line for line in lines)


async def _same(world: World, actor: Actor, wanted: list[str]) -> bool:
    return await ids(world, actor) == wanted


async def test_nobody_sees_or_ends_another_s_and_a_shared_browser_is_the_last_one_s(settled: Settled) -> None:
    world, actors = settled
    me, other = actors[OFFICIAL], actors[LEADER]
    await say(world, me, given("mine"))
    assert (await end(world, other, id_of("mine"))).json() == {"browsers": []}
    assert len((await stored(world)).of(me.secrets[2])) == 1
    assert (await say(world, other, given("mine"))).json()["browsers"][0]["id"] == id_of("mine")
    await eventually(lambda: _same(world, me, []))
    assert (await stored(world)).of(me.secrets[2]) == ()


async def test_who_asks_in_many_browsers_at_once_keeps_ten_and_none_that_was_answered_is_lost(settled: Settled) -> None:
    """Two workers on one topic, each with requests at the same moment: the fence lets one write after the other."""
    world, actors = settled
    me = actors[OFFICIAL]
    await asyncio.gather(*(say(world, me, given(f"n{n}")) for n in range(MOST_BROWSERS - 2)))
    other = KafkaBrowsers(world.settings, lambda: None)

    async def by_the_other(name: str) -> None:
        asked = Subscription(person=me.secrets[2], endpoint=given(name)["endpoint"], p256dh="B" + "x" * 86, auth="y" * 22, made_at=LATER)
        await other.change(lambda book, _: switched_on(book, asked))

    answers, _ = await asyncio.gather(
        asyncio.gather(*(say(world, me, given(f"m{n}")) for n in range(3))), asyncio.gather(*(by_the_other(f"o{n}") for n in range(3)))
    )
    assert [answer.status_code for answer in answers] == [200] * 3
    kept = {each.id for each in (await stored(world)).of(me.secrets[2])}
    assert (len(kept), kept >= {id_of(f"{place}{n}") for place in "mo" for n in range(3)}) == (MOST_BROWSERS, True)


REFUSED: list[Any] = [
    {},
    [],
    given(endpoint="http://push.example/send/a"),
    given(endpoint="https://127.0.0.1/send"),
    given(endpoint="https://10.1.2.3/send"),
    given(endpoint="https://kafka:9092/"),
    given(endpoint="https://[::1]/send"),
    given(endpoint="https://a:b@push.example/"),
    given(endpoint="https://xn--a.push.example/"),
    given(endpoint="file:///etc/passwd"),
    given(endpoint="https://push.example/" + "a" * 2000),
    given(endpoint="https://push.example/" + "a" * 5000),
    given(endpoint="https://push.example/Trần Văn Mít"),
    given(keys={"p256dh": "B" + "x" * 85, "auth": "y" * 22}),
    given(keys={"p256dh": "A" + "x" * 86, "auth": "y" * 22}),
    given(keys={"p256dh": "B" + "x" * 86, "auth": "y" * 21}),
    given(keys={"p256dh": "B" + "x" * 86}),
    given(name="Trần Văn Mít"),
]


async def test_what_is_no_browser_of_the_open_internet_is_refused_without_being_repeated(settled: Settled) -> None:
    world, actors = settled
    for body in REFUSED:
        answer = await say(world, actors[OFFICIAL], body)
        assert (body, answer.status_code, answer.json()["code"]) == (body, 422, "INVALID_PARAMETER")
        assert not any(word in answer.text for word in ("push.example", "Mít", "10.1.2.3"))
    for body in ({}, {"id": "a" * 19}, {"id": "g" * 20}, {"endpoint": "https://push.example/send/a"}):
        assert (await say(world, actors[OFFICIAL], body, PATH + "/end")).status_code == 422
    for name, status in (("operator", 403), ("operator's machine", 403), ("reader of Hải Châu", 403), ("nobody", 401)):
        assert (await say(world, actors[name], given())).status_code == status
    for headers in ({"origin": "https://elsewhere.example"}, {"origin": "null"}):
        for path, body in ((PATH, given()), (PATH + "/end", {"id": id_of("a")})):
            assert (await say(world, actors[OFFICIAL], body, path, **headers)).json()["code"] == "CROSS_SITE"
    assert list(await stored(world)) == []
    assert (await say(world, actors[OFFICIAL], given(endpoint="http://10.9.0.1/push"))).status_code == 200  # the operator's own network


async def test_without_a_key_nothing_is_offered_or_taken_and_all_can_be_switched_off(open_world: Opened) -> None:
    async with open_world() as world:
        me = (await settle(world))[OFFICIAL]
        answer = await world.http.get("/api/v1/push-key", headers=dict(me.headers))
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert ((await say(world, me, given())).status_code, (await end(world, me, id_of("a"))).status_code) == (404, 200)


async def test_what_is_not_stored_is_not_answered_as_if_it_were(settled: Settled) -> None:
    world, actors = settled
    await world.stop("worker")
    world.browsers = KafkaBrowsers(world.settings.model_copy(update={"kafka": "127.0.0.1:9"}), lambda: None)
    await world.start_worker()
    answer = await eventually(lambda: _not_ready(world, actors[OFFICIAL]))
    assert answer.json()["detail"] == "not stored: say it again"


async def _not_ready(world: World, actor: Actor) -> httpx.Response | None:
    answer = await say(world, actor, given())
    return answer if answer.json().get("detail", "").startswith("not stored") else None


async def test_the_browsers_of_who_left_are_taken_out_of_the_topic(settled: Settled, monkeypatch: pytest.MonkeyPatch) -> None:
    world, actors = settled
    monkeypatch.setattr(fenced_book, "SWEEP_SECONDS", 0.2)
    await say(world, actors[OFFICIAL], given("gone"))
    await say(world, actors[LEADER], given("stays"))
    await world.stop("worker")
    await world.start_worker()
    await world.say(PEOPLE, actors[OFFICIAL].secrets[2], None)
    await eventually(lambda: _only(world, [id_of("stays")]))


async def _only(world: World, wanted: list[str]) -> bool:
    return [each.id for each in await stored(world)] == wanted
