from __future__ import annotations

import time
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError, ProducerFenced

from dunghen.platform import kafka
from dunghen.platform.fenced import Fenced, Writer, writing
from dunghen.platform.settings import PlatformSettings

A, B = ("things", 0), ("things", 1)


@pytest.fixture
async def writer(settings: PlatformSettings) -> Any:
    await kafka.ensure_topics(settings, {"things": (2, {"cleanup.policy": "compact"})})
    made = Writer(settings, "w-0")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def successor(settings: PlatformSettings) -> Any:
    made = Writer(settings, "w-0")
    yield made
    await made.stop()


async def test_what_is_written_together_is_there_together(writer: Writer, reads: Any) -> None:
    assert await writer.write({A: [(b"a", b"1"), (b"b", None)], B: [(b"c", b"2")]}) == 3
    await reads([(b"c", b"2")], partition=1)
    await reads([(b"a", b"1"), (b"b", None)])


async def test_what_a_command_wrote_can_be_read_when_it_has_ended(writer: Writer, settings: PlatformSettings, read: Any) -> None:
    for turn in range(1, 31):
        async with writing(settings, "command") as command:
            await command.write({A: [(b"%d" % turn, b"1")]})
        assert len(await read("things")) == turn


async def test_nothing_to_write_is_no_transaction(writer: Writer, settings: PlatformSettings) -> None:
    assert await writer.write({}) == await writer.write({A: []}) == 0
    assert await kafka.end_offsets(settings, "things") == {0: 0, 1: 0}


async def test_more_than_one_batch_arrives_whole_and_in_order(writer: Writer, reads: Any) -> None:
    records: list[tuple[bytes, bytes | None]] = [(b"%d" % n, bytes(1000)) for n in range(3000)]
    await writer.write({A: records})
    await reads(records)


async def test_a_record_that_the_broker_refuses_takes_its_whole_write_with_it(writer: Writer, successor: Writer, read: Any) -> None:
    with pytest.raises(MessageSizeTooLargeError):
        await writer.write({B: [(b"a", b"1")], A: [(b"b", bytes(2 << 20))]})
    await successor.start()
    assert (await read("things"), await read("things", 1)) == ([], [])


async def test_records_are_stamped_with_real_time(writer: Writer, settings: PlatformSettings, reads: Any) -> None:
    stamps: list[int] = []
    await writer.write({A: [(b"a", b"1")]})
    await reads([(b"a", b"1")])
    await kafka.read_all(settings, A, lambda key, value, offset, at: stamps.append(at))
    assert abs(stamps[0] / 1000 - time.time()) < 60


async def test_a_former_owner_is_refused_and_what_it_had_under_way_is_never_seen(
    writer: Writer, successor: Writer, read: Any, reads: Any
) -> None:
    await writer.write({A: [(b"a", b"1")]})
    await writer._producer.begin_transaction()
    await (await writer._producer.send(writer.settings.named("things"), b"under way", key=b"a", partition=0))
    await successor.start()
    assert await read("things") == [(b"a", b"1")], "loading right after the takeover sees all that was committed and no more"
    await successor.write({A: [(b"a", b"2")]})
    with pytest.raises(ProducerFenced):
        await writer._producer.commit_transaction()
    await reads([(b"a", b"1"), (b"a", b"2")])


async def test_a_former_owner_that_wakes_up_cannot_write(writer: Writer, successor: Writer, read: Any, reads: Any) -> None:
    await writer.write({A: [(b"a", b"1")]})
    await successor.start()
    with pytest.raises(Fenced, match="w-0"):
        await writer.write({A: [(b"a", b"old")]})
    assert await read("things") == [(b"a", b"1")]
    await successor.write({A: [(b"a", b"2")]})
    await reads([(b"a", b"1"), (b"a", b"2")])


async def test_writers_of_other_partitions_do_not_fence_each_other(writer: Writer, settings: PlatformSettings) -> None:
    other = Writer(settings, "w-1")
    await other.start()
    assert await writer.write({A: [(b"a", b"1")]}) == await other.write({B: [(b"a", b"1")]}) == 1
    await other.stop()
