"""Changes of band, from a real Kafka to a real HTTP endpoint, told by the real process: in order, over kills, signed."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from access_world import key_of
from api_world import Opened, World, score
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from dunghen.contracts.band_webhooks import BandWebhookBook
from dunghen.contracts.topics import BAND_WEBHOOKS, KEYS
from dunghen.platform import kafka
from dunghen.platform.local.servers import LocalServer, free_port, launch
from services.api.adapters import fenced_book
from tests.eventually import eventually_async as eventually
from tests.http_receiver import HOST, HttpReceiver

PATH = "/api/v1/webhooks"
OUR_OWN = "127.0.0.1/32"  # the operator's own network: posted to although it is not public


@dataclass
class Subscriber:
    """A program with a key of its own and an address at which it is told."""

    world: World
    http: HttpReceiver
    key: Any
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.http.port}/hook"

    async def say(self, path: str, body: Any, key: Any = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {(key or self.key).text}"}
        return await self.world.http.post(path, json=body, headers=headers, timeout=30)

    async def subscribe(self, **wanted: Any) -> httpx.Response:
        answer = await self.say(PATH, {"url": self.url, **wanted})
        self.made = answer.json()
        return answer

    async def listed(self, key: Any = None) -> list[dict[str, Any]]:
        answer = await self.world.http.get(PATH, headers={"authorization": f"Bearer {(key or self.key).text}"})
        return list(answer.json()["webhooks"])

    async def in_state(self, state: str) -> dict[str, Any] | None:
        return next((each for each in await self.listed() if (each["id"], each["state"]) == (self.made["id"], state)), None)

    def messages(self) -> list[tuple[str, Any]]:
        """(id, body) of everything received. Raises WebhookVerificationError where a signature does not hold."""
        return [(headers["webhook-id"], Verifier(self.made["secret"]).verify(body, headers)) for headers, body in self.http.requests]

    def changes(self) -> list[list[tuple[str, str, str, int, int]]]:
        told = [body["data"]["changes"] for _, body in self.messages() if body["type"] == "unit.bands_changed"]
        return [[(c["unit"], c["from"], c["to"], c["numerator"], c["denominator"]) for c in changes] for changes in told]


def teller(world: World, **more: str) -> LocalServer:
    """The process that tells, over the same Kafka, Redis and data folder."""
    given = world.settings
    env = {
        "KAFKA": given.kafka,
        "REDIS": given.redis,
        "NAMESPACE": given.namespace,
        "DATA": str(given.data),
        "PARTITIONS": str(given.partitions),
        "ALERTS_PRIVATE_NETWORKS": OUR_OWN,
        "WEBHOOK_CALM_SECONDS": "0",
        "WEBHOOK_RETRY_SHORTEST": "0.1",
        "WEBHOOK_RETRY_LONGEST": "0.2",
        **more,
    }
    pairs = (f"DUNGHEN_{name}={value}" for name, value in env.items())
    return launch(("env", *pairs, sys.executable, "-m", "services.api", "webhooks"), 0, given.data / "webhooks.log")


@asynccontextmanager
async def running(world: World, **more: str) -> AsyncIterator[LocalServer]:
    process = teller(world, **more)
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture
async def subscriber(open_world: Opened) -> AsyncIterator[Subscriber]:
    async with open_world(alerts_private_networks=OUR_OWN) as world:
        http, key = HttpReceiver(), key_of("consumer", "newsroom")
        await http.start()
        await world.say(KEYS, key.record.id, key.record)
        made = Subscriber(world, http, key)
        await eventually(lambda: _lets_in(made))
        try:
            yield made
        finally:
            await http.stop()


async def _lets_in(of: Subscriber) -> bool:
    return (await of.world.http.get(PATH, headers={"authorization": f"Bearer {of.key.text}"})).status_code == 200


async def stored(world: World) -> BandWebhookBook:
    book = BandWebhookBook()
    await kafka.read_all(world.settings, (BAND_WEBHOOKS, 0), lambda key, value, *_: book.take(key, value))
    return book


async def change(world: World, *scores: tuple[str, int, int]) -> None:
    await world.scores(*(score(*each) for each in scores))


async def test_a_change_of_band_reaches_who_subscribed_signed_with_exact_counts(subscriber: Subscriber) -> None:
    answer = await subscriber.subscribe(window="30d", kind="locality")
    assert (answer.status_code, subscriber.made["secret"][:6], subscriber.made["state"]) == (201, "whsec_", "starting")
    async with running(subscriber.world):
        await eventually(lambda: subscriber.in_state("delivering"))
        await change(subscriber.world, ("20242", 85, 15), ("20194", 3, 1), ("H17.10", 1, 9))
        await eventually(lambda: subscriber.changes())
        shown = await subscriber.world.map(window="30d")
        row = next(unit for unit in shown["units"] if unit["code"] == "20242")
        assert subscriber.changes() == [[("20242", "green", row["band"], row["numerator"], row["denominator"])]]
        ((message_id, body),) = subscriber.messages()
        assert (message_id.split(".")[::2], body["data"]["sequence"], body["data"]["window"]) == ([subscriber.made["id"], "1"], 1, "30d")
        assert (await eventually(lambda: subscriber.in_state("delivering")))["sequence"] == 1
    headers, raw = subscriber.http.requests[0]
    with pytest.raises(WebhookVerificationError):
        Verifier(subscriber.made["secret"]).verify(raw.replace(b"85", b"95"), headers)


async def test_it_is_ready_without_subscribers_says_how_they_fare_and_bears_no_second_one(subscriber: Subscriber) -> None:
    port = free_port()
    async with running(subscriber.world, METRICS_PORT=str(port)), httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=60) as asked:
        await eventually(lambda: _ready(asked))
        await subscriber.subscribe()
        await eventually(lambda: _says(asked, 'dunghen_api_webhooks{state="delivering"} 1.0'))
        assert (await asked.get("/readyz")).text == "ok\n"
        async with running(subscriber.world) as second:
            assert await eventually(lambda: second.process.poll() is not None and second.process.returncode) == 75
        await subscriber.say(PATH + "/end", {"id": subscriber.made["id"]})
        await eventually(lambda: _says(asked, 'dunghen_api_webhooks{state="delivering"} 0.0'))


async def _ready(asked: httpx.AsyncClient) -> bool:
    return (await asked.get("/readyz")).status_code == 200


async def _says(asked: httpx.AsyncClient, line: str) -> bool:
    return line in (await asked.get("/metrics")).text.splitlines()


async def test_a_kill_while_a_message_is_under_way_repeats_it_under_the_same_id_and_order_holds(subscriber: Subscriber) -> None:
    await subscriber.subscribe(window="month", kind="locality")
    subscriber.http.hold = True
    async with running(subscriber.world) as process:
        await eventually(lambda: subscriber.in_state("delivering"))
        await change(subscriber.world, ("20242", 85, 15))
        await eventually(lambda: subscriber.http.requests)
        process.process.kill()
    await change(subscriber.world, ("20242", 75, 25), ("20194", 95, 5))
    await change(subscriber.world, ("20194", 3, 1))  # undone before it was told
    subscriber.http.hold = False
    async with running(subscriber.world):
        await eventually(lambda: len(subscriber.http.requests) >= 3)
        await eventually(lambda: subscriber.in_state("delivering"))
    ids = [message_id for message_id, _ in subscriber.messages()]
    assert [one.rpartition(".")[2] for one in ids] == ["1", "1", "2"]
    assert ids[0] == ids[1]
    assert [[each[:3] for each in changes] for changes in subscriber.changes()] == [
        [("20242", "green", "yellow")],
        [("20242", "green", "yellow")],
        [("20242", "yellow", "orange")],
    ]


async def test_a_rebuilt_map_tells_nothing_that_was_told(subscriber: Subscriber) -> None:
    """Redis emptied, the projector begins anew: bands are as they were, and nobody hears a word."""
    world = subscriber.world
    await subscriber.subscribe(window="month")
    async with running(world):
        await eventually(lambda: subscriber.in_state("delivering"))
        before = (await world.map())["version"]
        await world.projector.board.clear()
        await eventually(lambda: _newer(world, before))
        await change(world, ("20194", 99, 1))
        await eventually(lambda: subscriber.changes())
        assert [[each[0] for each in changes] for changes in subscriber.changes()] == [["20194"]]


async def _newer(world: World, version: int) -> bool:
    return bool((await world.map())["version"] > version)


async def test_who_never_answers_is_given_up_and_told_so_and_begins_again_at_a_wish(subscriber: Subscriber) -> None:
    await subscriber.subscribe()
    subscriber.http.answers = [500] * 1000
    async with running(subscriber.world, WEBHOOK_GIVE_UP_HOURS="0.0003"):  # about a second
        await eventually(lambda: subscriber.in_state("delivering"))
        await change(subscriber.world, ("20242", 85, 15))
        failing = await eventually(lambda: subscriber.in_state("failing"))
        assert (failing["code"], failing["failures"] > 1, failing["waiting_since"] is not None) == ("500", True, True)
        tried = len(subscriber.http.requests)
        subscriber.http.answers = []
        assert (await subscriber.say(PATH + "/test", {"id": subscriber.made["id"]})).status_code == 200
        await eventually(lambda: subscriber.in_state("delivering"))
    assert len(subscriber.http.requests) == tried + 1
    [only] = {message_id for message_id, _ in subscriber.messages()}
    assert only.split(".")[::2] == [subscriber.made["id"], "1"]


async def test_one_is_asked_to_try_and_sends_a_message_that_says_nothing(subscriber: Subscriber) -> None:
    await subscriber.subscribe()
    async with running(subscriber.world):
        one = {"id": subscriber.made["id"]}
        assert (await subscriber.say(PATH + "/test", one)).status_code == 200
        assert (await subscriber.say(PATH + "/test", one)).json()["code"] == "TOO_MANY_REQUESTS"
        await eventually(lambda: subscriber.messages())
        assert [body["type"] for _, body in subscriber.messages()] == ["webhook.test"]
        assert (await subscriber.say(PATH + "/end", one)).json() == {"webhooks": []}
        await eventually(lambda: _none(subscriber.world))
    assert (await subscriber.say(PATH + "/end", one)).json()["code"] == "UNKNOWN_WEBHOOK"


async def _none(world: World) -> bool:
    return not list(await stored(world))


async def test_an_address_inside_that_the_operator_did_not_allow_is_never_posted_to(subscriber: Subscriber) -> None:
    """Taken while the network was allowed, asked again at sending: as a name that stands for another address later."""
    await subscriber.subscribe()
    async with running(subscriber.world, ALERTS_PRIVATE_NETWORKS="10.9.0.0/16"):
        await subscriber.say(PATH + "/test", {"id": subscriber.made["id"]})
        failing = await eventually(lambda: subscriber.in_state("failing"))
    assert (failing["code"], subscriber.http.requests) == ("ADDRESS_FORBIDDEN", [])


REFUSED: list[Any] = [
    {},
    {"url": "ftp://a.example/"},
    {"url": "http://a.example/"},
    {"url": "https://10.1.2.3/"},
    {"url": "https://169.254.169.254/latest"},
    {"url": "https://[::1]/"},
    {"url": "https://kafka:9092/"},
    {"url": "https://a:b@a.example/"},
    {"url": "https://a.example/Trần Văn Mít"},
    {"url": "https://a.example/", "window": "2026-10"},
    {"url": "https://a.example/", "rate": "official", "indicator": "RANKED"},
    {"url": "https://a.example/", "units": ["Trần Văn Mít"]},
    {"url": "https://a.example/", "name": "Trần Văn Mít"},
]


async def test_what_cannot_be_told_is_refused_without_being_repeated(subscriber: Subscriber) -> None:
    for body in REFUSED:
        answer = await subscriber.say(PATH, body)
        assert (body, answer.status_code, answer.json()["code"]) == (body, 422, "INVALID_PARAMETER")
        assert "Mít" not in answer.text
    url = "https://a.example/"
    assert (await subscriber.say(PATH, {"url": url, "indicator": "NOTHING"})).json()["code"] == "UNKNOWN_INDICATOR"
    assert (await subscriber.say(PATH, {"url": url, "units": ["99999"]})).json()["code"] == "UNKNOWN_UNIT"
    assert list(await stored(subscriber.world)) == []


async def test_each_sees_its_own_an_operator_all_and_a_rotated_key_keeps_them(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, old = subscriber.world, subscriber.key
    other, operator = key_of("consumer", "other"), key_of("operator", "")
    newer = key_of("consumer", "newsroom", replaces=old.record.id)
    for key in (other, operator, newer):
        await world.say(KEYS, key.record.id, key.record)
    await subscriber.subscribe(units=["20242"])
    await eventually(lambda: _shown(subscriber, newer))
    assert (await subscriber.listed(newer))[0]["url"] == subscriber.url
    assert await subscriber.listed(other) == []
    (seen,) = await subscriber.listed(operator)
    assert (seen["url"], "secret" in seen) == (HOST, False)
    one = {"id": subscriber.made["id"]}
    assert (await subscriber.say(PATH + "/end", one, other)).json()["code"] == "UNKNOWN_WEBHOOK"
    assert (await subscriber.say(PATH, {"url": subscriber.url}, operator)).status_code == 403
    await _ends_with_its_key(subscriber, newer, monkeypatch)


async def _ends_with_its_key(subscriber: Subscriber, newer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fenced_book, "SWEEP_SECONDS", 0.2)
    world = subscriber.world
    await world.stop("worker")
    await world.start_worker()
    for key in (subscriber.key, newer):
        await world.say(KEYS, key.record.id, None)
    await eventually(lambda: _none(world))


async def _shown(subscriber: Subscriber, key: Any) -> bool:
    answer = await subscriber.world.http.get(PATH, headers={"authorization": f"Bearer {key.text}"})
    return answer.status_code == 200 and len(answer.json()["webhooks"]) == 1
