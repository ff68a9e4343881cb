"""Topics that a process holds whole in memory, and follows for ever: also while Kafka is away, and from before it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from aiokafka.errors import KafkaError

from dunghen.platform import kafka
from dunghen.platform.logs import get_logger
from dunghen.platform.settings import PlatformSettings

log = get_logger("whole_topics")
RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 15.0  # where a topic is not there: somebody has to make it


class WholeTopics:
    """`level` is set, for good, once everything that was there has been taken: before that what is held is old and must not judge.

    `take(key, value)` must not await; after a loss of the broker it may be given the same records again.
    """

    def __init__(self, settings: PlatformSettings, topics: Sequence[str], take: Callable[[bytes | None, bytes | None], object]) -> None:
        self.settings, self.topics, self.take = settings, topics, take
        self.level = asyncio.Event()

    async def run(self) -> None:
        """For the life of the process."""
        wait = RETRY_SECONDS
        while True:
            following = kafka.follow(self.settings, self.topics, lambda _, record: self.take(record.key, record.value))
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(following.run())
                    await following.caught_up()
                    self.level.set()
            except* (kafka.Unreachable, kafka.MissingTopic, KafkaError) as faults:
                log.warning("topics_not_read", topics=self.topics, error=type(faults.exceptions[0]).__name__)
                missing = isinstance(faults.exceptions[0], kafka.MissingTopic)
                wait = min(2 * wait, LONGEST_RETRY_SECONDS) if missing else RETRY_SECONDS
            await asyncio.sleep(wait)
