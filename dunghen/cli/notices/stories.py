"""Everything that is known of each dossier, one dossier after the other: events, ledger, answers. Bounded in memory, whatever there is.

What is read goes to files in a temporary folder, by dossier into as many parts as it takes; one part at a time is in memory.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Self
from zlib import crc32

import msgspec

from dunghen.cli.recompute.events import EventTable
from dunghen.contracts import topics
from dunghen.contracts.messages import DossierEvent, Notice, decode_event, decode_notice, encode
from dunghen.contracts.people import decode_action
from dunghen.domain.manners import Action
from dunghen.platform import kafka
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Page, Query, Store, open_store

EVENT, ROW, SAID, ACTION = range(4)
RECORDS_A_PART = 20_000
MOST_PARTS = 200  # open files
AT_ONCE = 500
_HEAD = struct.Struct(">BI")


@dataclass
class Story:
    """One dossier (or source, of which only owners of feeds hear): events in the order of the topic, the ledger's rows, what alerts said of
    them in `notices`, what people did.
    """

    dossier: str
    events: list[DossierEvent] = field(default_factory=list)
    rows: list[Notice] = field(default_factory=list)
    said: list[Notice] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)


class Spool:
    """`add` in any order, then `stories`. The folder is gone with the context."""

    def __init__(self, records: int) -> None:
        self.parts = min(MOST_PARTS, records // RECORDS_A_PART + 1)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="dunghen-stories-")))
        self._files: list[BinaryIO] = [self._stack.enter_context(self._path(n).open("wb")) for n in range(self.parts)]
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, kind: int, dossier: str, value: bytes) -> None:
        """One record, encoded as in its topic."""
        file = self._files[crc32(dossier.encode()) % self.parts]
        file.write(_HEAD.pack(kind, len(value)))
        file.write(value)

    def stories(self) -> Iterator[Story]:
        """Every dossier once, those of a part in the order of their codes."""
        for file in self._files:
            file.flush()
        for n in range(self.parts):
            found: dict[str, Story] = {}
            for kind, value in _records(self._path(n)):
                _TAKE[kind](found, value)
            yield from (found[dossier] for dossier in sorted(found))

    def _path(self, n: int) -> Path:
        return self._folder / f"part-{n}"


def _records(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        while head := file.read(_HEAD.size):
            kind, length = _HEAD.unpack(head)
            yield kind, file.read(length)


def _of(found: dict[str, Story], dossier: str) -> Story:
    return found.setdefault(dossier, Story(dossier))


def _take_event(found: dict[str, Story], value: bytes) -> None:
    event = decode_event(value)
    _of(found, event.dossier).events.append(event)


def _take_row(found: dict[str, Story], value: bytes) -> None:
    notice = decode_notice(value)
    _of(found, notice.dossier).rows.append(notice)


def _take_said(found: dict[str, Story], value: bytes) -> None:
    notice = decode_notice(value)
    _of(found, notice.dossier).said.append(notice)


def _take_action(found: dict[str, Story], value: bytes) -> None:
    did = decode_action(value)
    _of(found, did.dossier).actions.append(Action(did.kind, did.person, did.clock, did.stage, did.at, did.until, did.reason))


_TAKE: dict[int, Callable[[dict[str, Story], bytes], None]] = {
    EVENT: _take_event, ROW: _take_row, SAID: _take_said, ACTION: _take_action,
}  # fmt: skip


@dataclass
class _Counted(EventTable):
    """The events that count, as they stand."""

    spool: Spool | None = None
    _value: bytes = b""

    def add_record(self, partition: int, offset: int, record: tuple[bytes | None, bytes | None]) -> None:
        self._value = record[1] or b""
        super().add_record(partition, offset, record)

    def add(self, partition: int, offset: int, event: DossierEvent) -> None:
        if self.spool is not None:
            self.spool.add(EVENT, event.dossier, self._value)


async def spool_for(settings: PlatformSettings) -> Spool:
    """One of as many parts as the topics need. Raises Unreachable, MissingTopic."""
    counts = [sum((await kafka.end_offsets(settings, topic)).values()) for topic in (topics.DOSSIER_EVENTS, topics.NOTICES)]
    return Spool(sum(counts))


async def read_topics(settings: PlatformSettings, spool: Spool) -> None:
    """Raw events, answers, and what alerts said. Raises Unreachable, MissingTopic."""
    table = _Counted(partitions=settings.partitions, spool=spool)
    for partition in range(settings.partitions):

        def take(key: bytes | None, value: bytes | None, offset: int, _: int, partition: int = partition) -> None:
            table.add_record(partition, offset, (key, value))

        await kafka.read_all(settings, (topics.DOSSIER_EVENTS, partition), take)
    every = topics.all_topics(settings.partitions)
    for topic, kind in ((topics.NOTICE_ACTIONS, ACTION), (topics.NOTICES, SAID)):
        for partition in range(every[topic].partitions):
            await kafka.read_all(settings, (topic, partition), _taking(spool, kind))


def _taking(spool: Spool, kind: int) -> kafka.Take:
    decode: Callable[[bytes], object] = decode_action if kind == ACTION else decode_notice

    def take(_: bytes | None, value: bytes | None, *__: int) -> None:
        try:
            dossier = str(getattr(decode(value or b""), "dossier"))  # noqa: B009 - of either message
        except msgspec.MsgspecError:
            return  # what cannot be read has done nothing
        spool.add(kind, dossier, value or b"")

    return take


async def read_ledger(settings: PlatformSettings, spool: Spool) -> int | None:
    """Every row of alerts' outbox, and the instant of go-live (None: alerts is off). It may be running. Raises StoreError."""
    store = open_store(settings, "alerts", read_only=True)
    try:
        live = await store.get("facts", "go_live")
        await _rows(store, spool)
        return int(live.body["at"]) if live else None
    finally:
        await store.close()


async def _rows(store: Store, spool: Spool) -> None:
    after = ""
    while True:
        page: Page = await store.find(Query("notices", limit=AT_ONCE, after=after))
        for document in page.documents:
            notice = msgspec.convert(document.body, Notice)
            spool.add(ROW, notice.dossier, encode(notice))
        after = page.after
        if not after:
            return
