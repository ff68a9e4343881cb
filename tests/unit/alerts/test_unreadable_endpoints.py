"""An endpoint that nobody can read was stored once: it reaches nobody, and nobody else goes without notice for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from alerts_world import HAI_CHAU, World, local, stepped, synced
from msgspec.structs import replace

from dunghen.contracts.people import PersonRecord, PostRecord, encode_person
from dunghen.contracts.subscriptions import Subscription, SubscriptionBook, encode_subscription
from dunghen.platform.outward import RefusedForGood
from dunghen.platform.outward_http import Outward
from services.alerts.adapters.push_channel import PushChannel
from services.alerts.ports import Letter, Recipient
from services.alerts.words import Words

UNREADABLE = (
    "https://xn--a.com/x",
    "https://xn--.com",
    "https://push.xn--0.example.com/x",
    "https://[::1/x",
    "https://push.example:99999/",
)
OFFICIAL = "p0000000000000001"
RECEIVED = local("2026-11-16 08:00")


@dataclass
class Subscriptions:
    book: SubscriptionBook = field(default_factory=SubscriptionBook)

    def add(self, endpoint: str, made_at: int) -> None:
        asked = Subscription(person=OFFICIAL, endpoint=endpoint, p256dh="B" + "A" * 86, auth="A" * 22, made_at=made_at)
        self.book.take(asked.id.encode(), encode_subscription(asked))

    def of(self, person: str) -> tuple[Subscription, ...]:
        return self.book.of(person)

    async def gone(self, _: Subscription) -> None:
        raise AssertionError


def push_of(world: World, folder: Path, *endpoints: str) -> PushChannel:
    """The first is the one that was asked for first."""
    subscriptions = Subscriptions()
    for made_at, endpoint in enumerate(endpoints):
        subscriptions.add(endpoint, made_at)
    return PushChannel(world.settings.model_copy(update={"data": folder}), subscriptions, Outward((), 1.0))


@pytest.mark.parametrize("endpoint", UNREADABLE)
async def test_its_person_is_told_by_the_next_channel_at_the_clock_and_at_a_takeover(endpoint: str, tmp_path: Path) -> None:
    world = World(alerts_channels="push,mail")
    push = push_of(world, tmp_path, endpoint)
    world.channels = [push, world.mailer]
    official = PersonRecord(
        id=OFFICIAL, ref="1" * 32, posts=(PostRecord(unit=HAI_CHAU, role="official"),), address="official@danang.example"
    )
    world.people.take(OFFICIAL.encode(), encode_person(official))
    await world.start()
    world.say(synced(RECEIVED))
    world.say(replace(stepped(RECEIVED + 60, 4), handler=OFFICIAL))
    await world.at("2026-11-23 08:00")
    world.clock.at = local("2026-11-27 08:00")
    await world.start()
    await world.settle()
    assert [(n.stage, n.channel, n.refused) for n in world.last(state="delivered")] == [("half", "mail", ()), ("nine_tenths", "mail", ())]


@pytest.mark.parametrize("endpoint", UNREADABLE)
async def test_it_is_no_line_and_never_posted_to(endpoint: str, tmp_path: Path) -> None:
    to = Recipient(OFFICIAL, HAI_CHAU, "")
    push = push_of(World(), tmp_path, endpoint)
    assert push.line(to) == ""
    with pytest.raises(RefusedForGood, match="NO_SUBSCRIPTION"):
        await push.send(Letter("0123@danang.example", to, "", Words((), ())))
    assert push_of(World(), tmp_path, "https://push.example/x", endpoint).line(to) == "push:push.example:443"


@pytest.mark.parametrize("endpoint", UNREADABLE)
async def test_what_is_posted_to_all_the_same_is_refused_before_any_name_is_looked_up(endpoint: str) -> None:
    with pytest.raises(RefusedForGood, match="BAD_URL"):
        await Outward((), 1.0).post(endpoint, b"", {})
