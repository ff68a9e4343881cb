"""The store as a dictionary: for unit tests, and the plainest statement of what the port means. It passes the suite of the real ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import msgspec

from dunghen.platform.store import paging
from dunghen.platform.store.port import (
    Between,
    Body,
    Collection,
    Delete,
    Document,
    In,
    Offsets,
    Page,
    Put,
    Query,
    Scalar,
    Where,
    Write,
    checked_name,
    checked_path,
)


class InMemoryStore:
    """Holds bodies as JSON text, so that what comes out is a copy of its own."""

    def __init__(self) -> None:
        self._collections: dict[str, dict[str, tuple[int, bytes | None]]] = {}
        self._offsets: dict[tuple[str, int], int] = {}

    async def prepare(self, collections: Sequence[Collection]) -> None:
        for collection in collections:
            self._collections.setdefault(checked_name(collection.name), {})

    async def apply(self, writes: Sequence[Write], offsets: Offsets) -> None:
        for write in writes:
            rows = self._collections[write.collection]
            if write.id not in rows or write.version > rows[write.id][0]:
                rows[write.id] = (write.version, None if isinstance(write, Delete) else msgspec.json.encode(write.body))
        for place, offset in offsets.items():
            self._offsets[place] = max(offset, self._offsets.get(place, 0))

    async def offsets(self) -> dict[tuple[str, int], int]:
        return dict(self._offsets)

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002
        version, body = self._collections[collection].get(id, (0, None))
        return None if body is None else Document(id, version, msgspec.json.decode(body))

    async def find(self, query: Query) -> Page:
        start, found = paging.position(query), list(self._matching(query.collection, query.where))
        paths = [checked_path(path) for path in query.order_by]

        def key(values: Sequence[Any], last: str) -> tuple[object, ...]:
            return (*((value is not None, value) if value is not None else (False,) for value in values), last)

        placed = sorted(
            ((key([paging.member(d, p) for p in paths], d.id), d) for d in found), key=lambda pair: pair[0], reverse=query.descending
        )
        if start is not None:
            begin = key(start.values, start.id)
            placed = [(k, d) for k, d in placed if (k < begin if query.descending else k > begin)]
        return paging.page(query, [d for _, d in placed[: query.limit + 1]])

    async def count(self, collection: str, where: Where) -> int:
        return sum(1 for _ in self._matching(collection, where))

    async def tally(self, collection: str, where: Where, by: str) -> dict[Scalar, int]:
        values = (paging.member(document, checked_path(by)) for document in self._matching(collection, where))
        return dict(Counter(value for value in values if value is not None))

    async def insert(self, document: Put) -> bool:
        used = document.id in self._collections[document.collection]
        await self.apply([] if used else [document], {})
        return not used

    async def update(self, place: tuple[str, str], expected: Where, changes: Body) -> bool:
        document = await self.get(*place)
        if document is None or not _meets(document, expected):
            return False
        changed = reduce(lambda body, item: {**body, checked_name(item[0]): item[1]}, changes.items(), document.body)
        self._collections[place[0]][place[1]] = (document.version, msgspec.json.encode(changed))
        return True

    async def remove(self, collection: str, where: Where) -> int:
        found = [document.id for document in self._matching(collection, where)]
        for each in found:
            del self._collections[collection][each]
        return len(found)

    async def forget(self, topics: Sequence[str]) -> None:
        self._offsets = {place: offset for place, offset in self._offsets.items() if place[0] not in topics}

    async def clear(self) -> None:
        for rows in self._collections.values():
            rows.clear()
        self._offsets.clear()

    async def close(self) -> None:
        pass

    def _matching(self, collection: str, where: Where) -> Iterator[Document]:
        for path in where:
            checked_path(path)
        for each, (version, body) in self._collections[collection].items():
            if body is not None and _meets(document := Document(each, version, msgspec.json.decode(body)), where):
                yield document


def _meets(document: Document, where: Where) -> bool:
    return all(_holds(paging.member(document, path), condition) for path, condition in where.items())


def _holds(value: Any, condition: object) -> bool:
    match condition:
        case Between(low, high):
            return value is not None and (low is None or value >= low) and (high is None or value <= high)
        case In(values):
            return value in values
        case _:
            return bool(value == condition)
