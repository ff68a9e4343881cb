"""The steps of `dunghen erase`: what everything is made of is copied without the dossiers, all there was is deleted, the copy put back.

Kafka takes single records out of no topic that is kept for ever; it deletes topics whole, files and all. Before the copy is complete on the
disk nothing is deleted; whatever ends it later, the same command goes on with that copy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dunghen.cli.backup.files import TopicRecord, records_in
from dunghen.cli.backup.manifest import MANIFEST, check_files, read_manifest
from dunghen.cli.backup.noted import Noted
from dunghen.cli.backup.restoring import Say, Target, restore
from dunghen.cli.backup.taking import take
from dunghen.cli.city_redis import city_redis
from dunghen.cli.data_folder import CommandError
from dunghen.cli.erase.leaving_out import ERASED, Without
from dunghen.cli.erase.place import DONE, WORK
from dunghen.cli.rebuild.steps import groups_begin_anew, nobody_at_work
from dunghen.contracts import topics
from dunghen.contracts.audit import BLOCKS, HEAD, HEADS, AuditEntry, Place, block_after, block_id
from dunghen.contracts.board import BOARD, NEWS
from dunghen.contracts.stores import ACCESS, KEPT, READ_AGAIN
from dunghen.platform import kafka
from dunghen.platform.clock import Clock
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Collection, Put, Query, StoreTakenError, open_store


@dataclass(frozen=True, slots=True)
class Standing:
    """A city whose services stand. `place`: on a disk, the copy stands in it until all is back; `begins_anew`: told the count of
    partitions before anything is deleted."""

    settings: PlatformSettings
    clock: Clock
    place: Path
    begins_anew: Callable[[int], object] = lambda _: None


async def erase(city: Standing, codes: frozenset[str], say: Say) -> None:
    """Says what went, by place, and what the operator has to do besides; no line has a code.

    Raises CommandError where somebody is at work, nothing names them, or the audit log is not whole; Unreachable.
    """
    settings = city.settings
    await nobody_at_work(settings)
    await _nobody_writes(settings)
    work = city.place / WORK
    if interrupted := (work / MANIFEST).exists():
        say("an erasure that was interrupted is finished first")
        await _put_back(city, work, None, say)
    for left in (work, city.place / DONE):
        shutil.rmtree(left, ignore_errors=True)
    picking = Without(codes)
    try:
        await take(settings, None, work, picking)
        picking.ended()
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    if not picking.left_out:
        shutil.rmtree(work)
        if not interrupted:
            raise CommandError("nothing was erased: no record and no document is of it")
        say("no other record and no document is of it")
        return
    await _put_back(city, work, picking.before, say)
    for place, count in sorted(picking.left_out.items()):
        say(f"{place}: {count} {'readings without the code' if place == f'{ACCESS}/{BLOCKS}' else 'erased'}")
    for place, count in sorted(picking.still.items()):
        say(f"{place}: {count} have it in a text that somebody wrote: it was left there")


async def _put_back(city: Standing, work: Path, before: Place | None, say: Say) -> None:
    settings, manifest = city.settings, read_manifest(work)
    check_files(work, manifest)
    city.begins_anew(manifest.partitions)
    await _delete_all(settings)
    await restore(Target(settings, city.clock, why="dossiers were erased"), work, say)
    await groups_begin_anew(settings)
    head = await _note_the_act(settings, city.clock.seconds(), before)
    done = city.place / DONE
    os.replace(work, done)  # from here on services may start: this copy is never put back again
    say(f"the head of the audit log {'' if before is None else f'was {before}, it '}is {head}")
    shutil.rmtree(done)


async def _nobody_writes(settings: PlatformSettings) -> None:
    """On MongoDB nobody can see from here who is connected."""
    for name in KEPT:
        try:
            await open_store(settings, name).close()
        except StoreTakenError as fault:
            raise CommandError(f"stop all services first: {fault} is in use") from None


async def _delete_all(settings: PlatformSettings) -> None:
    """Topics with their files, stores with theirs (MongoDB: their documents), and what Redis holds."""
    await kafka.remove_topics(settings, topics.all_topics())
    for name, collections in KEPT.items():
        store = open_store(settings, name)
        await store.prepare([Collection(each) for each in (*(kept.name for kept in collections), *READ_AGAIN.get(name, ()))])
        await store.clear()
        await store.close()
        if not settings.mongo:  # what was deleted inside of it would stay readable in the file
            for file in settings.data.glob(f"{settings.named(name)}.db*"):
                file.unlink()
    async with city_redis(settings) as client:
        await client.delete(*(settings.named(key) for key in (*BOARD, NEWS)))


async def _note_the_act(settings: PlatformSettings, at: int, before: Place | None) -> Place:
    """The erasure as an entry of the audit log, without the code, with the head that the log had; gives the head that it has."""
    store = open_store(settings, ACCESS, durable=True)
    try:
        await store.prepare([Collection(kept.name) for kept in KEPT[ACCESS]])
        found = (await store.find(Query(BLOCKS, {}, ("seq",), descending=True, limit=1))).documents
        last = Place(found[0].body["seq"], found[0].body["hash"]) if found else Place()
        route = "dunghen erase" if before is None else f"dunghen erase, head {before}"
        entry = AuditEntry(at=at, who="operator", role="operator", route=route, reason="ERASED", dossiers=(ERASED,))
        head, body = block_after(last, [entry])
        await store.insert(Put(BLOCKS, block_id(head.seq), 1, body))
        await store.remove(HEADS, {})
        await store.insert(Put(HEADS, HEAD, 1, {"seq": head.seq, "hash": head.hash}))
        return head
    finally:
        await store.close()


def backups_with(noted: list[Noted], codes: frozenset[str]) -> list[str]:
    """A line for each backup that still holds one of them, or that cannot be looked into."""
    lines = []
    for each in noted:
        try:
            entries = read_manifest(Path(each.folder)).topics[topics.DOSSIER_EVENTS]
            keys = (r.key for entry in entries for r in records_in(Path(each.folder) / entry.file, TopicRecord))
            if any((key or b"").decode(errors="replace") in codes for key in keys):
                lines.append(f"the backup of {each.made_at} in {each.folder} still holds it")
        except (CommandError, OSError, EOFError):
            lines.append(f"the backup of {each.made_at} is not in {each.folder} any more: wherever it is, it may hold it")
    return lines
