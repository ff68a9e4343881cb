"""The process beside a real Kafka: acknowledged means stored, away means 503, and what was counted is counted on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from bad_inputs import DOSSIERS, GOOD, STEP, STEPS, envelope
from processes import BODIES, apply_policies

from dunghen.contracts.topics import DOSSIER_EVENTS, partition_of
from dunghen.platform import kafka
from tests.eventually import eventually_async as eventually


def dossiers(n: int, start: int = 0, **fields: Any) -> bytes:
    return envelope(*({**GOOD, "MaHoSo": f"H17.31-260105-{i:05d}", **fields} for i in range(start, start + n)))


async def test_what_is_acknowledged_is_in_the_partition_of_its_dossier(running: Any) -> None:
    assert (await running.post(DOSSIERS, dossiers(40))).json()["accepted"] == 40
    assert (await running.post(STEPS, envelope(STEP))).json()["error_code"] == "0"
    stored: list[tuple[int, bytes]] = []
    for partition in range(4):
        await kafka.read_all(running.settings, (DOSSIER_EVENTS, partition), lambda key, *_, p=partition: stored.append((p, key)))
    assert all(partition == partition_of(key, 4) for partition, key in stored)
    assert {partition for partition, _ in stored} == {0, 1, 2, 3}
    events = await running.events()
    assert len(events) == 41
    assert {(e.unit, e.source) for e in events} == {("20242", "H17.31")}
    assert [e.kind for e in events].count("progressed") == 1


async def test_deliveries_at_once_lose_nothing_and_arrive_one_after_the_other(running: Any) -> None:
    answers = await asyncio.gather(*(running.post(DOSSIERS, dossiers(50, 50 * i)) for i in range(8)))
    assert [a.json()["accepted"] for a in answers] == [50] * 8
    arrived = [event.arrived_at for event in await running.events()]
    assert len(set(arrived)) == 400


async def test_nothing_is_taken_before_there_are_policies_and_then_it_is(settings: Any, start: Any) -> None:
    async with start() as running:
        await running.ready(503)
        refused = await running.post(DOSSIERS, envelope(GOOD))
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "NOT_READY", "5")
        assert (await running.http.get("/livez")).status_code == 200
        await apply_policies(settings, BODIES)
        await running.ready()
        assert (await running.post(DOSSIERS, envelope(GOOD))).json()["error_code"] == "0"


async def test_an_alias_that_is_applied_mends_a_name_that_was_refused(settings: Any, running: Any) -> None:
    body = envelope({**GOOD, "DonViXuLy": "Trung tâm Bưởi"})
    assert (await running.post(DOSSIERS, body)).json()["results"][0]["code"] == "UNKNOWN_UNIT"
    units = json.loads(json.dumps(BODIES["units"]))
    units["units"][1]["aliases"] = ["Trung tâm Bưởi"]
    await apply_policies(settings, {"units": units}, version=2)

    async def mended() -> bool:
        return bool((await running.post(DOSSIERS, body)).status_code == 200)

    await eventually(mended)
    assert [event.unit for event in await running.events()] == ["20263"]


async def test_a_heartbeat_that_was_answered_is_there_after_kill_9(settings: Any, start: Any) -> None:
    await apply_policies(settings, BODIES)
    async with start() as running:
        await running.ready()
        for count in range(1, 21):
            beat = {"source": f"H17.{count}", "sent_at": "20260105080000", "sent_count": count}
            assert (await running.post("/heartbeats", json.dumps(beat).encode())).status_code == 200
        running.server.process.kill()
    feeds = await running.feeds()
    assert {source: feed.sent_count for source, feed in feeds.items()} == {f"H17.{count}": count for count in range(1, 21)}


async def test_of_a_source_that_says_how_many_it_has_sent_nothing_is_called_missing_after_kill_9(settings: Any, start: Any) -> None:
    await apply_policies(settings, BODIES)
    beat = {"source": "H17.31", "sent_at": "20260105080000"}
    async with start() as running:
        await running.ready()
        await running.post("/heartbeats", json.dumps({**beat, "sent_count": 0}).encode())
        answers = await asyncio.gather(*(running.post(DOSSIERS, dossiers(2)) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}
        running.server.process.kill()
    assert (await running.feeds())["H17.31"].accepted_count == 40


async def test_a_feed_is_counted_on_after_a_restart(settings: Any, start: Any) -> None:
    await apply_policies(settings, BODIES)
    beat = json.dumps({"source": "H17.31", "sent_at": "20260105080000", "sent_count": 9}).encode()
    async with start() as running:
        await running.ready()
        await running.post(DOSSIERS, dossiers(3))
        await running.post("/heartbeats", beat)
    first = (await running.feeds())["H17.31"]
    assert (first.accepted_count, first.sent_count, first.counted_at_heartbeat) == (3, 9, 3)
    async with start() as running:
        await running.ready()
        await running.post(DOSSIERS, dossiers(2, TrangThaiHoSo="77"))
        await running.post(DOSSIERS, dossiers(1))

        async def published() -> bool:
            feed = (await running.feeds())["H17.31"]
            return (feed.accepted_count, feed.refused_count) == (4, 2)

        await eventually(published)
    assert (await running.feeds())["H17.31"].sent_count == 9


async def test_the_wrong_number_of_partitions_ends_the_process(settings: Any, start: Any) -> None:
    async with start(PARTITIONS="3") as running:

        async def ended() -> bool:
            return running.server.process.poll() is not None

        await eventually(ended)
        assert running.server.process.returncode == 70
