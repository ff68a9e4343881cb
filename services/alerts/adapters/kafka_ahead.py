"""Which records of `dossiers` are committed in Kafka and not applied here yet."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from aiokafka.errors import KafkaError

from dunghen.contracts.topics import DOSSIERS
from dunghen.platform.kafka import Unreachable, read_all
from dunghen.platform.logs import get_logger
from dunghen.platform.settings import PlatformSettings

log = get_logger("ahead")
PATIENCE_SECONDS = (
    5.0  # a request that a dying broker took with it comes back only after REQUEST_SECONDS, and all letters of the partition wait for it
)


class KafkaAhead:
    """Reads the partition from where the worker is to its last stable offset: nothing there means that the worker is level."""

    def __init__(self, settings: PlatformSettings, patience: float = PATIENCE_SECONDS) -> None:
        self._settings, self._patience = settings, patience

    async def keys(self, partition: int, after: int) -> Collection[bytes] | None:
        found: set[bytes] = set()
        try:
            async with asyncio.timeout(self._patience):
                await read_all(self._settings, (DOSSIERS, partition), lambda key, *_: found.add(key or b""), after)
        except (Unreachable, KafkaError, TimeoutError) as fault:
            log.warning("level_unknown", partition=partition, error=type(fault).__name__)
            return None
        return found
