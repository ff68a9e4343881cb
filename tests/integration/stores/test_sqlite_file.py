"""What only a file can do wrong: two writers, readers that come first, a writer that is killed, an index that is not used."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dunghen.platform.store import Between, Collection, In, Put, Query, StoreAwayError, StoreTakenError
from dunghen.platform.store.sqlite import SqliteStore

DOSSIERS = Collection("dossiers", (("unit", "due"), ("due",)))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "city.db")
    await opened.prepare([DOSSIERS])
    yield opened
    await opened.close()


async def test_a_second_writer_is_refused_until_the_first_is_gone(store: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(StoreTakenError):
        SqliteStore(tmp_path / "city.db")
    await store.close()
    await SqliteStore(tmp_path / "city.db").close()


async def test_a_reader_waits_for_the_writer_and_then_sees_every_commit(tmp_path: Path) -> None:
    reader = SqliteStore(tmp_path / "city.db", read_only=True)
    await reader.prepare([DOSSIERS])
    with pytest.raises(StoreAwayError):
        await reader.get("dossiers", "d")
    writer = SqliteStore(tmp_path / "city.db")
    await writer.prepare([DOSSIERS])
    for version in (1, 2):
        await writer.apply([Put("dossiers", "d", version, {})], {})
        found = await reader.get("dossiers", "d")
        assert found is not None
        assert found.version == version
    await writer.close()
    await reader.close()


@pytest.mark.parametrize(
    "query",
    [
        Query("dossiers", {"unit": "a"}, ("due",)),
        Query("dossiers", {"unit": "a", "due": Between(3, 9)}, ("due",), descending=True),
        Query("dossiers", {"due": Between(high=9)}, ("due",)),
    ],
)
async def test_a_declared_index_finds_and_sorts(store: SqliteStore, query: Query) -> None:
    plan = await store.plan(query)
    assert "USING INDEX i_dossiers__" in plan
    assert "TEMP B-TREE" not in plan


async def test_a_later_page_enters_the_index_at_the_cursor(store: SqliteStore) -> None:
    await store.apply([Put("dossiers", f"d{i}", 1, {"due": i}) for i in range(5)], {})
    first = await store.find(Query("dossiers", order_by=("due",), limit=2))
    assert "SEARCH dossiers" in (await store.plan(Query("dossiers", order_by=("due",), after=first.after))).replace(
        "c_dossiers", "dossiers"
    )


async def test_many_ids_are_looked_up_by_key(store: SqliteStore) -> None:
    assert "SEARCH" in await store.plan(Query("dossiers", {"id": In(tuple(map(str, range(5000))))}))


async def test_an_index_no_longer_declared_is_dropped(store: SqliteStore) -> None:
    await store.prepare([Collection("dossiers")])
    assert "SCAN" in await store.plan(Query("dossiers", {"unit": "a"}))


async def test_a_write_that_fails_leaves_nothing_of_its_batch(store: SqliteStore) -> None:
    with pytest.raises(StoreAwayError):
        await store.apply([Put("dossiers", "d", 1, {}), Put("not_prepared", "d", 1, {})], {("dossiers", 0): 1})
    assert (await store.get("dossiers", "d"), await store.offsets()) == (None, {})


async def test_a_caller_that_is_cancelled_leaves_no_open_transaction(store: SqliteStore) -> None:
    task = asyncio.ensure_future(store.apply([Put("dossiers", f"d{i}", 1, {}) for i in range(5000)], {("dossiers", 0): 1}))
    await asyncio.sleep(0)
    task.cancel()
    await store.apply([], {("dossiers", 1): 1})
    assert await store.count("dossiers", {}) == (5000 if ("dossiers", 0) in await store.offsets() else 0)


WRITER = """
import asyncio, sys
from pathlib import Path
from dunghen.platform.store import Collection, Put
from dunghen.platform.store.sqlite import SqliteStore

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.prepare([Collection("dossiers", (("due",),))])
    for n in range(int(sys.argv[2]), 100000):
        await store.apply([Put("dossiers", f"d{i}", n, {"due": n}) for i in range(50)], {("dossiers", 0): n + 1})
        print(n, flush=True)

asyncio.run(main())
"""


def confirmed_by_a_killed_writer(file: Path, first: int, batches: int) -> int:
    """The last batch that the writer said was written before it was killed in the midst of the next."""
    with subprocess.Popen([sys.executable, "-c", WRITER, file, str(first)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(batches)]
        os.kill(writer.pid, signal.SIGKILL)
    return told[-1]


async def test_a_writer_that_is_killed_leaves_values_and_offsets_that_agree(tmp_path: Path) -> None:
    file, first = tmp_path / "city.db", 1
    for batches in (1, 4, 9):
        told = await asyncio.to_thread(confirmed_by_a_killed_writer, file, first, batches)
        store = SqliteStore(file)
        first = (await store.offsets())[("dossiers", 0)]
        assert first > told, "what was confirmed is there"
        assert await store.count("dossiers", {"due": first - 1}) == 50
        await store.close()


async def test_what_waits_together_is_committed_together_and_what_fails_of_it_fails_alone(store: SqliteStore) -> None:
    statements = list[str]()
    await store._writer.run(lambda connection: connection.set_trace_callback(statements.append))

    def fails(connection: object) -> None:
        connection.execute("INSERT INTO c_dossiers VALUES ('half', 1, '{}')")  # type: ignore[attr-defined]
        raise ValueError("on purpose")

    several = [store.insert(Put("dossiers", f"d{n}", 1, {})) for n in range(20)]
    ends = await asyncio.gather(*several[:10], store._writer.transaction(fails), *several[10:], return_exceptions=True)
    assert [isinstance(end, ValueError) for end in ends] == [False] * 10 + [True] + [False] * 10
    assert all(end is True for end in ends[:10] + ends[11:])
    assert await store.count("dossiers", {}) == 20
    assert await store.get("dossiers", "half") is None
    assert statements.count("COMMIT") < 5, "the first by itself, what came meanwhile together"


async def test_who_waits_no_more_hinders_nobody_who_is_committed_with_it(store: SqliteStore) -> None:
    first, second, third = (asyncio.ensure_future(store.insert(Put("dossiers", f"d{n}", 1, {}))) for n in range(3))
    await asyncio.sleep(0)
    second.cancel()
    assert (await first, await third) == (True, True)
    assert await store.insert(Put("dossiers", "d3", 1, {}))
