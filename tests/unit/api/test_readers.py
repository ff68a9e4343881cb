from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from api_figures import scene_of, scored

from services.api import metrics
from services.api.channels import Channel
from services.api.readers import Reader, Streams, chunk
from services.api.settings import ApiSettings
from services.api.views import ViewKey
from tests.eventually import eventually_async as eventually
from tests.fake_transport import FakeTransport


class Worker:
    """A channel with its streams, as a follower moves them."""

    def __init__(self, **given: Any) -> None:
        self.age: float | None = None
        self.channel = Channel(ViewKey(), 100)
        self.streams = Streams(ApiSettings(**given), lambda: self.age, lambda: b"event: tick\ndata: {}\n\n")
        self.show(10)

    def show(self, version: int) -> None:
        self.channel.show(scene_of(version, scored("20242", version, 50)))
        self.streams.news()

    def join(self, version: int = 0) -> FakeTransport:
        line = FakeTransport()
        line.protocol = Reader(self.streams, self.channel, version)
        line.protocol.connection_made(line)
        return line


@asynccontextmanager
async def running(**given: Any) -> AsyncIterator[Worker]:
    worker = Worker(**given)
    passes = asyncio.create_task(worker.streams.run())
    try:
        yield worker
    finally:
        passes.cancel()
        await asyncio.gather(passes, return_exceptions=True)


def told(line: FakeTransport) -> list[tuple[str, int | None]]:
    """(event, id) of all that arrived; fails where it is no chunked answer."""
    rest, body = line.arrived, b""
    while rest and rest != b"0\r\n\r\n":
        size, _, rest = rest.partition(b"\r\n")
        part, end, rest = rest[: int(size, 16)], rest[int(size, 16) : int(size, 16) + 2], rest[int(size, 16) + 2 :]
        assert end == b"\r\n"
        body += part
    fields = [dict(line.split(": ", 1) for line in text.split("\n")) for text in body.decode().split("\n\n") if text]
    return [(f["event"], int(f["id"]) if "id" in f else None) for f in fields if "event" in f]


async def test_a_reader_gets_a_tick_the_picture_and_then_each_change() -> None:
    async with running() as worker:
        line = worker.join()
        assert line.arrived[:60].partition(b"\r\n")[2].startswith(b"retry: 2")
        worker.show(11)
        await eventually(lambda: told(line) == [("tick", None), ("snapshot", 10), ("change", 11)])
        worker.streams.tick(b"event: tick\ndata: {}\n\n")
        worker.show(12)
        await eventually(lambda: told(line)[3:] == [("change", 12), ("tick", None)])


async def test_what_many_lack_is_one_object_in_memory() -> None:
    worker = Worker()
    first, second = (worker.streams.parcel(worker.channel, 0, 0) for _ in range(2))
    assert first.bytes is second.bytes
    worker.show(11)
    assert worker.streams.parcel(worker.channel, 10, 0).bytes == chunk(worker.channel.after(10, 8)[1][0])


async def test_a_picture_that_says_its_age_is_made_for_each() -> None:
    worker = Worker()
    worker.age = 14.0
    aged = [worker.streams.parcel(worker.channel, 0, 0).bytes for _ in range(1)]
    worker.age = 15.0
    aged.append(worker.streams.parcel(worker.channel, 0, 0).bytes)
    assert [json.loads(b.split(b"data: ")[1].split(b"\n\n")[0])["age_seconds"] for b in aged] == [14, 15]


async def test_a_full_line_is_left_out_and_gets_the_newest_state_when_it_has_room() -> None:
    async with running(behind_frames=2) as worker:
        slow, other = worker.join(), worker.join()
        slow.deaf = True
        skipped = metrics.SKIPPED._value.get()
        for version in range(11, 16):
            worker.show(version)
            await eventually(lambda version=version: told(other)[-1] == ("change", version))
        worker.streams.tick(b"event: tick\ndata: {}\n\n")
        await eventually(lambda: told(other)[-1] == ("tick", None))
        slow.hear()
        assert told(slow)[2:] == [("change", 11), ("change", 15), ("tick", None)]
        assert told(other)[2:] == [*(("change", v) for v in range(11, 16)), ("tick", None)]
        assert metrics.SKIPPED._value.get() == skipped + 1


async def test_a_reader_that_takes_nothing_is_dropped_and_the_others_get_all() -> None:
    async with running(send_seconds=0.01) as worker:
        dead, other = worker.join(), worker.join()
        dropped = metrics.DROPPED._value.get()
        dead.deaf = True
        worker.show(11)
        await eventually(lambda: dead.closing)
        worker.show(12)
        await eventually(lambda: told(other)[2:] == [("change", 11), ("change", 12)])
        assert told(dead) == [("tick", None), ("snapshot", 10)]
        assert (len(worker.streams.readers), worker.channel.clients) == (1, 1)
        assert metrics.DROPPED._value.get() == dropped + 1


async def test_a_reader_that_takes_a_little_is_kept_until_it_takes_nothing() -> None:
    async with running(send_seconds=0.01) as worker:
        line = worker.join()
        line.deaf, line.sips = True, [0, 1, 1, 1]  # the first look is when the line became full
        worker.show(11)
        await eventually(lambda: line.closing)
        assert line.sips == []


async def test_a_line_that_the_kernel_gave_up_is_a_dropped_one_and_one_that_was_closed_is_not() -> None:
    worker = Worker()
    dropped = metrics.DROPPED._value.get()
    worker.join().protocol.connection_lost(TimeoutError())
    worker.join().protocol.connection_lost(None)
    worker.join().protocol.connection_lost(ConnectionResetError())
    assert metrics.DROPPED._value.get() == dropped + 1
    assert (len(worker.streams.readers), worker.channel.clients) == (0, 0)


async def test_at_the_end_every_stream_ends_as_a_whole_and_who_takes_nothing_is_cut() -> None:
    async with running(send_seconds=100) as worker:
        worker.streams.settings = worker.streams.settings.model_copy(update={"shutdown_seconds": 0.05})
        line, deaf = worker.join(), worker.join()
        deaf.deaf = True
        worker.show(11)
        await eventually(lambda: deaf.waiting)
        await worker.streams.close()
        assert line.arrived.endswith(b"0\r\n\r\n")
        assert told(line)[-1] == ("change", 11)
        assert worker.streams.readers == set()
        late = worker.join(11)
        assert late.closing
        assert late.arrived.endswith(b"0\r\n\r\n")


async def test_a_reader_waits_for_the_first_picture() -> None:
    async with running() as worker:
        worker.channel = Channel(ViewKey(), 100)
        line = worker.join()
        assert told(line) == [("tick", None)]
        worker.show(11)
        await eventually(lambda: told(line)[1:] == [("snapshot", 11)])
