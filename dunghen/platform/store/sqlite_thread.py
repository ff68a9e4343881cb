"""One SQLite connection that lives in a thread of its own, and the lock that keeps a file to one writing process.

A piece of work runs in the thread from beginning to end: a caller that is cancelled meanwhile never leaves half a transaction behind.
Transactions that wait for the thread together are committed together: a commit that survives loss of power costs milliseconds.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from dunghen.platform.store.port import StoreAwayError, StoreTakenError

T = TypeVar("T")
_TRANSIENT = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_PROTOCOL,
}


class _Wanted(NamedTuple):
    """A transaction that waits for the thread."""

    work: Callable[[sqlite3.Connection], Any]
    done: asyncio.Future[Any]


class SqliteThread:
    """Opens the connection at the first work, and again at the next if that failed."""

    def __init__(self, name: str, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting = deque[_Wanted]()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs work in the thread; raises StoreAwayError for what may pass."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, work)

    async def transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The same inside a transaction: all of it or nothing, whatever becomes of others that are committed with it."""
        loop = asyncio.get_running_loop()
        wanted = _Wanted(work, loop.create_future())
        self._waiting.append(wanted)
        if len(self._waiting) == 1:  # else the thread has yet to come to those before
            self._pool.submit(self._commit_waiting, loop)
        found: T = await wanted.done
        return found

    def _commit_waiting(self, loop: asyncio.AbstractEventLoop) -> None:
        group = list[_Wanted]()
        while self._waiting:
            group.append(self._waiting.popleft())
        ends = self._ends_of(group)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_say, [each.done for each in group], ends)

    def _ends_of(self, group: Sequence[_Wanted]) -> Sequence[Any]:
        """What each gave, or the exception that it raised."""
        try:
            return self._run(lambda connection: _committed(connection, [each.work for each in group]))
        except BaseException as fault:
            return [fault] * len(group)

    async def close(self) -> None:
        """Closes the connection in its thread."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        try:
            self._pool.submit(self._disconnect).result()
        except RuntimeError:  # closed before
            return
        self._pool.shutdown()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._connection is None:
                self._connection = self._connect()
            return work(self._connection)
        except sqlite3.OperationalError as fault:
            if (known := _as_known(fault)) is fault:
                raise
            raise known from fault


def _as_known(fault: Exception) -> Exception:
    """StoreAwayError for what may pass."""
    if not isinstance(fault, sqlite3.OperationalError):
        return fault
    passes = fault.sqlite_errorcode & 0xFF in _TRANSIENT or str(fault).startswith("no such table")
    return StoreAwayError(fault.sqlite_errorname) if passes else fault


def _committed(connection: sqlite3.Connection, works: Sequence[Callable[[sqlite3.Connection], Any]]) -> Sequence[Any]:
    """The end of each, by itself all or nothing, committed together. Raises what undid them all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        ends = [_one(connection, work) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return ends


def _one(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], Any]) -> Any:
    connection.execute("SAVEPOINT one")
    try:
        end = work(connection)
    except Exception as fault:
        if not connection.in_transaction:  # SQLite has undone everything: the disk is full, or fails
            raise
        connection.execute("ROLLBACK TO one")
        end = _as_known(fault)
    connection.execute("RELEASE one")
    return end


def _say(waiting: Sequence[asyncio.Future[Any]], ends: Sequence[Any]) -> None:
    for done, end in zip(waiting, ends, strict=True):
        if done.cancelled():
            continue
        if isinstance(end, BaseException):
            done.set_exception(end)
        else:
            done.set_result(end)


def reading(file: Path) -> sqlite3.Connection:
    """A connection that cannot write; fails until the writer has made the file."""
    return _connection(f"{file.absolute().as_uri()}?mode=ro")


def writing(file: Path, durable: bool) -> sqlite3.Connection:
    """The writing connection. `durable`: a commit survives loss of power (one fsync each), else only the death of the process."""
    connection = _connection(file.absolute().as_uri())
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    return connection


def _connection(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5.0, check_same_thread=True)
    connection.execute("PRAGMA cache_size = -32768")
    return connection


class WriterLock:
    """Keeps a file to one writing process; the system takes it back when that process dies, however it dies."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(file.with_name(file.name + ".writer"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._handle)
            raise StoreTakenError(file.name) from None

    def release(self) -> None:
        """Lets the next writer in; may be called twice."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
