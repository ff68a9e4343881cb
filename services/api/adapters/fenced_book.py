"""A topic that is followed whole and written behind a fence: what is decided stands on all that is there, and on all of another topic."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from dunghen.platform import kafka
from dunghen.platform.fenced import writing
from dunghen.platform.kafka_sender import NotStored
from dunghen.platform.whole_topics import WholeTopics
from services.api.adapters.fenced_turns import FencedTurns
from services.api.book_changes import Change
from services.api.settings import ApiSettings

SWEEP_SECONDS = 600.0


class TopicBook(Protocol):
    """All records of a topic."""

    def take(self, key: bytes | None, value: bytes | None) -> object: ...


Own = TypeVar("Own", bound=TopicBook)
Other = TypeVar("Other", bound=TopicBook)


@dataclass(frozen=True, slots=True)
class Kept(Generic[Own, Other]):
    """`topic` and `beside` with their empty books. `known`: `beside` as it is followed elsewhere, None before it is known. `swept`: what
    has to leave, by both."""

    topic: str
    beside: str
    own: Callable[[], Own]
    other: Callable[[], Other]
    known: Callable[[], Other | None]
    swept: Callable[[Own, Other], Change]


class FencedBook(Generic[Own, Other]):
    """One for each topic and worker."""

    def __init__(self, settings: ApiSettings, kept: Kept[Own, Other]) -> None:
        self._settings, self._kept, self._book = settings, kept, kept.own()
        self._topic = WholeTopics(settings, [kept.topic], self._book.take)
        self._turns = FencedTurns(settings.said_seconds)

    def book(self) -> Own | None:
        """None as long as it is not level. It may be a moment behind what another worker wrote."""
        return self._book if self._topic.level.is_set() else None

    async def follow(self) -> None:
        """For ever, also while Kafka is away: for who only reads."""
        await self._topic.run()

    async def run(self) -> None:
        """The same, and takes out what has to leave."""
        await asyncio.gather(self.follow(), self._sweep())

    async def decided(self, decide: Callable[[Own, Other], Change]) -> tuple[Own, Change]:
        """Writes what is decided on all that is there; gives all that is there then, and what was decided. Raises NotStored."""
        return await self._turns.take(lambda: self._decided(decide))

    async def _decided(self, decide: Callable[[Own, Other], Change]) -> tuple[Own, Change]:
        kept, book, other = self._kept, self._kept.own(), self._kept.other()
        async with writing(self._settings, kept.topic) as writer:
            await kafka.read_all(self._settings, (kept.topic, 0), lambda key, value, *_: book.take(key, value))
            await kafka.read_all(self._settings, (kept.beside, 0), lambda key, value, *_: other.take(key, value))
            change = decide(book, other)
            await writer.write({(kept.topic, 0): change.records})
        for key, value in change.records:
            book.take(key, value)
        return book, change

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS * random.uniform(0.5, 1.5))
            book, other = self.book(), self._kept.known()
            if book is None or other is None or not self._kept.swept(book, other).records:
                continue
            with contextlib.suppress(NotStored):  # the next time
                await self.decided(self._kept.swept)
