"""Puts a backup into a cluster, stores and Redis that hold nothing yet. Everything derived is counted anew from it.

Records keep partition, order, key, value, headers and time; their offsets are counted anew. What is restored names no offset of the former
cluster: `as_restored` takes them out, each for the reason that decision 0042 gives.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from dunghen.cli.backup.files import StoreRecord, TopicRecord, records_in
from dunghen.cli.backup.manifest import Manifest, check_files, read_manifest
from dunghen.cli.city_redis import city_redis
from dunghen.cli.data_folder import CommandError
from dunghen.cli.policy_topic import newest_version, publish
from dunghen.cli.rebuild.copying import LARGEST
from dunghen.contracts import topics
from dunghen.contracts.board import BOARD
from dunghen.contracts.stores import ALERTS, API, GENERATIONS, KEPT, WEBHOOKS, generation, unknown_since
from dunghen.domain.marks import COUNTED
from dunghen.platform import kafka
from dunghen.platform.clock import Clock, real_milliseconds
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Collection, Document, Put, Store, StoreTakenError, open_store

T = TypeVar("T")
Say = Callable[[str], None]
AT_ONCE = 5000  # records, or documents, on their way


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: `settings` name the servers, `clock` is the city's; `replication`: replicas of each partition, None: as many as there were.

    `why`: the reason of the policy version, None: that it was restored.
    """

    settings: PlatformSettings
    clock: Clock
    replication: int | None = None
    why: str | None = None


async def restore(target: Target, folder: Path, say: Say) -> None:
    """Everything is checked before anything is written; what breaks off then is to begin anew, with nothing there again.

    Raises CommandError for a folder that is no whole backup and for a target that holds something, Unreachable, WrongPartitions.
    """
    settings, manifest = target.settings, read_manifest(folder)
    check_files(folder, manifest)
    if settings.partitions != manifest.partitions:
        raise CommandError(
            f"the backup has {manifest.partitions} partitions, the settings say {settings.partitions}: "
            f"restore with DUNGHEN_PARTITIONS={manifest.partitions}, add partitions later by `dunghen rebuild`"
        )
    await _nothing_there(settings)
    wanted = {name: (topic.partitions, topic.config) for name, topic in topics.all_topics(settings.partitions).items()}
    if unknown := manifest.topics.keys() - wanted.keys():
        raise CommandError(f"this release has no topic {', '.join(sorted(unknown))}: restore with the release that made the backup")
    if others := [name for name, entries in manifest.topics.items() if len(entries) != wanted[name][0]]:
        raise CommandError(f"in the backup the partitions of {', '.join(sorted(others))} are others than in this release")
    await kafka.ensure_topics(settings, wanted, target.replication or manifest.replicas)
    for name, entries in manifest.topics.items():
        for partition, entry in enumerate(entries):
            await _records(settings, (name, partition), folder / entry.file)
        say(f"{name}: {sum(entry.records for entry in entries)} records")
    for name in KEPT:
        say(f"store {name}: {await _store(settings, name, folder, manifest)} documents")
    if await newest_version(settings):
        reason = target.why or f"restored from the backup of {manifest.made_at}"
        version = await publish(settings, {"counters": COUNTED}, reason=reason, at=target.clock.seconds())
        say(f"policy version {version} published, with what was in force")


async def _nothing_there(settings: PlatformSettings) -> None:
    """Raises CommandError that says what is there."""
    for name in await kafka.present(settings, topics.all_topics()):
        if any((await kafka.end_offsets(settings, name)).values()):
            raise CommandError(f"the topic {settings.named(name)} is not empty: a backup is restored where nothing is yet")
    async with city_redis(settings) as client:
        if await client.exists(*(settings.named(key) for key in BOARD)):
            raise CommandError("Redis holds a map (DUNGHEN_REDIS): a backup is restored where nothing is yet")
    for name, collections in KEPT.items():
        store = await _opened(settings, name)
        try:
            if await store.offsets() or any([await store.count(kept.name, {}) for kept in collections]):
                raise CommandError(f"the store {name} is not empty: a backup is restored where nothing is yet")
        finally:
            await store.close()


async def _opened(settings: PlatformSettings, name: str) -> Store:
    try:
        store = open_store(settings, name, durable=True)
    except StoreTakenError as fault:
        raise CommandError(f"stop all services first: {fault} is in use") from None
    await store.prepare([Collection(kept.name) for kept in KEPT[name]])
    return store


async def _records(settings: PlatformSettings, place: kafka.Place, file: Path) -> None:
    topic, partition = settings.named(place[0]), place[1]
    async with kafka.started(kafka.producer(settings, max_request_size=LARGEST), settings) as producer:
        for some in _pieces(records_in(file, TopicRecord)):
            sent = [
                await producer.send(topic, r.value, key=r.key, partition=partition, timestamp_ms=r.timestamp, headers=list(r.headers))
                for r in some
            ]
            await asyncio.gather(*sent)


async def _store(settings: PlatformSettings, name: str, folder: Path, manifest: Manifest) -> int:
    """Gives how many documents it has now."""
    store, count = await _opened(settings, name), 0
    try:
        for collection, entry in manifest.stores.get(name, {}).items():
            for some in _pieces(records_in(folder / entry.file, StoreRecord)):
                read = (Document(r.id, r.version, msgspec.json.decode(r.body)) for r in some)
                found = [document for document in read if not _shown_after(manifest.known_to, collection, document)]
                await store.apply([as_restored(name, collection, document) for document in found], {})
                count += len(found)
        if name == API and manifest.known_to is not None:
            at, body = generation(manifest.known_to, *unknown_since())
            await store.apply([Put(GENERATIONS, at, real_milliseconds(), body)], {})
    finally:
        await store.close()
    return count


def _shown_after(known_to: int | None, collection: str, document: Document) -> bool:
    """Published while the backup was made: as the last that is known it would stand for what came later and is lost."""
    return collection == GENERATIONS and known_to is not None and int(document.body["at"]) >= known_to


def as_restored(store: str, collection: str, document: Document) -> Put:
    """A document as it stands on a cluster whose offsets begin anew."""
    kept = next(each for each in KEPT[store] if each.name == collection)
    body = document.body
    if (store, collection) == (ALERTS, "progress"):
        body = {**body, "next": 0}  # of `dossiers`, which is made anew: each of them is asked of the ledger
    elif store == WEBHOOKS:
        state = json.loads(body["kept"])
        state.pop("reached", None)  # offsets: any picture is new to it
        body = {**body, "kept": json.dumps(state)}
    return Put(collection, document.id, kept.version_elsewhere(document.version), body)


def _pieces(records: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(records)
    while some := list(islice(rest, AT_ONCE)):
        yield some
