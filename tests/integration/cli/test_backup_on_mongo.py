"""Backup, restore and erasure where the stores are in a server that speaks MongoDB's protocol."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "stores"))  # where the server of the store's tests is

import mongo_server as server

from dunghen.cli.erase.steps import Standing, erase
from dunghen.contracts.stores import KEPT, READ_AGAIN
from dunghen.contracts.topics import DOSSIER_EVENTS
from dunghen.platform.clock import RealClock
from dunghen.platform.store import Collection, Put, open_store
from tests.integration.cli.homes import Home, fill

CHANGED = {("alerts", "progress"), ("webhooks", "webhooks"), ("api", "generations"), ("api", "notices"), ("api", "told")}


@pytest.fixture(scope="module")
def mongo() -> Iterator[str]:
    with server.running() as address:
        yield address


async def test_stores_in_mongodb_come_back_and_let_a_dossier_go(mongo: str, place: Callable[..., Home], tmp_path: Path) -> None:
    old, new = (place(name, mongo=mongo) for name in ("old", "new"))
    await fill(old)
    await old.take(tmp_path / "backup")
    await new.restore(tmp_path / "backup")
    for store, collections in KEPT.items():
        for kept in collections:
            if (store, kept.name) not in CHANGED:
                assert await new.documents(store, kept.name) == await old.documents(store, kept.name), kept.name
    opened = open_store(new.settings, "api")
    await opened.prepare([Collection(name) for name in READ_AGAIN["api"]])
    await opened.apply([Put("events", "d0", 1, {"x": 1}), Put("events", "d1", 1, {"x": 1})], {(DOSSIER_EVENTS, 0): 7})
    await erase(Standing(new.settings, RealClock(), tmp_path), frozenset(["d0"]), new.said.append)
    assert "alerts/notices: 1203 erased" in new.said
    assert await new.documents("alerts", "notices") == []
    assert await new.documents("api", "events") == []  # read again from the topics
    assert await opened.offsets() == {}
    assert [r[0] for r in await new.records(DOSSIER_EVENTS, 0)] == [b"d2", b"d1"]
    assert await new.documents("access", "sessions") == await old.documents("access", "sessions")
    await opened.close()
