"""The store in MongoDB through motor, which only this file and `mongo_connection` know: it is past its end of life (next: pymongo's
AsyncMongoClient).

No transactions (a single server has none), no TTL indexes, no updates by pipeline. Values are written under the condition that they are
newer, with majority write concern, and the offsets after them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from bson.int64 import Int64
from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, ExecutionTimeout, OperationFailure, WTimeoutError

from dunghen.platform.store import mongo_queries as queries
from dunghen.platform.store import paging
from dunghen.platform.store.mongo_connection import NO_RIGHT, client_of, why_refused
from dunghen.platform.store.port import (
    Body,
    Collection,
    Delete,
    Document,
    Offsets,
    Page,
    Put,
    Query,
    Scalar,
    StoreAwayError,
    Where,
    Write,
    checked_name,
    newest,
)

T = TypeVar("T")
OFFSETS = "store_offsets"
_WRITES_PER_COMMAND = 1000  # the time that an operation has is for so many
_UPDATES_FERRETDB_TAKES = 16  # it reads the whole collection for each, and stands still when a command has a hundred: more are written anew
_DUPLICATE = 11000


class _WholeNumbers(TypeDecoder):
    """64-bit numbers as plain int: bson's own class of them is none to a JSON encoder."""

    bson_type = Int64

    def transform_bson(self, value: Any) -> int:
        return int(value)


class MongoStore:
    """One database. To be made inside a running event loop. `stands_in`: the server is FerretDB, which serves tests and no more."""

    def __init__(self, uri: str, database: str, *, seconds: float = 30.0) -> None:
        """`seconds` bounds every operation, also on the server. Raises SettingsError where the address cannot be used."""
        self._uri, self._client = uri, client_of(uri, seconds)
        self._database: Any = self._client.get_database(database, codec_options=CodecOptions(type_registry=TypeRegistry([_WholeNumbers()])))
        self._collections: set[str] = set()
        self.stands_in = False

    async def prepare(self, collections: Sequence[Collection]) -> None:
        self.stands_in = "ferretdbVersion" in await self._there(self._client.admin.command("buildInfo"))
        for collection in collections:
            self._collections.add(checked_name(collection.name))
            await self._prepare_indexes(collection)

    async def apply(self, writes: Sequence[Write], offsets: Offsets) -> None:
        by_collection: dict[str, list[Write]] = {}
        for write in newest(writes):
            by_collection.setdefault(write.collection, []).append(write)
        for collection, own in by_collection.items():
            await self._apply(self._database[checked_name(collection)], own)
        if offsets:
            reached = {f"next.{queries.offset_name(*place)}": offset for place, offset in offsets.items()}
            await self._there(self._database[OFFSETS].update_one({"_id": "offsets"}, {"$max": reached}, upsert=True))

    async def offsets(self) -> dict[tuple[str, int], int]:
        found = await self._there(self._database[OFFSETS].find_one({"_id": "offsets"})) or {"next": {}}
        return {queries.offset_place(name): int(offset) for name, offset in found["next"].items()}

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002
        found = await self._there(self._database[checked_name(collection)].find_one({"_id": id}))
        return _document(found) if found and "body" in found else None

    async def find(self, query: Query) -> Page:
        cursor = self._database[checked_name(query.collection)].find(queries.selection(query, paging.position(query)))
        rows = await self._there(cursor.sort(queries.order(query)).limit(query.limit + 1).to_list(None))
        return paging.page(query, [_document(row) for row in rows])

    async def count(self, collection: str, where: Where) -> int:
        return int(await self._there(self._database[checked_name(collection)].count_documents(queries.conditions(where))))

    async def tally(self, collection: str, where: Where, by: str) -> dict[Scalar, int]:
        rows = await self._there(self._database[checked_name(collection)].aggregate(queries.tally(where, by)).to_list(None))
        return {row["_id"]: int(row["count"]) for row in rows}

    async def insert(self, document: Put) -> bool:
        try:
            await self._there(self._database[checked_name(document.collection)].insert_one(queries.stored(document)))
        except DuplicateKeyError:
            return False
        return True

    async def update(self, place: tuple[str, str], expected: Where, changes: Body) -> bool:
        collection, document = place
        sets = {"$set": {f"body.{checked_name(name)}": value for name, value in changes.items()}}
        condition = {"_id": document, **queries.conditions(expected)}
        return bool((await self._there(self._database[checked_name(collection)].update_one(condition, sets))).matched_count)

    async def remove(self, collection: str, where: Where) -> int:
        return int((await self._there(self._database[checked_name(collection)].delete_many(queries.conditions(where)))).deleted_count)

    async def forget(self, topics: Sequence[str]) -> None:
        gone = {f"next.{queries.offset_name(*place)}": "" for place in await self.offsets() if place[0] in topics}
        if gone:
            await self._there(self._database[OFFSETS].update_one({"_id": "offsets"}, {"$unset": gone}))

    async def clear(self) -> None:
        for name in [
            OFFSETS,
            *sorted(self._collections),
        ]:  # the offsets first: values without offsets come again, offsets without values never
            await self._there(self._database[name].delete_many({}))

    async def close(self) -> None:
        self._client.close()

    async def _prepare_indexes(self, collection: Collection) -> None:
        rows = self._database[collection.name]
        declared = {queries.index_name(paths): queries.index(paths) for paths in collection.indexes}
        existing = await self._there(rows.index_information())
        for name in existing.keys() - declared.keys() - {"_id_"}:
            await self._there(rows.drop_index(name))
        for name in declared.keys() - existing.keys():
            await self._there(rows.create_index(declared[name], name=name))

    async def _apply(self, rows: Any, writes: list[Write]) -> None:
        """Reads the versions, adds what is new, replaces what is older. The conditions hold also when another writer comes in between.

        To read them FerretDB goes through the whole collection: there all is added, and what is named as taken was there.
        """
        known = {} if self.stands_in else await self._versions(rows, writes)
        new = [write for write in writes if write.id not in known]
        taken = await self._insert_new(rows, new)
        old = _newer(writes, known) + [new[i] for i in taken]
        if self.stands_in and len(old) > _UPDATES_FERRETDB_TAKES:
            await self._write_anew(rows, old)
        else:
            await self._replace(rows, old)

    async def _versions(self, rows: Any, writes: list[Write]) -> dict[str, int]:
        """By id, of those of the documents that are there."""
        stored = await self._there(rows.find({"_id": {"$in": [w.id for w in writes]}}, {"version": 1}).to_list(None))
        return {row["_id"]: row["version"] for row in stored}

    async def _write_anew(self, rows: Any, writes: list[Write]) -> None:
        """Takes what is older away and adds the newer: who reads in between finds neither, which is why this is for tests alone."""
        newer = _newer(writes, await self._versions(rows, writes))
        await self._there(rows.delete_many({"_id": {"$in": [write.id for write in newer]}}))
        await self._insert_new(rows, newer)

    async def _replace(self, rows: Any, writes: list[Write]) -> None:
        for start in range(0, len(writes), _WRITES_PER_COMMAND):
            part = writes[start : start + _WRITES_PER_COMMAND]
            updates = [UpdateOne({"_id": write.id, "version": {"$lt": write.version}}, _change(write)) for write in part]
            await self._there(rows.bulk_write(updates, ordered=False))

    async def _insert_new(self, rows: Any, writes: list[Write]) -> list[int]:
        """Adds documents; gives the places in `writes` of those that somebody else had added meanwhile."""
        taken = list[int]()
        for start in range(0, len(writes), _WRITES_PER_COMMAND):
            inserts = [InsertOne(queries.stored(write)) for write in writes[start : start + _WRITES_PER_COMMAND]]
            try:
                await self._there(rows.bulk_write(inserts, ordered=False))
            except BulkWriteError as fault:
                errors = fault.details["writeErrors"]
                if fault.details.get("writeConcernErrors") or any(error["code"] != _DUPLICATE for error in errors):
                    raise
                taken += [start + error["index"] for error in errors]
        return taken

    async def _there(self, answer: Awaitable[T]) -> T:
        """The answer, or StoreAwayError for what may pass: it says why."""
        try:
            return await answer
        except (ConnectionFailure, ExecutionTimeout, WTimeoutError) as fault:
            raise StoreAwayError(why_refused(self._uri, fault)) from fault
        except OperationFailure as fault:
            if fault.code not in NO_RIGHT:
                raise
            raise StoreAwayError(why_refused(self._uri, fault)) from fault


def _newer(writes: list[Write], known: dict[str, int]) -> list[Write]:
    """Those whose document is known with an older version."""
    return [write for write in writes if write.version > known.get(write.id, write.version)]


def _change(write: Write) -> dict[str, Any]:
    if isinstance(write, Delete):
        return {"$set": {"version": write.version}, "$unset": {"body": 1}}
    return {"$set": {"version": write.version, "body": write.body}}


def _document(row: dict[str, Any]) -> Document:
    return Document(row["_id"], row["version"], row["body"])
