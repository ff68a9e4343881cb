"""Walks the audit log block by block. Beside a running city: on SQLite it reads the file that the api writes, and changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.contracts.audit import BLOCKS, HEAD, HEADS, STORE, AuditEntry, Place, Verification, entries_of
from dunghen.platform.store import Document, Query, Store, StoreAwayError, open_store

Say = Callable[[str], None]
PAGE = 500
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a dossier, of somebody by internal id; "" all."""

    dossier: str = ""
    who: str = ""

    def has(self, entry: AuditEntry) -> bool:
        """Whether it is one of them."""
        return (not self.dossier or self.dossier in entry.dossiers) and self.who in ("", entry.who)


async def verify(folder: DataFolder, known: str, say: Say) -> int:
    """Says every fault with its place, and where the chain stands; 1 if there is any. `known`: SEQ:HASH, noted at an earlier time."""
    store = open_store(settings_of(folder), STORE, read_only=True)
    try:
        head = await store.get(HEADS, HEAD)  # before the walk: a block that is written meanwhile is not missing
        walk = Verification(_place(known) if known else None, Place(head.body["seq"], head.body["hash"]) if head else None)
        faults = [fault async for document in _blocks(store) for fault in walk.take(document.id, document.body)]
        faults += walk.end()
    except StoreAwayError as away:
        raise CommandError(f"there is no audit log yet, or its store cannot be reached ({away})") from None
    finally:
        await store.close()
    for fault in faults[:MOST_FAULTS]:
        say(f"block {fault.seq} {fault.what}")
    say(f"{len(faults)} faults in {walk.place.seq} blocks, {walk.entries} entries; the head is {walk.place}")
    return 1 if faults else 0


async def show(folder: DataFolder, wanted: Wanted, say: Say) -> None:
    """Every entry that is wanted, the oldest first."""
    store = open_store(settings_of(folder), STORE, read_only=True)
    try:
        async for document in _blocks(store):
            for entry in filter(wanted.has, entries_of(document.body)):
                say(_line(entry))
    except StoreAwayError as away:
        raise CommandError(f"there is no audit log yet, or its store cannot be reached ({away})") from None
    finally:
        await store.close()


async def _blocks(store: Store) -> AsyncIterator[Document]:
    after = ""
    while True:
        page = await store.find(Query(BLOCKS, {}, ("seq",), limit=PAGE, after=after))
        for document in page.documents:
            yield document
        after = page.after
        if not after:
            return


def _line(entry: AuditEntry) -> str:
    at = datetime.fromtimestamp(entry.at, UTC).isoformat().replace("+00:00", "Z")
    return "  ".join((at, entry.who or "-", entry.role, entry.reason, entry.route, entry.unit or "-", *entry.dossiers))


def _place(text: str) -> Place:
    seq, _, known = text.partition(":")
    if not seq.isdecimal() or len(known) != 64:
        raise CommandError(f"{text}: not a head like 17:3b9f…, as `dunghen audit verify` says it")
    return Place(int(seq), known)
