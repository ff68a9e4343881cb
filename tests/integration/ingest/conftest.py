from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from processes import BODIES, Running, apply_policies, ingest_process

from dunghen.contracts.topics import all_topics
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings

Start = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
async def settings(kafka_broker: Any, namespace: str) -> PlatformSettings:
    chosen = PlatformSettings(kafka=kafka_broker.address, namespace=namespace, partitions=4)
    await kafka.ensure_topics(chosen, {t.name: (t.partitions, t.config) for t in all_topics(4).values()})
    return chosen


@pytest.fixture
def start(settings: PlatformSettings, tmp_path: Path) -> Start:
    """Starts a process of ingest with these further settings."""
    return lambda **more: ingest_process(settings, tmp_path, **more)


@pytest.fixture
async def running(settings: PlatformSettings, start: Start) -> AsyncIterator[Running]:
    await apply_policies(settings, BODIES)
    async with start(INGEST_BODY_BYTES="200000") as process:
        await process.ready()
        yield process
