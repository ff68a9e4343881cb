"""What a document store promises, whichever driver stands behind it.

A document is a JSON object under an id in a collection. Two ways of writing, which may be mixed:
- **versioned** (`apply`): a `Put` or `Delete` takes effect only if its version is greater than the stored one, so records that come twice
  or out of order do no harm. The version is the Kafka offset of the record that it came from: one key always lies in one partition.
  Version 0 therefore means "insert if absent". A versioned delete leaves its version behind (never found, never counted), so that an
  older record cannot bring the document back.
- **by comparison** (`insert`, `update`): each says whether it took effect; exactly one of several writers wins.

Names of collections and of members that are queried are lower-case letters, digits and `_`; a dot leads into a nested object; `id` is
the document's id. A queried member holds one type; missing and null are the same and sort first. Strings sort by code point. No member
name holds a dot or begins with `$`, and no array holds an array directly: MongoDB's relatives do not take them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Scalar = str | int | float | bool | None
Body = dict[str, Any]
Offsets = Mapping[tuple[str, int], int]  # (topic, partition) -> the next offset to read

_ARRAYS = (list, tuple)
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,50}")


class StoreError(Exception):
    """What a store raises of its own."""


class StoreAwayError(StoreError):
    """The store cannot be reached, is busy, or is not prepared yet: the same call may succeed later, and may be repeated."""


class StoreTakenError(StoreError):
    """Another process writes this SQLite file."""


class CursorError(StoreError, ValueError):
    """The cursor was not made for a query of this order."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of document and the members, in order, that are searched and sorted together. Every index ends with the id by itself."""

    name: str
    indexes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Put:
    """The whole document as of this version. Raises ValueError for a body that not every store takes."""

    collection: str
    id: str
    version: int
    body: Body

    def __post_init__(self) -> None:
        _checked_body(self.collection, self.body)


@dataclass(frozen=True, slots=True)
class Delete:
    """From this version on there is no such document."""

    collection: str
    id: str
    version: int


Write = Put | Delete


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is stored; `version` 0 if it was never written by `apply`."""

    id: str
    version: int
    body: Body


@dataclass(frozen=True, slots=True)
class Between:
    """Values from low to high, both included; None leaves that side open. Null is never between."""

    low: Scalar = None
    high: Scalar = None


@dataclass(frozen=True, slots=True)
class In:
    """Any of these values, none of them null."""

    values: tuple[str | int | float, ...]


Where = Mapping[str, Scalar | Between | In]


@dataclass(frozen=True, slots=True)
class Query:
    """Documents of one collection that meet every condition, ordered by members and then by id, `limit` of them from after a cursor on."""

    collection: str
    where: Where = field(default_factory=dict)
    order_by: tuple[str, ...] = ()
    descending: bool = False
    limit: int = 100
    after: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query. `after` is the cursor of the next page, empty on the last one.

    A document that stays as it is while one pages is seen exactly once, whatever is written around it.
    """

    documents: list[Document]
    after: str


class Store(Protocol):
    """Every method raises StoreAwayError when the store cannot be reached, ValueError for a name or cursor that is none."""

    async def prepare(self, collections: Sequence[Collection]) -> None:
        """Creates what is missing and drops indexes of these collections that are no longer declared. To be called first."""

    async def apply(self, writes: Sequence[Write], offsets: Offsets) -> None:
        """Carries out the writes that are newer than what is stored, and records the offsets; an offset never goes back.

        On SQLite all of it in one transaction. On MongoDB the offsets come last: after a failure the same records come again,
        and change nothing.
        """

    async def offsets(self) -> dict[tuple[str, int], int]:
        """How far the stored values reach, by topic and partition: from there a reader goes on."""

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002 - the word of the field
        """One document."""

    async def find(self, query: Query) -> Page:
        """One page of documents."""

    async def count(self, collection: str, where: Where) -> int:
        """How many documents meet every condition."""

    async def tally(self, collection: str, where: Where, by: str) -> dict[Scalar, int]:
        """How many documents that meet every condition have each value of a member; those without it are left out.

        Where an index begins with the members of `where` and holds `by` too, it alone is read (on MongoDB; SQLite visits the rows' heads).
        """

    async def insert(self, document: Put) -> bool:
        """Adds a document with its version; False, and nothing changed, if the id was ever used."""

    async def update(self, place: tuple[str, str], expected: Where, changes: Body) -> bool:
        """Sets top-level members of the document at (collection, id) if it meets the conditions; False, and nothing changed, if not."""

    async def remove(self, collection: str, where: Where) -> int:
        """Removes the documents that meet every condition, without leaving a version behind; gives their number. For retention."""

    async def forget(self, topics: Sequence[str]) -> None:
        """Forgets the offsets of these topics and keeps every document: before their records come anew, in topics made again."""

    async def clear(self) -> None:
        """Empties every prepared collection and forgets the offsets: before a rebuild from the topics."""

    async def close(self) -> None:
        """Gives everything back; may be called twice."""


def checked_name(name: str) -> str:
    """A name of a collection or a top-level member; raises ValueError for any other text, so that none reaches a query language."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of a collection or member: {name!r}")
    return name


def checked_path(path: str) -> str:
    """A member's path, like `unit` or `head.unit`; raises ValueError for any other text."""
    for name in path.split("."):
        checked_name(name)
    return path


def _checked_body(collection: str, body: Body) -> None:
    """The message names no value and no member: either may be a received one."""
    names = " ".join(body)  # in one look: this is done for each document of a read model
    if "." in names or ("$" in names and any(name.startswith("$") for name in body)):
        raise ValueError(f"a document of {collection}: a member's name holds a dot or begins with $")
    for value in body.values():
        kind = type(value)
        if kind is dict:
            _checked_body(collection, value)
        elif kind in _ARRAYS:
            for each in value:
                if type(each) in _ARRAYS:
                    raise ValueError(f"a document of {collection}: an array holds an array")
                if type(each) is dict:
                    _checked_body(collection, each)


def newest(writes: Sequence[Write]) -> list[Write]:
    """Of each document only the write with the highest version (the first of equals): what remains when all are applied in order."""
    kept: dict[tuple[str, str], Write] = {}
    for write in writes:
        before = kept.get((write.collection, write.id))
        if before is None or write.version > before.version:
            kept[write.collection, write.id] = write
    return list(kept.values())
