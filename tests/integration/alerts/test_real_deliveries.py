"""Each channel to a real receiver, and what the outbox says of it: when all is well, when the receiver fails, takes a message and never
answers, knows nobody by that address any more, or is slow. The outbox is a real SQLite file; the receivers are real servers."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alerts_process import MailServer
from receivers import SECRET, Browser, HttpReceiver, Mailbox, WebhookEnd

sys.path.append(str(Path(__file__).parents[2] / "unit" / "alerts"))  # the world of the unit tests, here with real ways out

from alerts_world import HAI_CHAU, World, local, synced

from dunghen.contracts.subscriptions import SubscriptionBook, encode_subscription
from dunghen.platform.store import Query
from dunghen.platform.store.sqlite import SqliteStore
from services.alerts.adapters.followed_subscriptions import FollowedSubscriptions
from services.alerts.channels import Needs, open_channels

HALF = "2026-11-23 08:00"
CHANNELS = ("mail", "push", "webhook")
GONE = {"mail": "550", "push": "410", "webhook": "410"}
FOR_EVER, SHORT = (
    30.0,
    3.0,
)  # how long a receiver may take: longer than any does that answers, and as long as one is waited for that does not


@dataclass
class Place:
    """A world whose only channel ends at `end`."""

    world: World
    end: Any
    subscriptions: FollowedSubscriptions

    async def once(self, when: str = HALF) -> None:
        """The clock moves there; every notice is tried once."""
        self.world.clock.at = local(when)
        self.world.handlers.on_tick()
        await self.world.handlers.courier.round()

    async def row(self) -> dict[str, Any]:
        """The one row as it stands in the database."""
        (document,) = (await self.world.store.find(Query("notices"))).documents
        return dict(document.body)


@pytest.fixture
async def http() -> AsyncIterator[HttpReceiver]:
    receiver = HttpReceiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


async def subscribed(store: SqliteStore, *browsers: Browser) -> FollowedSubscriptions:
    """Of the desk of Hải Châu, as the topic has them."""
    book = SubscriptionBook()
    for browser in browsers:
        record = browser.subscription(HAI_CHAU)
        book.take(record.id.encode(), encode_subscription(record))
    subscriptions = FollowedSubscriptions(store, book, lambda *_: True)
    await subscriptions.load()
    return subscriptions


@pytest.fixture
def patience() -> float:
    return FOR_EVER


@pytest.fixture(params=CHANNELS)
async def place(
    request: pytest.FixtureRequest, http: HttpReceiver, mail: MailServer, patience: float, tmp_path: Path
) -> AsyncIterator[Place]:
    store = SqliteStore(tmp_path / "alerts.db")
    end: Any = {"mail": Mailbox(mail), "push": Browser(http), "webhook": WebhookEnd(http)}[request.param]
    hooks = [{"url": end.url, "secrets": [SECRET]}] if request.param == "webhook" else []
    given = {"alerts_private_networks": "127.0.0.0/8", "outward_seconds": patience, "smtp_port": mail.port, "smtp_timeout": patience}
    world = World(alerts_channels=request.param, webhooks=hooks, data=tmp_path, **given)
    world.store = store
    subscriptions = await subscribed(store, *([end] if request.param == "push" else []))
    world.channels = list(open_channels(Needs(world.settings, subscriptions)))
    await world.start()
    world.say(synced(local("2026-11-16 08:00")))
    yield Place(world, end, subscriptions)
    await store.close()


async def test_a_message_arrives_once_and_says_dossier_procedure_time_left_and_nothing_else_of_anybody(place: Place) -> None:
    await place.once()
    await place.world.settle()
    row, ((message_id, said),) = await place.row(), place.end.messages()
    assert (row["state"], row["channel"], row["attempts"], row["unknown"]) == ("delivered", place.world.channels[0].name, 1, False)
    assert row["message_id"].startswith(message_id.partition("@")[0])
    text = str(said.get_body(("plain",)).get_content()) if hasattr(said, "get_body") else str(said)
    for part in ("H17.31-261116-0001", "1.004222", "còn 5 ngày"):
        assert part in text + str(said.get("subject", ""))
    assert "@" not in text.replace(message_id, "")


async def test_a_receiver_that_fails_leaves_it_pending_and_gets_it_with_the_same_id_later(place: Place) -> None:
    place.end.trouble("fails")
    await place.once()
    row = await place.row()
    assert (row["state"], row["attempts"], row["unknown"], row["refused"]) == ("pending", 1, False, [])
    place.end.trouble("")
    await place.world.settle()
    row = await place.row()
    assert (row["state"], row["attempts"], place.world.metric("repeats_total")) == ("delivered", 2, 0)
    assert len({message_id for message_id, _ in place.end.messages()}) == 1


@pytest.mark.parametrize("patience", [SHORT])
async def test_a_receiver_that_takes_it_and_never_answers_may_get_it_twice_with_the_same_id(place: Place) -> None:
    place.end.trouble("hangs")
    await place.once()
    row = await place.row()
    assert (row["state"], row["attempts"], row["unknown"], row["refused"]) == ("pending", 1, True, [])
    place.end.trouble("")
    await place.world.settle()
    assert ((await place.row())["state"], place.world.metric("repeats_total")) == ("delivered", 1)
    ids = [message_id for message_id, _ in place.end.messages()]
    assert (len(ids), len(set(ids))) == (2, 1)


async def test_a_receiver_that_knows_nobody_there_any_more_has_failed_it_for_good(place: Place) -> None:
    place.end.trouble("gone")
    await place.once()
    place.end.trouble("")
    await place.world.settle()
    row, name = await place.row(), place.world.channels[0].name
    assert (row["state"], row["reason"], row["attempts"]) == ("failed", f"REFUSED_{GONE[name]}", 1)
    assert row["refused"] == [f"{name}:{GONE[name]}"]
    assert place.world.metric("refusals_total", channel=name) == 1
    assert place.subscriptions.of(HAI_CHAU) == ()


async def test_a_slow_receiver_is_waited_for(place: Place) -> None:
    place.end.trouble("slow")
    await place.once()
    row = await place.row()
    assert (row["state"], row["attempts"], len(place.end.messages())) == ("delivered", 1, 1)


async def test_a_refusal_for_good_by_push_and_webhook_ends_in_a_mail(http: HttpReceiver, mail: MailServer, tmp_path: Path) -> None:
    """All three, in order, under one row: the browser is gone, the webhook is gone, the mail arrives."""
    store = SqliteStore(tmp_path / "alerts.db")
    subscriptions = await subscribed(store, Browser(http))
    given = {"alerts_private_networks": "127.0.0.0/8", "smtp_port": mail.port, "data": tmp_path, "alerts_channels": "push,webhook,mail"}
    world = World(webhooks=[{"url": WebhookEnd(http).url, "secrets": [SECRET], "units": [HAI_CHAU]}], **given)
    world.store, http.answers = store, [410, 410]
    world.channels = list(open_channels(Needs(world.settings, subscriptions)))
    await world.start()
    world.say(synced(local("2026-11-16 08:00")))
    await world.at(HALF)
    ((_, letter),) = Mailbox(mail).messages()
    assert [(n.state, n.channel, n.refused, n.attempts) for n in world.last()] == [
        ("delivered", "mail", ("push:410", "webhook:410"), 3),
    ]
    assert letter.get_body(("html",)).get_content().count("H17.31-261116-0001") == 3  # title, heading, first line
    await store.close()
