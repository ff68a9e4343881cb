"""The files of a backup: records one behind the other, compressed, none of them ever whole in memory.

A file is gzip. In it a record is four bytes, its length, the highest first, and so many bytes of MessagePack: of a topic
`[offset, timestamp in milliseconds, key, value, [[name, value of a header], …]]` (null: none), of a store `[id, version, body]`, the body
as bytes of JSON.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self, TypeVar

import msgspec

T = TypeVar("T")
LEVEL = 3  # of compression: the network and the disk are slower than this, and more gains little
LENGTH_BYTES = 4
PIECE = 1 << 20


class TopicRecord(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """One record of a topic partition; `timestamp` in real milliseconds since 1970."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


class StoreRecord(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """One document of a collection."""

    id: str
    version: int
    body: bytes


class Written(NamedTuple):
    """What a file holds, and how it is known again."""

    records: int
    bytes: int
    sha256: str


class RecordsFile:
    """A new file, readable by its owner alone. `close` gives what it holds; left without it (as a context) it is no whole file."""

    def __init__(self, file: Path) -> None:
        """Raises FileExistsError."""
        self._raw = _Counted(os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb"))
        self._packed = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=self._raw, mtime=0)
        self._encode = msgspec.msgpack.Encoder().encode
        self.records = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._packed.close()
            self._raw.give_back()

    def add(self, record: TopicRecord | StoreRecord) -> None:
        body = self._encode(record)
        self._packed.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
        self.records += 1

    def close(self) -> Written:
        """Returns once it is on the disk."""
        self._packed.close()
        self._raw.close()
        return Written(self.records, self._raw.bytes, self._raw.digest.hexdigest())


class _Counted:
    """Counts and hashes what is written through it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.bytes, self.digest = file, 0, sha256()

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        self.digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def give_back(self) -> None:
        self._file.close()

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def digest_of(file: Path) -> str:
    """The SHA-256 of a file as it lies there. Raises OSError."""
    digest = sha256()
    with file.open("rb") as raw:
        while piece := raw.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def records_in(file: Path, kind: type[T]) -> Iterator[T]:
    """The records of a file whose digest was looked at before, one by one."""
    decode = msgspec.msgpack.Decoder(kind).decode
    with gzip.open(file, "rb") as unpacked:
        while length := unpacked.read(LENGTH_BYTES):
            yield decode(unpacked.read(int.from_bytes(length, "big")))
