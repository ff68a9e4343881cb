from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from api_world import Opened, World, world_of


@pytest.fixture
def open_world(kafka_broker: Any, redis_server: Any, namespace: str, tmp_path: Path) -> Opened:
    def opened(**given: Any) -> AbstractAsyncContextManager[World]:
        return world_of(
            kafka=kafka_broker.address, redis=f"redis://127.0.0.1:{redis_server.port}/0", namespace=namespace, data=tmp_path, **given
        )

    return opened


@pytest.fixture
async def world(open_world: Opened) -> AsyncIterator[World]:
    async with open_world() as opened:
        yield opened
