"""Decisions that stand on all that a topic holds, one after the other: workers fence each other, requests of one wait for each other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiokafka.errors import KafkaError

from dunghen.platform import kafka
from dunghen.platform.fenced import Fenced
from dunghen.platform.kafka_sender import NotStored
from dunghen.platform.logs import get_logger

T = TypeVar("T")
log = get_logger("fenced_turns")
AGAIN_SECONDS = 0.3  # at most, before another try where another worker wrote at the same moment
AWAY = (TimeoutError, KafkaError, kafka.Unreachable, kafka.MissingTopic, kafka.Stalled)


class FencedTurns:
    """One for each topic and worker. `seconds`: how long a turn may take in all, of real time."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._turn = seconds, asyncio.Lock()

    async def take(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` gives: it begins a writer, reads, decides and writes; again where it was fenced. Raises NotStored."""
        try:
            async with asyncio.timeout(self._seconds), self._turn:
                while True:
                    try:
                        return await work()
                    except Fenced:
                        await asyncio.sleep(random.uniform(0, AGAIN_SECONDS))
        except AWAY as fault:
            log.warning("not_written", error=type(fault).__name__)
            raise NotStored from None
