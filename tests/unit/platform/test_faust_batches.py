from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from dunghen.platform.faust_batches import BatchConsumer, batch_topic, build_app
from dunghen.platform.settings import PlatformSettings

EVENTS, OTHER = TP("x-events", 0), TP("x-other", 0)


@pytest.fixture
async def consumer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The real consumer of an app, unconnected: what it fetches and where it seeks is in `fetched` and `sought`."""
    app = build_app(PlatformSettings(namespace="x-", data=tmp_path), "tests")
    batch_topic(app, PlatformSettings(namespace="x-"), "events")
    made = app.transport.create_consumer(print, on_partitions_revoked=print, on_partitions_assigned=print)
    made.fetched, made.sought, made.flow_active = {}, {}, True

    async def fetch(seconds: float) -> Any:
        return made.fetched, {EVENTS, OTHER}

    async def seek(tp: TP, offset: int) -> None:
        made.sought[tp] = offset

    monkeypatch.setattr(made, "_wait_next_records", fetch)
    monkeypatch.setattr(made, "_seek", seek)
    monkeypatch.setattr(made, "highwater", lambda tp: 0)
    yield made
    made._thread.thread_loop.close()  # of the thread that was never started


def records(*offsets: int) -> list[Any]:
    return [
        SimpleNamespace(offset=o, key=b"k", value=b"v", timestamp=1000, timestamp_type=0, topic="x-other", partition=0, headers=(),
                        checksum=None, serialized_key_size=1, serialized_value_size=1)
        for o in offsets
    ]  # fmt: skip


async def got(consumer: BatchConsumer) -> list[tuple[TP, int, Any]]:
    return [(tp, m.offset, m.value) async for tp, m in consumer.getmany(1.0)]


async def test_a_batch_topic_comes_as_one_message_and_another_record_by_record(consumer: Any) -> None:
    batch = records(3, 4, 5)
    consumer.fetched = {EVENTS: batch, OTHER: records(7, 8)}
    assert await got(consumer) == [(EVENTS, 5, batch), (OTHER, 7, b"v"), (OTHER, 8, b"v")]


async def test_records_read_before_are_left_out(consumer: Any) -> None:
    consumer.fetched, consumer._read_offset[EVENTS] = {EVENTS: records(3, 4, 5)}, 5
    assert [(o, [r.offset for r in v]) for _, o, v in await got(consumer)] == [(5, [5])]
    consumer._read_offset[EVENTS] = 6
    assert await got(consumer) == []


async def test_records_fetched_while_a_rebalance_is_settled_are_read_again(consumer: Any) -> None:
    consumer.fetched, consumer.flow_active = {EVENTS: records(3, 4), OTHER: records(7)}, False
    assert await got(consumer) == []
    assert consumer.sought == {EVENTS: 3, OTHER: 7}


async def test_a_batch_fetched_before_the_generation_changed_is_not_given_out(consumer: Any) -> None:
    consumer.fetched, seen = {EVENTS: records(3), OTHER: records(7)}, []
    async for tp, _ in consumer.getmany(1.0):
        seen.append(tp)
        consumer.app.consumer_generation_id += 1
    assert seen == [EVENTS]


async def test_the_offset_to_commit_is_the_one_after_the_last_acknowledged_batch(consumer: Any) -> None:
    assert consumer._new_offset(EVENTS) is None
    consumer._acked[EVENTS] = [999, 1999]
    assert consumer._new_offset(EVENTS) == 2000
    assert consumer._new_offset(EVENTS) is None
    await consumer._add_gap(EVENTS, 1, 500)
    assert not consumer._gap[EVENTS]


async def test_the_app_lives_inside_its_namespace_and_declares_and_serves_nothing(consumer: Any) -> None:
    conf = consumer.app.conf
    assert (conf.id, conf.topic_allow_declare, conf.web_enabled) == ("x-tests", False, False)
    assert (conf.broker_session_timeout, conf.broker_heartbeat_interval) == (6.0, 2.0)
