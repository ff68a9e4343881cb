"""The states of sending systems in the topic `feeds`: read back at start, published at most once a second each."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiokafka.errors import KafkaError

from dunghen.contracts.messages import FeedState, decode_feed, encode
from dunghen.contracts.topics import FEEDS
from dunghen.platform import kafka
from dunghen.platform.kafka_sender import RETRY_SECONDS, KafkaSender, Outgoing
from dunghen.platform.logs import get_logger
from services.ingest.ports import Ports, Unavailable

log = get_logger("kafka_feeds")
PUBLISH_SECONDS = 1.0
SOON_SECONDS = 0.02  # who waits, waits so long for others


class KafkaFeeds:
    """Carries a FeedBook to and from its topic. One process writes it."""

    def __init__(self, sender: KafkaSender, ports: Ports) -> None:
        self.sender, self.ports = sender, ports
        self._soon: asyncio.Task[bool] | None = None

    async def run(self) -> None:
        """Reads what an earlier run has counted, then publishes for ever what changes."""
        for feed in (await self._earlier()).values():
            self.ports.feeds.resume(feed)
        self.ports.feeds_known = True
        while True:
            await asyncio.sleep(PUBLISH_SECONDS)
            await self.publish()

    async def publish(self) -> None:
        """Everything that changed, now; what fails stays changed."""
        with suppress(Unavailable):
            await self.store()

    async def store(self) -> None:
        """The same for whoever waits for it. Raises Unavailable."""
        changed = self.ports.feeds.take_changed()
        try:
            await self.sender.send_all([Outgoing(FEEDS, 0, feed.source.encode(), encode(feed)) for feed in changed])
        except (Unavailable, asyncio.CancelledError):  # who is stopping will publish once more
            self.ports.feeds.give_back(changed)
            raise

    async def store_soon(self) -> None:
        """The same, together with all who ask within SOON_SECONDS. Raises Unavailable."""
        if self._soon is None:
            self._soon = asyncio.create_task(self._stored_soon())
        if not await asyncio.shield(self._soon):
            raise Unavailable

    async def _stored_soon(self) -> bool:
        await asyncio.sleep(SOON_SECONDS)
        self._soon = None  # who counts from here on is in the next one
        try:
            await self.store()
        except Unavailable:
            return False
        return True

    async def _earlier(self) -> dict[bytes, FeedState]:
        while True:
            try:
                return await self._read()
            except (kafka.Unreachable, kafka.MissingTopic, KafkaError) as fault:
                log.warning("feeds_not_read", error=type(fault).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _read(self) -> dict[bytes, FeedState]:
        found: dict[bytes, FeedState] = {}

        def take(key: bytes | None, value: bytes | None, _offset: int, _timestamp: int) -> None:
            if key is not None and value is not None:
                found[key] = decode_feed(value)

        await kafka.read_all(self.sender.settings, (FEEDS, 0), take)
        return found
