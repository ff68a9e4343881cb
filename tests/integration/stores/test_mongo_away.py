"""What happens when the server cannot be reached, or another writer comes in between."""

from __future__ import annotations

from typing import Any

import pytest

from dunghen.platform.local.servers import free_port
from dunghen.platform.store import Collection, Document, Put, Query, StoreAwayError, mongo
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


@pytest.mark.parametrize("stands_in", [True, False])
async def test_a_newer_document_that_comes_between_reading_and_writing_is_kept(
    stands_in: bool, mongo_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The versions were read as none, or not at all: the insert meets the other's document, and the condition of the update keeps it."""
    store = MongoStore(mongo_server, f"between_{stands_in}")
    await store.prepare([Collection("dossiers")])
    store.stands_in = stands_in
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


@pytest.mark.parametrize("stands_in", [True, False])
async def test_of_many_documents_those_that_are_older_are_replaced_and_those_that_lack_are_added(
    stands_in: bool, mongo_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than the stand-in replaces one by one, and more than go into one command."""
    monkeypatch.setattr(mongo, "_WRITES_PER_COMMAND", 10)
    store = MongoStore(mongo_server, f"mixed_{stands_in}")
    await store.prepare([Collection("dossiers")])
    store.stands_in = stands_in
    await store.apply([Put("dossiers", f"d{i:02}", (1, 5, 9)[i % 3], {"by": "before"}) for i in range(48)], {})
    await store.apply([Put("dossiers", f"d{i:02}", 5, {"by": "now"}) for i in range(60)], {})
    found = (await store.find(Query("dossiers"))).documents
    kept = {5: "before", 9: "before"}
    old = [(version := (1, 5, 9)[i % 3], kept.get(version, "now")) for i in range(48)]
    assert [(d.version, d.body["by"]) for d in found] == [(max(version, 5), by) for version, by in old] + [(5, "now")] * 12
    await store.close()
