"""Copies the topics that scoring does not write, and of each store what it alone knows, while all services work on.

Of each topic what was committed when the copy began, no more. Stores come after the topics, so they may know of more than the topics hold,
never of less: who was told stands in the ledger. Policies come last, for no version that a store names may be given again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec

from dunghen.cli.backup.files import RecordsFile, StoreRecord, TopicRecord
from dunghen.cli.backup.manifest import FORMAT, FileEntry, Manifest, PartitionEntry, write_manifest
from dunghen.cli.data_folder import CommandError
from dunghen.contracts import topics
from dunghen.contracts.stores import KEPT, Kept
from dunghen.platform import kafka
from dunghen.platform.clock import Clock, RealClock
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Query, Store, StoreAwayError, open_store

Say = Callable[[str], None]
SCORING = "services.scoring"  # who makes what it writes of the other topics
PAGE = 500
MINUTE = 60  # the history is exact to the minute


def kept_topics() -> list[str]:
    """The topics that a backup holds, `policies` at the end."""
    others = [name for name, topic in topics.all_topics().items() if topic.owner != SCORING and name != topics.POLICIES]
    return [*others, topics.POLICIES]


async def take(settings: PlatformSettings, clock: Clock, folder: Path, say: Say) -> Manifest:
    """Makes the folder. Raises CommandError where it is not empty or a store is not there, Unreachable, MissingTopic."""
    begun = RealClock().now().astimezone(UTC).isoformat(timespec="seconds")
    _make(folder)
    *names, last = kept_topics()
    ends = {name: await kafka.end_offsets(settings, name) for name in names}
    copied = {name: await _topic(settings, name, ends[name], folder) for name in names}
    known_to = clock.seconds() // MINUTE * MINUTE
    stores = {name: await _store(settings, name, collections, folder) for name, collections in KEPT.items()}
    copied[last] = await _topic(settings, last, await kafka.end_offsets(settings, last), folder)
    manifest = Manifest(
        format=FORMAT,
        made_at=begun,
        known_to=known_to,
        partitions=len(copied[topics.DOSSIER_EVENTS]),
        topics=copied,
        stores=stores,
    )
    write_manifest(folder, manifest)
    for name, entries in copied.items():
        say(f"{name}: {sum(entry.records for entry in entries)} records")
    for name, held in stores.items():
        say(f"store {name}: {sum(entry.records for entry in held.values())} documents")
    say(f"{sum(entry.bytes for entry in manifest.files())} bytes in {folder}")
    return manifest


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise CommandError(f"{folder} is not empty: a backup is made in a new folder")
    for part in ("topics", "stores"):
        (folder / part).mkdir(mode=0o700)


async def _topic(settings: PlatformSettings, name: str, ends: dict[int, int], folder: Path) -> list[PartitionEntry]:
    files = {partition: RecordsFile(folder / _topic_file(name, partition)) for partition in sorted(ends)}
    first = dict(ends)
    reader = kafka.Reader(settings, [name], patient=True)
    async with aclosing(reader.batches()) as read:
        async for batches in read:
            for (_, partition), records in batches.items():
                for record in records:
                    if record.offset < ends[partition]:
                        first[partition] = min(first[partition], record.offset)
                        files[partition].add(_topic_record(record))
            if all(reader.next[name, partition] >= end for partition, end in ends.items()):
                break
    written = {partition: file.close() for partition, file in files.items()}
    return [PartitionEntry(file=_topic_file(name, p), first=first[p], end=ends[p], **written[p]._asdict()) for p in sorted(written)]


def _topic_file(name: str, partition: int) -> str:
    return f"topics/{name}-{partition}.gz"


def _topic_record(record: Any) -> TopicRecord:
    return TopicRecord(record.offset, record.timestamp, record.key, record.value, tuple(record.headers))


async def _store(settings: PlatformSettings, name: str, collections: tuple[Kept, ...], folder: Path) -> dict[str, FileEntry]:
    store = open_store(settings, name, read_only=True)
    try:
        return {kept.name: await _collection(store, f"stores/{name}.{kept.name}.gz", kept.name, folder) for kept in collections}
    except StoreAwayError as fault:
        raise CommandError(
            f"the store {name} cannot be read ({fault}): every service must have been started once, and its store be there"
        ) from None
    finally:
        await store.close()


async def _collection(store: Store, path: str, name: str, folder: Path) -> FileEntry:
    file, after = RecordsFile(folder / path), ""
    while True:
        page = await store.find(Query(name, limit=PAGE, after=after))
        for document in page.documents:
            file.add(StoreRecord(document.id, document.version, msgspec.json.encode(document.body)))
        after = page.after
        if not after:
            return FileEntry(file=path, **file.close()._asdict())
