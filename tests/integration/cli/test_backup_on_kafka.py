"""A backup through a real broker, Redis and store files: what comes back is what was there, and nothing is written where something is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from dunghen.cli.backup.taking import kept_topics, take
from dunghen.cli.data_folder import CommandError
from dunghen.cli.policy_topic import newest_version
from dunghen.contracts.audit import Place, Verification
from dunghen.contracts.stores import GENERATIONS, KEPT, generation
from dunghen.contracts.topics import DOSSIER_EVENTS, POLICIES
from dunghen.platform import kafka
from dunghen.platform.clock import FixedClock
from dunghen.platform.store import Collection, Put, open_store
from dunghen.platform.store.lease import LEASES, Lease
from tests.integration.cli.homes import OLD, SHOWN, Home


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
    assert await new.documents("webhooks", "webhooks") == [("w1", 0, {"hook": "w1", "kept": '{"sequence": 5}'})]
    assert await new.documents("api", "notices") == [("n1", 1 << 40, {"a": 1})]
    assert await new.documents("api", "told") == [("t1", 0, {"a": 2})]
    (unknown,) = [body for _, _, body in await new.documents("api", "generations") if not body.get("policy", 1)]
    assert unknown == {"at": manifest.known_to, "policy": 0, "day": 0}
    for name in KEPT:
        store = open_store(new.settings, name)
        await store.prepare(())
        assert await store.offsets() == {}
        await store.close()


async def test_what_was_published_while_the_backup_was_made_is_lost_too(lived: Home, place: Callable[..., Home], tmp_path: Path) -> None:
    """What is restored of it does not hide that later pictures are lost."""
    minute = 29_000_000 * 60
    store = open_store(lived.settings, "api")
    before, *meanwhile = (generation(minute + seconds, 1, 20_000) for seconds in (-1, 0, 1, 59, 61))
    await store.apply([Put(GENERATIONS, id_, 1, body) for id_, body in (before, *meanwhile)], {})
    await store.close()
    await take(lived.settings, FixedClock(minute + 30), tmp_path / "backup")
    new = place("new")
    await new.restore(tmp_path / "backup")
    found = [body for _, _, body in await new.documents("api", GENERATIONS)]
    assert found == [SHOWN[1], before[1], {"at": minute, "policy": 0, "day": 0}]


async def test_who_first_holds_the_lease_after_a_restore_can_write_what_others_wrote_before(
    lived: Home, place: Callable[..., Home], tmp_path: Path
) -> None:
    await lived.take(tmp_path / "backup")
    new = place("new")
    await new.restore(tmp_path / "backup")
    store = open_store(new.settings, "webhooks")
    await store.prepare([LEASES, Collection("webhooks")])
    lease = Lease(store, "webhooks", 30, alone=True)
    assert await lease.take()
    ((hook, version, _),) = await new.documents("webhooks", "webhooks")
    await store.apply([Put("webhooks", hook, lease.version(version), {"hook": hook, "kept": "{}"})], {})
    await store.close()
    assert (await new.documents("webhooks", "webhooks"))[0][2]["kept"] == "{}"


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
