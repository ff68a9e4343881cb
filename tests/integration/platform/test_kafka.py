from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from dunghen.platform import kafka
from dunghen.platform.fenced import Writer
from dunghen.platform.local import kafka_broker as local
from dunghen.platform.local.servers import LocalServer, free_port
from dunghen.platform.settings import PlatformSettings
from tests.eventually import eventually_async as eventually

TOPIC = {"things": (2, {"cleanup.policy": "compact"})}


async def test_topics_are_created_once_and_a_second_time_changes_nothing(settings: PlatformSettings) -> None:
    assert await kafka.ensure_topics(settings, {**TOPIC, "more": (1, {})}) == ["more", "things"]
    assert await kafka.ensure_topics(settings, TOPIC) == []
    assert await kafka.end_offsets(settings, "things") == {0: 0, 1: 0}


async def test_two_processes_may_create_the_same_topics_at_the_same_time(settings: PlatformSettings) -> None:
    await asyncio.gather(*(kafka.ensure_topics(settings, TOPIC) for _ in range(3)))
    assert len(await kafka.end_offsets(settings, "things")) == 2


async def test_a_topic_with_another_number_of_partitions_is_refused(settings: PlatformSettings) -> None:
    await kafka.ensure_topics(settings, TOPIC)
    with pytest.raises(kafka.WrongPartitions, match=f"{settings.named('things')} has 2 partitions, not 3"):
        await kafka.ensure_topics(settings, {"things": (3, {})})


async def test_a_missing_topic_is_named(settings: PlatformSettings) -> None:
    with pytest.raises(kafka.MissingTopic, match=settings.named("nowhere")):
        await kafka.read_all(settings, ("nowhere", 0), print)


async def test_an_unreachable_broker_is_named(settings: PlatformSettings) -> None:
    away = settings.model_copy(update={"kafka": f"127.0.0.1:{free_port()}"})
    for attempt in (kafka.reachable(away), kafka.end_offsets(away, "things"), kafka.ensure_topics(away, TOPIC), Writer(away, "w").start()):
        with pytest.raises(kafka.Unreachable, match=away.kafka):
            await attempt
    await kafka.reachable(settings)


async def test_a_machine_that_went_away_without_a_word_is_missed_before_a_slow_one_is_given_up(settings: PlatformSettings) -> None:
    """Options of each socket to a broker; that the kernel keeps to them, the stories of the compose file show."""
    async with kafka.started(kafka.producer(settings), settings) as producer:
        (connection, *_) = producer.client._conns.values()
        sock = connection._writer.get_extra_info("socket")
        unconfirmed = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1000
        idle, every, times = (
            sock.getsockopt(socket.IPPROTO_TCP, name) for name in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert unconfirmed == idle + every * times == 5 < connection._request_timeout


async def test_a_partition_is_read_whole_or_from_an_offset_and_says_where_to_go_on(settings: PlatformSettings, send: Any) -> None:
    await kafka.ensure_topics(settings, TOPIC)
    await send("things", [b"%d" % n for n in range(1000)])
    found: list[tuple[bytes | None, bytes | None, int]] = []
    before = time.time_ns() // 1_000_000 - 60_000

    def take(key: bytes | None, value: bytes | None, offset: int, at: int) -> None:
        assert at > before
        found.append((key, value, offset))

    assert await kafka.read_all(settings, ("things", 0), take) == 1000
    assert found == [(b"%d" % n, b"%d" % n, n) for n in range(1000)]
    found.clear()
    assert await kafka.read_all(settings, ("things", 0), take, from_offset=990) == 1000
    assert [offset for _, _, offset in found] == list(range(990, 1000))


async def test_an_offset_behind_the_end_means_another_topic(settings: PlatformSettings, send: Any) -> None:
    await kafka.ensure_topics(settings, TOPIC)
    await send("things", [b"a"])
    with pytest.raises(kafka.Truncated, match="ends at 1, but 2 was read before"):
        await kafka.read_all(settings, ("things", 0), print, from_offset=2)


async def test_an_open_transaction_is_not_read_and_does_not_hold_the_reader_up(settings: PlatformSettings, read: Any, reads: Any) -> None:
    await kafka.ensure_topics(settings, TOPIC)
    writer = Writer(settings, "w")
    await writer.start()
    await writer.write({("things", 0): [(b"a", b"1")]})
    await reads([(b"a", b"1")])
    await writer._producer.begin_transaction()
    await (await writer._producer.send(settings.named("things"), b"2", key=b"b", partition=0))
    assert await read("things") == [(b"a", b"1")]
    await writer._producer.commit_transaction()
    await reads([(b"a", b"1"), (b"b", b"2")])
    assert await kafka.read_all(settings, ("things", 0), lambda *_: None) == (await kafka.end_offsets(settings, "things"))[0] == 4
    await writer.stop()


async def test_following_catches_up_and_goes_on(settings: PlatformSettings, send: Any) -> None:
    await kafka.ensure_topics(settings, {**TOPIC, "others": (1, {})})
    await send("things", [b"a", b"b"])
    await send("things", [b"c"], 1)
    await send("others", [b"d"])
    found: list[tuple[str, bytes | None]] = []
    follow = kafka.follow(settings, ["things", "others"], lambda topic, record: found.append((topic, record.value)))
    task = asyncio.create_task(follow.run())
    await follow.caught_up()
    assert sorted(found) == [("others", b"d"), ("things", b"a"), ("things", b"b"), ("things", b"c")]
    await send("things", [b"e"], 1)

    async def come() -> bool:
        return ("things", b"e") in found

    await eventually(come)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_following_empty_topics_has_caught_up_at_once(settings: PlatformSettings) -> None:
    await kafka.ensure_topics(settings, TOPIC)
    follow = kafka.follow(settings, ["things"], print)
    task = asyncio.create_task(follow.run())
    await asyncio.wait_for(follow.caught_up(), 60)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_who_waits_for_a_follower_learns_what_ended_it(settings: PlatformSettings, send: Any) -> None:
    await kafka.ensure_topics(settings, TOPIC)
    await send("things", [b"a"])

    def take(topic: str, record: kafka.Record) -> None:
        raise ValueError("not to be read")

    follow = kafka.follow(settings, ["things"], take)
    task = asyncio.create_task(follow.run())
    with pytest.raises(ValueError, match="not to be read"):
        await follow.caught_up()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_reader_goes_on_from_its_offsets_and_across_a_restart_of_the_broker(tmp_path: Path) -> None:
    broker = local.start(tmp_path)
    settings = PlatformSettings(kafka=broker.address)
    await kafka.ensure_topics(settings, {"things": (1, {})})
    found: list[bytes | None] = []

    async def send(*values: bytes) -> None:
        async with kafka.started(kafka.producer(settings), settings) as p:
            await asyncio.gather(*[await p.send("things", v, partition=0) for v in values])

    async def follow() -> None:
        async for batches in kafka.Reader(settings, ["things"], {("things", 0): 1}).batches():
            found.extend(r.value for records in batches.values() for r in records)

    async def seen(*values: bytes) -> None:
        async def all_seen() -> bool:
            return found == list(values)

        await eventually(all_seen)

    await send(b"a", b"b")
    task = asyncio.create_task(follow())
    await seen(b"b")
    broker.kill()
    broker = await asyncio.to_thread(restarted, tmp_path, broker)
    await send(b"c")
    await seen(b"b", b"c")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    broker.stop()


def restarted(folder: Path, broker: LocalServer) -> LocalServer:
    return local.start(folder, broker.port)
