"""The topic `push-subscriptions`: followed whole, written behind a fence, so that what is decided stands on what is there."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable

from dunghen.contracts.people import PeopleBook
from dunghen.contracts.subscriptions import SubscriptionBook
from dunghen.contracts.topics import PEOPLE, PUSH_SUBSCRIPTIONS
from dunghen.platform import kafka
from dunghen.platform.fenced import writing
from dunghen.platform.kafka_sender import NotStored
from dunghen.platform.whole_topics import WholeTopics
from services.api import metrics
from services.api.adapters.fenced_turns import FencedTurns
from services.api.browsers import Change, Decide, swept
from services.api.settings import ApiSettings

SWEEP_SECONDS = 600.0


class KafkaBrowsers:
    """The port `Browsers`. `run` keeps it level, and takes out those of who left. `people`: the directory, None before it is known."""

    def __init__(self, settings: ApiSettings, people: Callable[[], PeopleBook | None]) -> None:
        self._settings, self._people = settings, people
        self._book = SubscriptionBook()
        self._topic = WholeTopics(settings, [PUSH_SUBSCRIPTIONS], self._book.take)
        self._turns = FencedTurns(settings.said_seconds)

    def book(self) -> SubscriptionBook | None:
        """None as long as it is not level. It may be a moment behind what another worker wrote."""
        return self._book if self._topic.level.is_set() else None

    async def change(self, decide: Decide) -> SubscriptionBook:
        """Writes what is decided on all that is there, and gives all that is there then. Raises NotStored."""
        return await self._turns.take(lambda: self._changed(decide))

    async def run(self) -> None:
        """For ever, also while Kafka is away."""
        await asyncio.gather(self._topic.run(), self._sweep())

    async def _changed(self, decide: Decide) -> SubscriptionBook:
        book, people = SubscriptionBook(), PeopleBook()
        async with writing(self._settings, PUSH_SUBSCRIPTIONS) as writer:
            await kafka.read_all(self._settings, (PUSH_SUBSCRIPTIONS, 0), lambda key, value, *_: book.take(key, value))
            await kafka.read_all(self._settings, (PEOPLE, 0), lambda key, value, *_: people.take(key, value))
            change = decide(book, people)
            await writer.write({(PUSH_SUBSCRIPTIONS, 0): change.records})
        _count(change)
        for key, value in change.records:
            book.take(key, value)
        return book

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS * random.uniform(0.5, 1.5))
            book, people = self.book(), self._people()
            if book is None or people is None or not swept(book, people).records:
                continue
            with contextlib.suppress(NotStored):  # the next time
                await self.change(swept)


def _count(change: Change) -> None:
    on = sum(value is not None for _, value in change.records)
    metrics.BROWSERS.labels(change="on").inc(on)
    metrics.BROWSERS.labels(change="swept" if change.reason == "SWEPT" else "off").inc(len(change.records) - on)
