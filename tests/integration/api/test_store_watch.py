"""Readiness says whether the store answers: a real file, and a server that is away."""

from __future__ import annotations

from pathlib import Path

from dunghen.platform.local.servers import free_port
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import open_store
from dunghen.platform.store.mongo import MongoStore
from services.api.storing import StoreWatch


async def test_a_store_that_answers_is_there(tmp_path: Path) -> None:
    store = open_store(PlatformSettings(data=tmp_path), "api")
    watch = StoreWatch(store)
    await watch.look()
    assert not watch.there, "nobody has prepared it"
    await store.prepare([])
    await watch.look()
    assert watch.there
    await store.close()


async def test_a_server_that_is_away_is_not(tmp_path: Path) -> None:
    store = MongoStore(f"mongodb://127.0.0.1:{free_port()}/", "suite", seconds=0.3)
    watch = StoreWatch(store)
    watch.there = True
    await watch.look()
    assert not watch.there
    await store.close()


async def test_a_file_that_nobody_has_made_yet_is_not(tmp_path: Path) -> None:
    store = open_store(PlatformSettings(data=tmp_path), "api", read_only=True)
    watch = StoreWatch(store)
    await watch.look()
    assert not watch.there
    await store.close()
