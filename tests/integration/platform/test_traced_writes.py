"""What is written in a request that is kept names its trace in Kafka's headers; all else is written as if there were no traces."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from dunghen.platform import kafka, traces
from dunghen.platform.fenced import Writer, writing
from dunghen.platform.kafka_sender import KafkaSender, Outgoing
from dunghen.platform.settings import PlatformSettings
from tests.eventually import eventually_async
from tests.kept_spans import Kept, keeping

PLACES = [("things", 0), ("things", 1)]


@pytest.fixture
def kept() -> Iterator[Kept]:
    with keeping() as kept:
        yield kept


@pytest.fixture
async def topic(settings: PlatformSettings) -> None:
    await kafka.ensure_topics(settings, {"things": (2, {})})


async def written(settings: PlatformSettings) -> list[list[list[tuple[str, bytes | None]]]]:
    """Of each partition the headers of each record."""
    found = []
    ends = await kafka.end_offsets(settings, "things")
    for place in PLACES:
        records = await kafka.read_at(settings, place, range(ends[place[1]]))
        found.append([list(records[offset].headers) for offset in sorted(records)])
    return found


def trace_of(header: tuple[str, bytes | None]) -> int:
    assert header[0] == "traceparent"
    assert header[1] is not None
    return int(header[1].split(b"-")[1], 16)


async def test_the_last_record_of_each_partition_names_the_span_in_which_all_were_written(
    topic: None, settings: PlatformSettings, kept: Kept
) -> None:
    large = [(b"%d" % n, bytes(1000)) for n in range(1500)]  # more than one batch
    async with writing(settings, "w-0") as writer:
        with traces.request("/events", "POST"):
            await writer.write({PLACES[0]: large, PLACES[1]: [(b"a", None)]})
    first, second = await written(settings)
    assert [headers for headers in first if headers] == first[-1:]
    assert (len(first), len(second)) == (1500, 1)
    assert [trace_of(*headers) for headers in (first[-1], second[-1])] == [kept.one("POST /events").context.trace_id] * 2


async def test_where_the_request_is_not_kept_or_spans_are_off_no_record_has_a_header(topic: None, settings: PlatformSettings) -> None:
    async def write(writer: Writer) -> None:
        with traces.request("/events", "POST"):
            await writer.write({place: [(b"a", b"1"), (b"b", None)] for place in PLACES})

    async with writing(settings, "w-0") as writer:
        await write(writer)
        with keeping(ratio=0):
            await write(writer)
    assert await written(settings) == [[[]] * 4] * 2


async def test_a_sender_says_where_what_it_sent_stands(topic: None, settings: PlatformSettings, kept: Kept) -> None:
    sender = KafkaSender(settings, "things", seconds=60)
    running: asyncio.Task[Any] = asyncio.create_task(sender.run())
    try:
        await eventually_async(lambda: sender.connected)
        await sender.send_all([Outgoing("things", 0, b"a", b"1")])
        with traces.request("/events", "POST"):
            await sender.send_all([Outgoing("things", n % 2, b"a", b"1") for n in range(5)])
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    (sent,) = (span for span in kept() if span.name == "send things")
    assert sent.attributes is not None
    assert sent.attributes["dunghen.records"] == ("things/0:1-3", "things/1:0-1")
    first, second = await written(settings)
    assert first[0] == []
    assert {trace_of(*headers) for headers in [*first[1:], *second]} == {sent.context.trace_id}
