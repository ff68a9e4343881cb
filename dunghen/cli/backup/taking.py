"""Copies the topics that scoring does not write, and of each store what it alone knows, while all services work on.

Of each topic what was committed when the copy began, no more. Stores come after the topics, so they may know of more than the topics hold,
never of less: who was told stands in the ledger. Policies come last, for no version that a store names may be given again.
"""

from __future__ import annotations

from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Protocol

import msgspec

from dunghen.cli.backup.files import RecordsFile, StoreRecord, TopicRecord
from dunghen.cli.backup.manifest import FORMAT, FileEntry, Manifest, PartitionEntry, write_manifest
from dunghen.cli.data_folder import CommandError
from dunghen.contracts import topics
from dunghen.contracts.stores import KEPT, Kept
from dunghen.platform import kafka
from dunghen.platform.clock import Clock, RealClock
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Document, Query, Store, StoreAwayError, open_store

SCORING = "services.scoring"  # who makes what it writes of the other topics
PAGE = 500
MINUTE = 60  # the history is exact to the minute


def kept_topics() -> list[str]:
    """The topics that a backup holds, `policies` at the end."""
    others = [name for name, topic in topics.all_topics().items() if topic.owner != SCORING and name != topics.POLICIES]
    return [*others, topics.POLICIES]


class Picking(Protocol):
    """What of it is copied, and how."""

    def record(self, topic: str, record: TopicRecord) -> TopicRecord | None: ...
    def document(self, place: tuple[str, str], document: Document) -> Document | None: ...


class Everything:
    """As it is."""

    def record(self, _topic: str, record: TopicRecord) -> TopicRecord:
        return record

    def document(self, _place: tuple[str, str], document: Document) -> Document:
        return document


async def take(settings: PlatformSettings, clock: Clock | None, folder: Path, picking: Picking | None = None) -> Manifest:
    """Makes the folder. `clock`: the city's, None where its services stand and nothing is published after this.

    Raises CommandError where the folder is not empty or a store is not there, Unreachable, MissingTopic.
    """
    begun = RealClock().now().astimezone(UTC).isoformat(timespec="seconds")
    _make(folder)
    *names, last = kept_topics()
    ends = {name: await kafka.end_offsets(settings, name) for name in names}
    copying = _Copying(settings, folder, picking or Everything())
    copied = {name: await copying.topic(name, ends[name]) for name in names}
    known_to = clock.seconds() // MINUTE * MINUTE if clock else None
    stores = {name: await copying.store(name, collections) for name, collections in KEPT.items()}
    copied[last] = await copying.topic(last, await kafka.end_offsets(settings, last))
    manifest = Manifest(
        format=FORMAT,
        made_at=begun,
        known_to=known_to,
        partitions=len(copied[topics.DOSSIER_EVENTS]),
        replicas=await kafka.replicas(settings, topics.DOSSIER_EVENTS),
        topics=copied,
        stores=stores,
    )
    write_manifest(folder, manifest)
    return manifest


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise CommandError(f"{folder} is not empty: a backup is made in a new folder")
    for part in ("topics", "stores"):
        (folder / part).mkdir(mode=0o700)


@dataclass(frozen=True, slots=True)
class _Copying:
    settings: PlatformSettings
    folder: Path
    picking: Picking

    async def topic(self, name: str, ends: dict[int, int]) -> list[PartitionEntry]:
        """Below these ends."""
        first, reader = dict(ends), kafka.Reader(self.settings, [name], patient=True)
        async with aclosing(reader.batches()) as read, AsyncExitStack() as opened:
            files = {p: opened.enter_context(RecordsFile(self.folder / _topic_file(name, p))) for p in sorted(ends)}
            async for batches in read:
                for (_, partition), records in batches.items():
                    for record in records:
                        if record.offset < ends[partition] and (picked := self.picking.record(name, _topic_record(record))):
                            first[partition] = min(first[partition], record.offset)
                            files[partition].add(picked)
                if all(reader.next[name, partition] >= end for partition, end in ends.items()):
                    break
            written = {partition: file.close() for partition, file in files.items()}
        return [PartitionEntry(file=_topic_file(name, p), first=first[p], end=ends[p], **written[p]._asdict()) for p in sorted(written)]

    async def store(self, name: str, collections: tuple[Kept, ...]) -> dict[str, FileEntry]:
        store = open_store(self.settings, name, read_only=True)
        try:
            return {kept.name: await self._collection(store, name, kept.name) for kept in collections}
        except StoreAwayError as fault:
            said = "every service must have been started once, and its store be there"
            raise CommandError(f"the store {name} cannot be read ({fault}): {said}") from None
        finally:
            await store.close()

    async def _collection(self, store: Store, of: str, name: str) -> FileEntry:
        path, after = f"stores/{of}.{name}.gz", ""
        with RecordsFile(self.folder / path) as file:
            while True:
                page = await store.find(Query(name, limit=PAGE, after=after))
                for document in page.documents:
                    if picked := self.picking.document((of, name), document):
                        file.add(StoreRecord(picked.id, picked.version, msgspec.json.encode(picked.body)))
                after = page.after
                if not after:
                    return FileEntry(file=path, **file.close()._asdict())


def _topic_file(name: str, partition: int) -> str:
    return f"topics/{name}-{partition}.gz"


def _topic_record(record: Any) -> TopicRecord:
    return TopicRecord(record.offset, record.timestamp, record.key, record.value, tuple(record.headers))
