"""The store in one SQLite file: the embedded default. One process writes it, any number read it (`architecture.md` §7)."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from dunghen.platform.store import paging
from dunghen.platform.store import sqlite_sql as sql
from dunghen.platform.store.port import Body, Collection, Delete, Document, Offsets, Page, Put, Query, Scalar, Where, Write
from dunghen.platform.store.sqlite_thread import SqliteThread, WriterLock, reading, writing

Row = tuple[str, int, str]


class SqliteStore:
    """Reads go beside the writer and see the last commit. Read-only, it raises StoreAwayError until the writer has prepared the file."""

    def __init__(self, file: Path, *, read_only: bool = False, durable: bool = False) -> None:
        """Raises StoreTakenError if another process writes this file. `durable`: every commit survives loss of power."""
        self._lock = None if read_only else WriterLock(file)
        self._writer = SqliteThread("store-writer", partial(reading, file) if read_only else partial(writing, file, durable))
        self._reader = SqliteThread("store-reader", partial(reading, file))

    async def prepare(self, collections: Sequence[Collection]) -> None:
        if self._lock is not None:
            await self._writer.transaction(partial(_prepare, collections=collections))

    async def apply(self, writes: Sequence[Write], offsets: Offsets) -> None:
        def work(connection: sqlite3.Connection) -> None:
            rows = defaultdict(list)
            for write in writes:
                rows[write.collection].append((write.id, write.version, None if isinstance(write, Delete) else _text(write.body)))
            for collection, values in rows.items():
                connection.executemany(sql.put(collection), values)
            connection.executemany(sql.SET_OFFSET, [(topic, partition, offset) for (topic, partition), offset in offsets.items()])

        await self._writer.transaction(work)

    async def offsets(self) -> dict[tuple[str, int], int]:
        rows = await self._rows("SELECT topic, partition, next FROM store_offsets", [])
        return {(topic, partition): offset for topic, partition, offset in rows}

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002
        found = (await self.find(Query(collection, {"id": id}, limit=1))).documents
        return found[0] if found else None

    async def find(self, query: Query) -> Page:
        rows = await self._rows(*sql.select(query, paging.position(query)))
        return paging.page(query, [Document(each, version, msgspec.json.decode(body)) for each, version, body in rows])

    async def count(self, collection: str, where: Where) -> int:
        conditions, values = sql.conditions(where)
        rows = await self._rows(f"SELECT count(*) FROM {sql.table(collection)} WHERE {conditions}", values)  # noqa: S608 - checked names
        return int(rows[0][0])

    async def tally(self, collection: str, where: Where, by: str) -> dict[Scalar, int]:
        return dict(await self._rows(*sql.tally(collection, where, by)))

    async def insert(self, document: Put) -> bool:
        statement = f"INSERT INTO {sql.table(document.collection)} VALUES (?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608 - checked names
        return await self._change(statement, [document.id, document.version, _text(document.body)]) == 1

    async def update(self, place: tuple[str, str], expected: Where, changes: Body) -> bool:
        collection, document = place
        statement, values = sql.update(collection, expected, changes)
        return await self._change(statement, [*values, document]) == 1

    async def remove(self, collection: str, where: Where) -> int:
        conditions, values = sql.conditions(where)
        return await self._change(f"DELETE FROM {sql.table(collection)} WHERE {conditions}", values)  # noqa: S608 - checked names

    async def forget(self, topics: Sequence[str]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM store_offsets WHERE topic = ?", [(topic,) for topic in topics])

        await self._writer.transaction(work)

    async def clear(self) -> None:
        def work(connection: sqlite3.Connection) -> None:
            for (name,) in [*connection.execute(sql.TABLES), ("store_offsets",)]:
                connection.execute(f"DELETE FROM {name}")  # noqa: S608 - names from the schema

        await self._writer.transaction(work)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()
        if self._lock is not None:
            self._lock.release()

    async def plan(self, query: Query) -> str:
        """How SQLite goes about a query, in its own words: to see whether an index is used."""
        statement, values = sql.select(query, paging.position(query))
        return "; ".join(str(row[3]) for row in await self._rows(f"EXPLAIN QUERY PLAN {statement}", values))

    async def _rows(self, statement: str, values: list[Any]) -> list[Any]:
        return await self._reader.run(lambda connection: connection.execute(statement, values).fetchall())

    async def _change(self, statement: str, values: list[Any]) -> int:
        work: Callable[[sqlite3.Connection], int] = lambda connection: connection.execute(statement, values).rowcount  # noqa: E731
        return await self._writer.transaction(work)


def _prepare(connection: sqlite3.Connection, collections: Sequence[Collection]) -> None:
    connection.execute(sql.OFFSETS)
    for collection in collections:
        connection.execute(sql.create_table(collection.name))
        declared = {sql.index_name(collection.name, paths) for paths in collection.indexes}
        for (name,) in connection.execute(sql.INDEXES, [sql.table(collection.name)]).fetchall():
            if name not in declared:
                connection.execute(f"DROP INDEX {name}")
        for paths in collection.indexes:
            connection.execute(sql.create_index(collection.name, paths))


def _text(body: Body) -> str:
    return msgspec.json.encode(body).decode()
