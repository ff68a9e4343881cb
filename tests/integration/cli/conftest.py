from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dunghen.platform.local.servers import LocalServer
from dunghen.platform.settings import PlatformSettings
from tests.integration.cli.homes import PARTITIONS, Home, fill


@pytest.fixture
def place(kafka_broker: LocalServer, redis_server: LocalServer, namespace: str, tmp_path: Path) -> Callable[..., Home]:
    def made(name: str, **changed: Any) -> Home:
        redis = f"redis://{redis_server.address}/0"
        given = {"kafka": kafka_broker.address, "redis": redis, "partitions": PARTITIONS, "data": tmp_path / name, **changed}
        return Home(PlatformSettings(namespace=f"{namespace}{name}-", **given))

    return made


@pytest.fixture
async def lived(place: Callable[..., Home]) -> Home:
    here = place("old")
    await fill(here)
    return here
