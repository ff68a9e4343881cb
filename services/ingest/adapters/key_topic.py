"""The topic `keys`, followed for ever: who may send."""

from __future__ import annotations

from dunghen.contracts.keys import KeyBook
from dunghen.contracts.topics import KEYS
from dunghen.platform.whole_topics import WholeTopics
from services.ingest.settings import IngestSettings


class KeyTopic:
    """The port `Keys`. There are none until the topic has been read to its end: a key that was revoked must not open."""

    def __init__(self, settings: IngestSettings) -> None:
        self._book = KeyBook()
        self._topic = WholeTopics(settings, [KEYS], self._book.take)

    def current(self) -> KeyBook | None:
        """The book; None as long as it is not level."""
        return self._book if self._topic.level.is_set() else None

    async def level(self) -> KeyBook:
        """The book, once it is level."""
        await self._topic.level.wait()
        return self._book

    async def run(self) -> None:
        """For ever, also while Kafka is away."""
        await self._topic.run()
