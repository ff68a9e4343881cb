"""A backup through a real broker, Redis and store files: what comes back is what was there, and nothing is written where something is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dunghen.cli.backup.manifest import Manifest
from dunghen.cli.backup.restoring import Target, restore
from dunghen.cli.backup.taking import kept_topics, take
from dunghen.cli.data_folder import CommandError
from dunghen.cli.policy_topic import newest_version, publish
from dunghen.contracts.audit import AuditEntry, Place, Verification, block_after, block_id
from dunghen.contracts.city_files import read_city
from dunghen.contracts.stores import KEPT
from dunghen.contracts.topics import DOSSIER_EVENTS, FACTS, KEYS, NOTICES, POLICIES, all_topics
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.fenced import writing
from dunghen.platform.local.servers import LocalServer
from dunghen.platform.settings import PlatformSettings
from dunghen.platform.store import Collection, Put, Query, open_store

PARTITIONS = 2
OLD = 1_600_000_000_123  # milliseconds
NOTICE_VERSION = (1 << 40 | 700) + 1


@dataclass
class Home:
    """One namespace of the broker with its stores."""

    settings: PlatformSettings
    said: list[str] = field(default_factory=list)

    async def create(self) -> None:
        await kafka.ensure_topics(self.settings, {n: (t.partitions, t.config) for n, t in all_topics(PARTITIONS).items()})

    async def take(self, folder: Path) -> Manifest:
        return await take(self.settings, RealClock(), folder, self.said.append)

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
            page = await opened.find(Query(collection, limit=1000))
            return [(d.id, d.version, d.body) for d in page.documents]
        finally:
            await opened.close()


@pytest.fixture
def place(kafka_broker: LocalServer, redis_server: LocalServer, namespace: str, tmp_path: Path) -> Callable[..., Home]:
    def made(name: str, **changed: Any) -> Home:
        redis = f"redis://{redis_server.address}/0"
        given = {"kafka": kafka_broker.address, "redis": redis, "partitions": PARTITIONS, "data": tmp_path / name, **changed}
        return Home(PlatformSettings(namespace=f"{namespace}{name}-", **given))

    return made


@pytest.fixture
async def lived(place: Callable[..., Home]) -> Home:
    """Topics with what only a long life brings, and stores."""
    here = place("old")
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
    return here


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
        return [Put("webhooks", "w1", 4, {"hook": "w1", "kept": '{"sequence":5,"reached":{"covers":{"0":900}}}'})]
    if store == "alerts":
        progress = {"next": 812, "decided_to": 77, "policy": 1}
        rows = [Put("notices", f"n{n:04d}", 1, {"state": "delivered", "dossier": "d0"}) for n in range(1203)]
        return [
            Put("progress", "0", 0, progress),
            Put("facts", "go_live", 0, {"at": 5}),
            Put("gone_browsers", "b", 8, {"made_at": 8}),
            *rows,
        ]
    names = [kept.name for kept in KEPT[store] if kept.name not in ("notices", "told")]
    return [
        Put("notices", "n1", NOTICE_VERSION, {"a": 1}),
        Put("told", "t1", 44, {"a": 2}),
        *(Put(n, "x", 1_700_000_000_000, {"n": n}) for n in names),
    ]


async def test_topics_and_stores_come_back_as_they_were(lived: Home, place: Callable[..., Home], tmp_path: Path) -> None:
    manifest = await lived.take(tmp_path / "backup")
    async with kafka.started(kafka.producer(lived.settings), lived.settings) as p:
        await p.send_and_wait(lived.settings.named(DOSSIER_EVENTS), b"later", key=b"d0", partition=0)
    new = place("new")
    await new.restore(tmp_path / "backup")
    for topic in kept_topics():
        for partition in range(len(manifest.topics[topic])):
            was, is_now = await lived.records(topic, partition), await new.records(topic, partition)
            was = was[:-1] if (topic, partition) == (DOSSIER_EVENTS, 0) else was
            assert (is_now[: len(was)] if topic == POLICIES else is_now) == was, (topic, partition)
    assert (await lived.records(DOSSIER_EVENTS, 1))[0] == (b"d1", b"event-1", OLD + 1, (("trace", b"1"),))
    assert await newest_version(new.settings) == 2  # the published one and the one that has everything counted anew
    changed = {("alerts", "progress"), ("webhooks", "webhooks"), ("api", "generations"), ("api", "notices"), ("api", "told")}
    for store, collections in KEPT.items():
        for kept in collections:
            if (store, kept.name) not in changed:
                assert await new.documents(store, kept.name) == await lived.documents(store, kept.name)


async def test_nothing_that_is_restored_names_an_offset_of_the_former_cluster(
    lived: Home, place: Callable[..., Home], tmp_path: Path
) -> None:
    manifest = await lived.take(tmp_path / "backup")
    new = place("new")
    await new.restore(tmp_path / "backup")
    assert await new.documents("alerts", "progress") == [("0", 0, {"next": 0, "decided_to": 77, "policy": 1})]
    assert await new.documents("webhooks", "webhooks") == [("w1", 4, {"hook": "w1", "kept": '{"sequence": 5}'})]
    assert await new.documents("api", "notices") == [("n1", 1 << 40, {"a": 1})]
    assert await new.documents("api", "told") == [("t1", 0, {"a": 2})]
    (unknown,) = [body for _, _, body in await new.documents("api", "generations") if not body.get("policy", 1)]
    assert unknown == {"at": manifest.known_to, "policy": 0, "day": 0}
    for name in KEPT:
        store = open_store(new.settings, name)
        await store.prepare(())
        assert await store.offsets() == {}
        await store.close()


async def test_the_audit_log_verifies_after_a_restore(lived: Home, place: Callable[..., Home], tmp_path: Path) -> None:
    await lived.take(tmp_path / "backup")
    new = place("new")
    await new.restore(tmp_path / "backup")
    ((_, _, head),) = await new.documents("access", "audit_heads")
    walk = Verification(head=Place(head["seq"], head["hash"]))
    assert [fault for id_, _, body in await new.documents("access", "audit") for fault in walk.take(id_, body)] == []
    assert [*walk.end()] == []
    assert walk.place.seq == 3


@pytest.mark.parametrize("what", ["cut", "changed", "missing", "manifest", "unfinished"])
async def test_a_file_that_is_not_as_it_was_is_named_and_nothing_is_written(
    lived: Home, place: Callable[..., Home], tmp_path: Path, what: str
) -> None:
    backup = tmp_path / "backup"
    await lived.take(backup)
    file = backup / ("manifest.json" if what in ("manifest", "unfinished") else "topics/dossier-events-1.gz")
    content = file.read_bytes()
    if what == "cut":
        file.write_bytes(content[:-5])
    elif what in ("missing", "unfinished"):
        file.unlink()
    elif what == "manifest":
        file.write_bytes(content.replace(b'"records":4', b'"records":5', 1))
        assert file.read_bytes() != content
    else:
        file.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    new = place("new")
    with pytest.raises(CommandError, match=r"manifest\.json" if "manifest" in file.name else r"topics/dossier-events-1\.gz"):
        await new.restore(backup)
    assert await kafka.present(new.settings, kept_topics()) == []
    assert await kafka.present(lived.settings, kept_topics()) == kept_topics()


async def test_nothing_is_restored_where_something_is(lived: Home, place: Callable[..., Home], tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    await lived.take(backup)
    with pytest.raises(CommandError, match="is not empty"):
        await lived.restore(backup)
    with pytest.raises(CommandError, match="is not empty"):
        await lived.take(backup)
    with pytest.raises(CommandError, match=r"2 partitions, the settings say 3: .*DUNGHEN_PARTITIONS=2"):
        await place("more", partitions=3).restore(backup)
    stores = place("stores")
    opened = open_store(stores.settings, "alerts")
    await opened.prepare([Collection("notices")])
    await opened.apply([Put("notices", "n", 0, {})], {})
    with pytest.raises(CommandError, match="in use"):
        await stores.restore(backup)
    await opened.close()
    with pytest.raises(CommandError, match="the store alerts is not empty"):
        await stores.restore(backup)


async def test_a_backup_that_a_store_is_missing_of_is_none(lived: Home, tmp_path: Path) -> None:
    (lived.settings.data / f"{lived.settings.named('webhooks')}.db").unlink()
    with pytest.raises(CommandError, match="the store webhooks cannot be read"):
        await lived.take(tmp_path / "backup")
    assert not (tmp_path / "backup" / "manifest.json").exists()


async def test_records_that_come_meanwhile_are_left_to_the_next_backup(lived: Home, tmp_path: Path) -> None:
    """However many come: the ends were noted before."""

    async def pour(stop: asyncio.Event) -> None:
        async with kafka.started(kafka.producer(lived.settings), lived.settings) as p:
            while not stop.is_set():
                await p.send_and_wait(lived.settings.named(DOSSIER_EVENTS), b"more", key=b"d0", partition=0)

    stop = asyncio.Event()
    pouring = asyncio.create_task(pour(stop))
    manifest = await lived.take(tmp_path / "backup")
    stop.set()
    await pouring
    first, second = manifest.topics[DOSSIER_EVENTS]
    assert first.records == first.end - first.first
    assert (second.first, second.end, second.records) == (0, 3, 3)
