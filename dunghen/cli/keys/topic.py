"""Reads and writes the topic `keys`. It holds digests, never a secret."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from dunghen.cli.data_folder import CommandError
from dunghen.contracts import topics
from dunghen.contracts.keys import KeyBook, state_of
from dunghen.contracts.messages import KeyRecord, encode
from dunghen.platform import kafka
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.fenced import Fenced, writing
from dunghen.platform.settings import PlatformSettings

Change = Callable[[KeyBook], Sequence[KeyRecord]]


def now_seconds() -> int:
    """Real seconds: keys expire by the calendar on the wall."""
    return real_milliseconds() // 1000


async def read_keys(settings: PlatformSettings) -> KeyBook:
    """Everything in the topic as it is now."""
    book = KeyBook()
    await kafka.read_all(settings, (topics.KEYS, 0), lambda key, value, *_: book.take(key, value))
    return book


async def write_keys(settings: PlatformSettings, change: Change) -> None:
    """What `change` makes of the present keys, in one transaction behind a fence: of two who change them at once one is told so."""
    try:
        async with writing(settings, "keys") as writer:
            book = await read_keys(settings)
            records = [(record.id.encode(), encode(record)) for record in change(book)]
            await writer.write({(topics.KEYS, 0): [*records, *_over(book, now_seconds())]})
    except Fenced:
        raise CommandError("somebody else changed keys at the same moment: nothing was written; look at them and do it again") from None


def _over(book: KeyBook, now: int) -> list[tuple[bytes, bytes | None]]:
    """Tombstones for links that nobody can use any more: one is made whenever somebody signs in."""
    return [(record.id.encode(), None) for record in book if record.scope == "link" and state_of(record, now) != "valid"]


def write_secret(file: Path, text: str) -> None:
    """A reader never sees half a file, nor anybody but its owner a key."""
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(new, file)
