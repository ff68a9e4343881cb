"""A namespace of the broker with stores of its own, for what copies whole cities; with what only a long life brings in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dunghen.cli.backup.manifest import Manifest
from dunghen.cli.backup.restoring import Target, restore
from dunghen.cli.backup.taking import take
from dunghen.cli.policy_topic import publish
from dunghen.contracts.audit import AuditEntry, Place, block_after, block_id
from dunghen.contracts.city_files import read_city
from dunghen.contracts.stores import GENERATIONS, KEPT, generation
from dunghen.contracts.topics import DOSSIER_EVENTS, FACTS, KEYS, NOTICES, all_topics
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.fenced import writing
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Collection, Put, Query, open_store
from dunghen.platform.store.lease import MILLISECOND_BITS

PARTITIONS = 2
OLD = 1_600_000_000_123  # milliseconds
NOTICE_VERSION = (1 << 40 | 700) + 1
SHOWN = generation(OLD // 1000, 1, 18_000)
OF_A_LEASE = 3 << MILLISECOND_BITS | OLD  # the third that held it


@dataclass
class Home:
    """One namespace of the broker with its stores."""

    settings: PlatformSettings
    said: list[str] = field(default_factory=list)

    async def create(self) -> None:
        await kafka.ensure_topics(self.settings, {n: (t.partitions, t.config) for n, t in all_topics(PARTITIONS).items()})

    async def take(self, folder: Path) -> Manifest:
        return await take(self.settings, RealClock(), folder)

    async def restore(self, folder: Path) -> None:
        await restore(Target(self.settings, RealClock()), folder, self.said.append)

    async def records(self, topic: str, partition: int = 0) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        async with kafka.started(kafka.consumer(self.settings), self.settings) as c:
            places = await kafka.partitions_of(c, self.settings, [topic])
            assert (topic, partition) in places
            tp = kafka._tp(self.settings, (topic, partition))
            c.assign([tp])
            end = (await kafka.seek(c, {tp: 0}))[tp]
            while await c.position(tp) < end:
                for r in (await c.getmany(tp, timeout_ms=500)).get(tp, ()):
                    found.append((r.key, r.value, r.timestamp, tuple(r.headers)))
        return found

    async def documents(self, store: str, collection: str) -> list[tuple[str, int, Any]]:
        opened = open_store(self.settings, store, read_only=True)
        try:
            found, query = [], Query(collection, limit=1000)
            while True:
                page = await opened.find(query)
                found += [(d.id, d.version, d.body) for d in page.documents]
                if not page.after:
                    return found
                query = replace(query, after=page.after)
        finally:
            await opened.close()


async def fill(here: Home) -> None:
    """Topics and stores with what only a long life brings."""
    await here.create()
    settings = here.settings
    async with kafka.started(kafka.producer(settings), settings) as p:
        for n in range(7):
            topic, at = settings.named(DOSSIER_EVENTS), OLD + n
            await p.send_and_wait(
                topic, b"event-%d" % n, key=b"d%d" % (n % 3), partition=n % 2, timestamp_ms=at, headers=[("trace", b"%d" % n)]
            )
        await p.send_and_wait(settings.named(KEYS), b"key", key=b"k1", partition=0)
        await p.send_and_wait(settings.named(KEYS), None, key=b"k1", partition=0)
        await p.send_and_wait(settings.named(FACTS), b"x" * 700_000, key=b"big", partition=1)
    for n in range(2):  # transactions leave offsets without records
        async with writing(settings, "alerts-0") as writer:
            await writer.write({(NOTICES, 0): [(b"d0", b"notice-%d" % n)]})
    await publish(settings, read_city("danang"), "test", 1)
    for name, collections in KEPT.items():
        store = open_store(settings, name)
        await store.prepare([Collection(kept.name) for kept in collections])
        await store.apply(list(documents(name)), {(NOTICES, 0): 9})
        await store.close()


def documents(store: str) -> list[Put]:
    """Of each collection at least one; the audit log as a chain of three."""
    if store == "access":
        at, blocks = Place(), []
        for n in range(3):
            at, body = block_after(at, [AuditEntry(at=n, who="p1", role="official", route="/x", reason="ALLOWED")])
            blocks.append(Put("audit", block_id(at.seq), 1, body))
        rest = [Put("sessions", "s1", 1, {"person": "p1"}), Put("links", "l1", 1, {"told": True})]
        return [*blocks, *rest, Put("audit_heads", "head", 1, {"seq": at.seq, "hash": at.hash})]
    if store == "webhooks":
        return [Put("webhooks", "w1", OF_A_LEASE, {"hook": "w1", "kept": '{"sequence":5,"reached":{"covers":{"0":900}}}'})]
    if store == "alerts":
        progress = {"next": 812, "decided_to": 77, "policy": 1}
        rows = [Put("notices", f"n{n:04d}", 1, {"state": "delivered", "dossier": "d0"}) for n in range(1203)]
        return [
            Put("progress", "0", 0, progress),
            Put("facts", "go_live", 0, {"at": 5}),
            Put("gone_browsers", "b", 8, {"made_at": 8}),
            *rows,
        ]
    names = [kept.name for kept in KEPT[store] if kept.name not in ("notices", "told", GENERATIONS)]
    return [
        Put("notices", "n1", NOTICE_VERSION, {"a": 1}),
        Put("told", "t1", 44, {"a": 2}),
        Put(GENERATIONS, SHOWN[0], 1_700_000_000_000, SHOWN[1]),
        *(Put(n, "x", 1_700_000_000_000, {"n": n}) for n in names),
    ]
