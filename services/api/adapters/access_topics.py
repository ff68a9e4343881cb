"""The topics `keys` and `people`, followed for ever: who may read."""

from __future__ import annotations

import asyncio

from dunghen.contracts.keys import KeyBook
from dunghen.contracts.people import PeopleBook
from dunghen.contracts.topics import KEYS, PEOPLE
from dunghen.platform.whole_topics import WholeTopics
from services.api.settings import ApiSettings


class AccessTopics:
    """The port `Known`: nothing until both have been read to their end, for who was revoked or removed must not come in."""

    def __init__(self, settings: ApiSettings) -> None:
        self._keys, self._people = KeyBook(), PeopleBook()
        self._topics = (WholeTopics(settings, [KEYS], self._keys.take), WholeTopics(settings, [PEOPLE], self._people.take))

    def books(self) -> tuple[KeyBook, PeopleBook] | None:
        """Keys and directory; None as long as they are not level."""
        return (self._keys, self._people) if all(topic.level.is_set() for topic in self._topics) else None

    def people(self) -> PeopleBook | None:
        """The directory; None as long as they are not level."""
        books = self.books()
        return books[1] if books else None

    def keys(self) -> KeyBook | None:
        """The keys; None as long as they are not level."""
        books = self.books()
        return books[0] if books else None

    async def run(self) -> None:
        """For ever, also while Kafka is away: then what was known last holds."""
        await asyncio.gather(*(topic.run() for topic in self._topics))
