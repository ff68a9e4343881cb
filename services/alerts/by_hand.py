"""What an operator asks of the channels by hand: `python -m services.alerts.by_hand test|vapid|push-key` (`dunghen` starts it).

`push-key` says the same as `vapid` where messages go to browsers, else nothing.

An address comes by standard input: a command line can be seen by every user of the machine, and is kept in logs of processes.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from typing import Annotated

import msgspec
from msgspec import Meta

from dunghen.contracts.people import PeopleBook
from dunghen.contracts.subscriptions import SubscriptionBook
from dunghen.contracts.topics import PEOPLE, PUSH_SUBSCRIPTIONS
from dunghen.platform import kafka, logs
from dunghen.platform.settings import SettingsError, load
from dunghen.platform.store import StoreError, open_store
from services.alerts.adapters.followed_subscriptions import FollowedSubscriptions
from services.alerts.adapters.push_channel import public_key, vapid_key
from services.alerts.channels import Needs, names, open_channels
from services.alerts.ports import Channel, Letter, LineAway, Recipient, RefusedForGood, RefusedForNow
from services.alerts.settings import AlertsSettings
from services.alerts.words import Words

WORDS = Words(
    (("Tin thử", "kênh này đã hoạt động"),),
    ("Không có hồ sơ nào trong tin này và không cần làm gì. This is a test: there is nothing to do.",),
)


class Trial(msgspec.Struct, frozen=True):
    """Whom to send to: a mail address, or the internal id of a person or unit; `channel`: "" for the first that reaches it."""

    to: Annotated[str, Meta(min_length=1, max_length=254)]
    channel: str = ""


async def try_out(settings: AlertsSettings, trial: Trial) -> tuple[bool, str]:
    """Sends one message; whether it was taken, and what the server said, as its code."""
    subscriptions = await _subscriptions(settings)
    recipient = Recipient("test", "test", trial.to) if "@" in trial.to else Recipient(trial.to, trial.to)
    by = trial.channel or ("mail" if "@" in trial.to else "")
    wanted = [each for each in open_channels(Needs(settings, subscriptions)) if by in ("", each.name)]
    channel = next((each for each in wanted if each.line(recipient)), None)
    if channel is None:
        return False, f"no channel reaches this recipient; in use: {', '.join(names(settings))}"
    domain = settings.mail_from.partition("@")[2]
    try:
        return await _send(channel, Letter(f"{secrets.token_hex(10)}@{domain}", recipient, "Tin thử của Đúng Hẹn", WORDS))
    finally:
        await channel.rest()


async def _send(channel: Channel, letter: Letter) -> tuple[bool, str]:
    try:
        return True, f"{channel.name}: taken, {await channel.send(letter)}"
    except LineAway as fault:
        return False, f"{channel.name}: cannot be reached now, {fault}{' (it may have arrived)' if fault.unknown else ''}"
    except RefusedForNow as fault:
        return False, f"{channel.name}: refused for now, {fault}"
    except RefusedForGood as fault:
        return False, f"{channel.name}: refused for good, {fault}"


async def _subscriptions(settings: AlertsSettings) -> FollowedSubscriptions:
    """As alerts has them; nothing of its database is changed from here. Nobody's where Kafka is away or alerts has not run here yet."""
    browsers, people = SubscriptionBook(), PeopleBook()
    store = open_store(settings, "alerts", read_only=True)
    subscriptions = FollowedSubscriptions(store, browsers, people.opens, keeping=False)
    try:
        if "push" in names(settings):
            for topic, book in ((PUSH_SUBSCRIPTIONS, browsers), (PEOPLE, people)):
                await kafka.read_all(settings, (topic, 0), lambda key, value, *_, take=book.take: take(key, value))
            await subscriptions.load()
    except (StoreError, kafka.Unreachable, kafka.MissingTopic):
        pass
    finally:
        await store.close()
    return subscriptions


def main() -> int:
    """0 if the message was taken."""
    logs.configure("alerts", "error")
    try:
        settings = load(AlertsSettings)
    except SettingsError as fault:
        sys.exit(f"settings of alerts:\n{fault}")
    if sys.argv[1:] in (["vapid"], ["push-key"]):
        if sys.argv[1] == "vapid" or "push" in names(settings):
            print(public_key(vapid_key(settings)))  # noqa: T201 - a command
        return 0
    trial = msgspec.json.decode(sys.stdin.buffer.read(), type=Trial)
    taken, said = asyncio.run(try_out(settings, trial))
    print(said)  # noqa: T201 - a command
    return 0 if taken else 1


if __name__ == "__main__":
    sys.exit(main())
