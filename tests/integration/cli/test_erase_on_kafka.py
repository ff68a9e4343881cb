"""A dossier is taken out of topics, stores, Redis and the audit log of a real broker and real files; everything else is as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from dunghen.cli.backup.noted import Noted
from dunghen.cli.backup.taking import kept_topics
from dunghen.cli.data_folder import CommandError
from dunghen.cli.erase import steps
from dunghen.cli.erase.place import WORK
from dunghen.cli.erase.steps import Standing, backups_with, erase
from dunghen.cli.policy_topic import publish, read_book
from dunghen.contracts.audit import AuditEntry, Place, Verification, block_after, block_id, entries_of
from dunghen.contracts.stores import KEPT
from dunghen.contracts.topics import DOSSIER_EVENTS, DOSSIERS, NOTICE_ACTIONS, NOTICES, POLICIES, all_topics
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock
from dunghen.platform.store import Put, open_store
from tests.e2e.traces import redis_dump, traces
from tests.integration.cli.homes import Home

GONE, LONGER, OTHER = "H17.31-261116-00012", "H17.31-261116-000123", "H17.31-261116-00013"


async def with_dossiers(home: Home) -> None:
    """Three dossiers wherever one can be, one with a code that begins like that of another."""
    settings, codes = home.settings, (GONE, LONGER, OTHER)
    async with kafka.started(kafka.producer(settings), settings) as p:
        for code in codes:
            for topic in (DOSSIER_EVENTS, NOTICES, NOTICE_ACTIONS, DOSSIERS):
                await p.send_and_wait(settings.named(topic), f'{{"dossier":"{code}"}}'.encode(), key=code.encode(), partition=1)
        await p.send_and_wait(settings.named(DOSSIER_EVENTS), f'{{"dossier":"{GONE}"}}'.encode(), key=b"wrong", partition=0)
    silences = [
        {"unit": "20242", "dossier": code, "from": "2026-11-16", "to": "2026-11-17", "author": "a", "reason": "b"} for code in codes
    ]
    stages = (await read_book(settings)).bodies["stages"]
    await publish(settings, {"stages": {**stages, "silences": silences}}, "test", 2)
    for store, collection in (("api", "notices"), ("api", "answers"), ("alerts", "notices")):
        await put(home, store, *(Put(collection, f"{code}:x", 1, {"dossier": code}) for code in codes))
    place = Place(3, (await home.documents("access", "audit"))[-1][2]["hash"])
    blocks = []
    for n in range(4):
        entry = AuditEntry(at=n, who=f"p{n}", role="official", route="/x", reason="ALLOWED", dossiers=codes if n == 1 else (OTHER,))
        place, body = block_after(place, [entry])
        blocks.append(Put("audit", block_id(place.seq), 1, body))
    await put(home, "access", *blocks, Put("audit_heads", "head", 2, {"seq": place.seq, "hash": place.hash}))
    with redis.Redis.from_url(settings.redis) as client:
        client.xadd(settings.named("news"), {"n": GONE})
        client.hset(settings.named("meta"), "x", "y")


async def put(home: Home, store: str, *puts: Put) -> None:
    opened = open_store(home.settings, store)
    await opened.apply(puts, {})
    await opened.close()


async def everything(home: Home) -> dict[str, Any]:
    """Every record and document, by place."""
    topics = {f"{n}-{p}": await home.records(n, p) for n in kept_topics() for p in range(min(2, len(await ends(home, n))))}
    stores = {f"{s}/{kept.name}": await home.documents(s, kept.name) for s, collections in KEPT.items() for kept in collections}
    return {**topics, **stores}


async def ends(home: Home, topic: str) -> dict[int, int]:
    return await kafka.end_offsets(home.settings, topic)


async def run(home: Home, *codes: str) -> list[str]:
    said: list[str] = []
    await erase(Standing(home.settings, RealClock(), home.settings.data), frozenset(codes), said.append)
    return said


async def test_a_dossier_is_nowhere_and_all_else_is_as_it_was(lived: Home) -> None:
    await with_dossiers(lived)
    before = await everything(lived)
    said = await run(lived, GONE)
    assert f"{DOSSIER_EVENTS}: 2 erased" in said
    assert "access/audit: 1 readings without the code" in said
    assert not any(GONE in line for line in said)
    after = await everything(lived)
    assert GONE not in repr(after).replace(LONGER, "")
    assert GONE in repr(before).replace(LONGER, "")
    for topic in all_topics():
        for partition in await ends(lived, topic):
            assert not any(GONE.encode() in repr(r).encode().replace(LONGER.encode(), b"") for r in await lived.records(topic, partition))
    assert set(await ends(lived, DOSSIERS)) == {0, 1}
    for file in lived.settings.data.rglob("*"):
        assert not file.is_file() or traces(file.read_bytes().replace(LONGER.encode(), b""), [GONE]) == []
    assert traces(redis_dump(lived.settings.redis), [GONE]) == []
    with_codes = {"access/audit", "access/audit_heads", "alerts/progress", "webhooks/webhooks", "api/notices", "api/told", f"{POLICIES}-0"}
    for place in before.keys() - with_codes:
        kept = [each for each in before[place] if GONE not in repr(each).replace(LONGER, "")]
        assert after[place] == kept, place
    silences = [s["dossier"] for s in (await read_book(lived.settings)).bodies["stages"]["silences"]]
    assert silences == [LONGER, OTHER]
    assert not any(body.get("policy") == 0 for _, _, body in after["api/generations"])  # nothing that was known is lost


async def test_the_audit_log_keeps_each_reading_and_says_the_erasure(lived: Home) -> None:
    await with_dossiers(lived)
    old = (await lived.documents("access", "audit_heads"))[0][2]
    said = await run(lived, GONE)
    head = (await lived.documents("access", "audit_heads"))[0][2]
    walk = Verification(head=Place(head["seq"], head["hash"]))
    blocks = [(id_, body) for id_, _, body in await lived.documents("access", "audit")]
    assert [fault for id_, body in blocks for fault in walk.take(id_, body)] == []
    assert [*walk.end()] == []
    entries = [entry for _, body in blocks for entry in entries_of(body)]
    assert [entry.dossiers for entry in entries[3:7]] == [(OTHER,), ("erased", LONGER, OTHER), (OTHER,), (OTHER,)]
    assert (entries[7].reason, entries[7].route) == ("ERASED", f"dunghen erase, head {old['seq']}:{old['hash']}")
    assert f"the head of the audit log was {old['seq']}:{old['hash']}, it is {head['seq']}:{head['hash']}" in said


async def test_nothing_is_touched_where_it_is_named_nowhere_the_log_is_broken_or_somebody_works(lived: Home) -> None:
    await with_dossiers(lived)
    before = await everything(lived)
    with pytest.raises(CommandError, match="no record and no document"):
        await run(lived, "H17.31-261116-99999")
    opened = open_store(lived.settings, "alerts")
    with pytest.raises(CommandError, match="stop all services first"):
        await run(lived, GONE)
    await opened.close()
    assert await everything(lived) == before
    assert not (lived.settings.data / WORK).exists()
    id_, version, body = (await lived.documents("access", "audit"))[1]
    await put(lived, "access", Put("audit", id_, version + 1, {**body, "entries": "[]"}))
    with pytest.raises(CommandError, match="block 2 of the audit log was changed"):
        await run(lived, GONE)
    assert len(await lived.records(DOSSIER_EVENTS, 1)) == len(before[f"{DOSSIER_EVENTS}-1"])


async def test_nothing_is_erased_where_the_end_of_the_audit_log_was_cut_off(lived: Home) -> None:
    """The chain alone is whole; the head that the log keeps says what is missing."""
    await with_dossiers(lived)
    before = await lived.records(DOSSIER_EVENTS, 1)
    opened = open_store(lived.settings, "access")
    await opened.remove("audit", {"seq": 7})
    await opened.close()
    with pytest.raises(CommandError, match="nothing was erased: block 7 of the audit log is missing: the chain ends at 6"):
        await run(lived, GONE)
    assert await lived.records(DOSSIER_EVENTS, 1) == before
    assert not (lived.settings.data / WORK).exists()


async def test_an_erasure_that_died_after_deleting_goes_on(lived: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    await with_dossiers(lived)
    kept = [r for r in await lived.records(DOSSIER_EVENTS, 1) if r[0] != GONE.encode()]

    async def dies(*_: Any) -> None:
        raise OSError("power")

    with monkeypatch.context() as patched:
        patched.setattr(steps, "restore", dies)
        with pytest.raises(OSError, match="power"):
            await run(lived, GONE)
    assert await kafka.present(lived.settings, kept_topics()) == []
    said = await run(lived, GONE)
    assert (said[0], said[-1]) == ("an erasure that was interrupted is finished first", "no other record and no document is of it")
    assert await lived.records(DOSSIER_EVENTS, 1) == kept
    assert not (lived.settings.data / WORK).exists()


async def test_one_that_died_behind_its_last_step_is_not_repeated_over_what_came_since(
    lived: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_dossiers(lived)
    remove = shutil.rmtree

    def dies(folder: Path, **how: Any) -> None:
        if (folder / "manifest.json").exists():
            raise OSError("power")
        remove(folder, **how)

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", dies)
        with pytest.raises(OSError, match="power"):
            await run(lived, GONE)
    async with kafka.started(kafka.producer(lived.settings), lived.settings) as p:
        await p.send_and_wait(lived.settings.named(DOSSIER_EVENTS), b"since", key=b"new", partition=1)
    said = await run(lived, OTHER)
    assert (await lived.records(DOSSIER_EVENTS, 1))[-1][:2] == (b"new", b"since")
    assert "an erasure that was interrupted is finished first" not in said
    assert [*lived.settings.data.glob(f"{WORK}*")] == []


async def test_each_backup_that_still_holds_it_is_named(lived: Home, tmp_path: Path, place: Callable[..., Home]) -> None:
    await lived.take(tmp_path / "before")
    await with_dossiers(lived)
    made = [tmp_path / name for name in ("with", "moved")]
    for folder in made:
        await lived.take(folder)
    shutil.rmtree(tmp_path / "moved")
    noted = [Noted(f"day {n}", str(tmp_path / name)) for n, name in enumerate(("before", "with", "moved"))]
    lines = backups_with(noted, frozenset([GONE]))
    assert [line.split(" in ")[0] for line in lines] == ["the backup of day 1", "the backup of day 2 is not"]
    assert backups_with(noted[:2], frozenset(["H17.31-261116-99999"])) == []
