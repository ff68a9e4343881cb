"""The topic `band-webhooks`: followed whole, written behind a fence, so that what is decided stands on what is there."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable

from dunghen.contracts.band_webhooks import BandWebhookBook
from dunghen.contracts.keys import KeyBook
from dunghen.contracts.topics import BAND_WEBHOOKS, KEYS
from dunghen.platform import kafka
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.fenced import writing
from dunghen.platform.kafka_sender import NotStored
from dunghen.platform.whole_topics import WholeTopics
from services.api.adapters.fenced_turns import FencedTurns
from services.api.settings import ApiSettings
from services.api.webhook_records import Change, Decide, swept

SWEEP_SECONDS = 600.0


class KafkaBandWebhooks:
    """The port `Webhooks`. `keys`: None before they are known."""

    def __init__(self, settings: ApiSettings, keys: Callable[[], KeyBook | None]) -> None:
        self._settings, self._keys = settings, keys
        self._book = BandWebhookBook()
        self._topic = WholeTopics(settings, [BAND_WEBHOOKS], self._book.take)
        self._turns = FencedTurns(settings.said_seconds)

    def book(self) -> BandWebhookBook | None:
        """None as long as it is not level. It may be a moment behind what another worker wrote."""
        return self._book if self._topic.level.is_set() else None

    async def change(self, decide: Decide) -> tuple[BandWebhookBook, str]:
        """Writes what is decided on all that is there; gives all that is there then, and why. Raises NotStored."""
        return await self._turns.take(lambda: self._changed(decide))

    async def follow(self) -> None:
        """For ever, also while Kafka is away: for who only reads."""
        await self._topic.run()

    async def run(self) -> None:
        """The same, and takes out those whose key is gone."""
        await asyncio.gather(self.follow(), self._sweep())

    async def _changed(self, decide: Decide) -> tuple[BandWebhookBook, str]:
        book, keys = BandWebhookBook(), KeyBook()
        async with writing(self._settings, BAND_WEBHOOKS) as writer:
            await kafka.read_all(self._settings, (BAND_WEBHOOKS, 0), lambda key, value, *_: book.take(key, value))
            await kafka.read_all(self._settings, (KEYS, 0), lambda key, value, *_: keys.take(key, value))
            change = decide(book, keys)
            await writer.write({(BAND_WEBHOOKS, 0): change.records})
        for key, value in change.records:
            book.take(key, value)
        return book, change.reason

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS * random.uniform(0.5, 1.5))
            book, keys = self.book(), self._keys()
            if book is None or keys is None or not _swept(book, keys).records:
                continue
            with contextlib.suppress(NotStored):  # the next time
                await self.change(_swept)


def _swept(book: BandWebhookBook, keys: KeyBook) -> Change:
    return swept(book, keys, real_milliseconds() // 1000)
