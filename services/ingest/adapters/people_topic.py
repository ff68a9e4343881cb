"""The topic `people`, followed for ever: whom a NguoiXuLy means."""

from __future__ import annotations

from dunghen.contracts.people import PeopleBook
from dunghen.contracts.topics import PEOPLE
from dunghen.domain.directory import Directory
from dunghen.platform.whole_topics import WholeTopics
from services.ingest.settings import IngestSettings


class PeopleTopic:
    """The port `People`. Nobody before the topic has been read to its end: a name that is not recognised then never will be."""

    def __init__(self, settings: IngestSettings) -> None:
        self._book = PeopleBook()
        self._topic = WholeTopics(settings, [PEOPLE], self._book.take)

    def current(self) -> Directory | None:
        """The directory as it is; None as long as it is not level."""
        return self._book.directory if self._topic.level.is_set() else None

    async def run(self) -> None:
        """For ever, also while Kafka is away."""
        await self._topic.run()
