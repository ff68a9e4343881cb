"""What happens when the server cannot be reached, or another writer comes in between."""

from __future__ import annotations

from typing import Any

import pytest

from dunghen.platform.local.servers import free_port
from dunghen.platform.store import Collection, Document, Put, Query, StoreAwayError
from dunghen.platform.store.mongo import MongoStore


async def test_a_server_that_is_away_is_said_so_within_the_time_given() -> None:
    store = MongoStore(f"mongodb://127.0.0.1:{free_port()}/", "suite", seconds=0.3)
    for call in (
        lambda: store.prepare([Collection("dossiers")]),
        lambda: store.apply([Put("dossiers", "d", 1, {})], {}),
        lambda: store.find(Query("dossiers")),
        lambda: store.insert(Put("dossiers", "d", 1, {})),
    ):
        with pytest.raises(StoreAwayError):
            await call()
    await store.close()


async def test_a_newer_document_that_comes_between_reading_and_writing_is_kept(mongo_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The versions were read as none: the insert meets the other's document, and the condition of the update keeps it."""
    store = MongoStore(mongo_server, "between")
    await store.prepare([Collection("dossiers")])
    insert_new = store._insert_new

    async def overtaken(rows: Any, writes: Any) -> list[int]:
        await rows.insert_many([{"_id": "d", "version": 9, "body": {"by": "other"}}, {"_id": "e", "version": 1, "body": {"by": "other"}}])
        return await insert_new(rows, writes)

    monkeypatch.setattr(store, "_insert_new", overtaken)
    await store.apply([Put("dossiers", name, 5, {"by": "us"}) for name in "def"], {})
    found = (await store.find(Query("dossiers"))).documents
    assert found == [Document("d", 9, {"by": "other"}), Document("e", 5, {"by": "us"}), Document("f", 5, {"by": "us"})]
    await store.close()


async def test_more_than_the_stand_in_takes_is_updated_as_mongodb_would(mongo_server: str) -> None:
    store = MongoStore(mongo_server, "many")
    await store.prepare([Collection("dossiers")])
    assert store.stands_in, "this server is FerretDB"
    store.stands_in = False
    for version in (1, 3, 2):
        await store.apply([Put("dossiers", f"d{i}", version, {"n": version}) for i in range(24)], {})
    assert await store.count("dossiers", {"n": 3}) == 24
    await store.close()
