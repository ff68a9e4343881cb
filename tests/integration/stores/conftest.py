"""One suite, three stores: each test that takes `store` runs on the fake, on SQLite and on a real server that speaks MongoDB's protocol."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import mongo_server as server
import pytest

from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Collection, Store, open_store
from dunghen.platform.store.in_memory import InMemoryStore

COLLECTIONS = [Collection("dossiers", (("unit", "due"), ("head.state",))), Collection("notices")]


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[str]:
    with server.running() as address:
        yield address


@pytest.fixture
def settings(tmp_path: Path) -> PlatformSettings:
    return PlatformSettings(data=tmp_path, namespace=f"t{uuid.uuid4().hex[:12]}-")


@pytest.fixture(params=["in_memory", "sqlite", "mongo"])
async def store(request: pytest.FixtureRequest, settings: PlatformSettings) -> AsyncIterator[Store]:
    opened: Store = InMemoryStore()
    if request.param != "in_memory":
        mongo = request.getfixturevalue("mongo_server") if request.param == "mongo" else ""
        opened = open_store(settings.model_copy(update={"mongo": mongo}), "suite")
    await opened.prepare(COLLECTIONS)
    yield opened
    await opened.close()
