"""Real servers for the tests that need them, started once a run and only if asked for."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator

import pytest

from dunghen.platform.local import kafka_broker as local_kafka
from dunghen.platform.local import redis_server as local_redis
from dunghen.platform.local.servers import LocalServer
from tests.loops import CarefulLoop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"careful": CarefulLoop}


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A real Kafka: `address`. Shared by the run, so every test works in its own `namespace`."""
    server = local_kafka.start(tmp_path_factory.mktemp("kafka"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A real Redis: `port`. Shared by the run, so every test works in its own `namespace`."""
    server = local_redis.start(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def namespace() -> str:
    """What a test puts before its topics, groups, transactional ids and Redis keys."""
    return f"t{secrets.token_hex(4)}-"
