from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dunghen.platform import kafka
from dunghen.platform.local.servers import LocalServer
from dunghen.platform.settings import PlatformSettings
from tests.eventually import eventually_async as eventually


@pytest.fixture
def settings(kafka_broker: LocalServer, namespace: str, tmp_path: Path) -> PlatformSettings:
    return PlatformSettings(kafka=kafka_broker.address, namespace=namespace, data=tmp_path, partitions=2)


@pytest.fixture
def send(settings: PlatformSettings) -> Callable[..., Awaitable[None]]:
    """Sends values to one partition, keyed by themselves; acknowledged when it returns."""

    async def sent(topic: str, values: list[bytes], partition: int = 0) -> None:
        async with kafka.started(kafka.producer(settings), settings) as p:
            await asyncio.gather(*[await p.send(settings.named(topic), v, key=v, partition=partition) for v in values])

    return sent


@pytest.fixture
def read(settings: PlatformSettings) -> Callable[..., Awaitable[list[tuple[bytes | None, bytes | None]]]]:
    """All committed (key, value) of one partition."""

    async def found(topic: str, partition: int = 0) -> list[tuple[bytes | None, bytes | None]]:
        records: list[tuple[bytes | None, bytes | None]] = []
        await kafka.read_all(settings, (topic, partition), lambda key, value, offset, at: records.append((key, value)))
        return records

    return found


@pytest.fixture
def reads(read: Any) -> Callable[..., Awaitable[None]]:
    """Waits until a partition holds just these (key, value): the end of a transaction is seen a moment after its writer knows of it."""

    async def compare(want: list[tuple[bytes | None, bytes | None]], topic: str = "things", partition: int = 0) -> None:
        async def same() -> bool:
            return bool(await read(topic, partition) == want)

        await eventually(same)

    return compare
