"""The open streams of a worker. A reader is a small object on a transport, without task or queue: it has a version, and gets what it lacks.

What is written is encoded once for all that lack the same. A reader whose line is full is left out until it has room, and then gets the
newest state; one that takes nothing for `send_seconds` is dropped: by us where bytes wait here, by the kernel where they wait there.
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import cast

from services.api import metrics
from services.api.channels import Channel
from services.api.doorkeeper import Place
from services.api.settings import ApiSettings

AT_ONCE = 250  # readers served before other requests have their turn
KERNEL_BYTES = 64 * 1024  # that wait for one reader in the kernel (which doubles it): what is in there is not skipped any more
END = b"0\r\n\r\n"


def chunk(body: bytes) -> bytes:
    """Bytes as a part of a chunked answer."""
    return b"%x\r\n%b\r\n" % (len(body), body)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What all readers with one version and tick lack, as it is written (empty: nothing), and the version and tick that they have then."""

    version: int
    tick: int
    bytes: bytes = b""
    frames: int = 0
    why: str = "NOTHING_NEW"

    @property
    def is_snapshot(self) -> bool:
        """Whether it has the whole view, not changes."""
        return self.why in ("FIRST", "TOO_OLD")

    def count(self, ticked: bool) -> None:
        """As written to one more reader."""
        if self.frames:
            (metrics.FRAMES_SNAPSHOT if self.is_snapshot else metrics.FRAMES_CHANGE).inc(self.frames)
        if ticked:
            metrics.FRAMES_TICK.inc()
        if self.why == "MERGED":
            metrics.SKIPPED.inc()


class Streams:
    """All readers of a worker, and the passes that bring them what is new. `first`: the frame that each begins with."""

    def __init__(self, settings: ApiSettings, stale_age: Callable[[], float | None], first: Callable[[], bytes]) -> None:
        self.settings, self.stale_age, self.first = settings, stale_age, first
        self.readers: set[Reader] = set()
        self.ticks, self.closing = 0, False
        self._tick = b""
        self._news, self._left = asyncio.Event(), asyncio.Event()
        self._parcels: dict[tuple[object, ...], Parcel] = {}

    def news(self) -> None:
        """Some channel is at another version: a pass over all readers is due."""
        self._parcels.clear()
        self._news.set()

    def tick(self, frame: bytes) -> None:
        """A frame without a version for everybody."""
        self.ticks, self._tick = self.ticks + 1, frame
        self.news()

    async def run(self) -> None:
        """For ever: pass after pass. What comes during one is for its rest and for the next: more readers get fewer, larger changes."""
        while True:
            await self._news.wait()
            self._news.clear()
            readers = iter(list(self.readers))
            while some := list(islice(readers, AT_ONCE)):
                for reader in some:
                    reader.catch_up()
                await asyncio.sleep(0)

    def parcel(self, channel: Channel, version: int, tick: int) -> Parcel:
        """What a reader lacks that has these; the same object for all of them, but for a snapshot that says its age."""
        key = (channel.key, channel.version, version, tick)
        kept = self._parcels.get(key)
        if kept is not None:
            return kept
        age = self.stale_age()
        new, frames, why = channel.after(version, self.settings.behind_frames, age)
        whole = b"".join([*frames, self._tick] if tick < self.ticks else frames)
        made = Parcel(new, self.ticks, chunk(whole) if whole else b"", len(frames), why)
        if age is None or not made.is_snapshot:
            self._parcels[key] = made
        return made

    async def close(self) -> None:
        """Ends every stream as it should be, so that its client asks another worker, with its last id; cuts what is left after a while."""
        self.closing = True
        for reader in list(self.readers):
            reader.end()
        try:
            async with asyncio.timeout(self.settings.shutdown_seconds):
                while self.readers:
                    self._left.clear()
                    await self._left.wait()
        except TimeoutError:
            for reader in list(self.readers):
                reader.cut()

    def enter(self, reader: Reader) -> None:
        self.readers.add(reader)
        reader.channel.clients += 1
        metrics.STREAMS.inc()

    def leave(self, reader: Reader) -> None:
        self.readers.discard(reader)
        reader.channel.clients -= 1
        metrics.STREAMS.dec()
        self._left.set()


class Reader(asyncio.Protocol):
    """One client. `version` and `tick`: the newest that were written to it; `version` 0: none. `place`: left with the connection."""

    __slots__ = ("_place", "_streams", "_timer", "_transport", "channel", "tick", "version")
    _transport: asyncio.Transport

    def __init__(self, streams: Streams, channel: Channel, version: int, place: Place | None = None) -> None:
        self._streams, self.channel, self._place = streams, channel, place
        self.version, self.tick = version, streams.ticks
        self._timer: asyncio.TimerHandle | None = None  # runs while the line is full

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(self._streams.settings.send_seconds * 1000))
        self._streams.enter(self)
        self._transport.write(chunk(b"retry: %d\n\n%b" % (2000 + random.randrange(1000), self._streams.first())))
        self.catch_up()
        if self._streams.closing:
            self.end()

    def catch_up(self) -> None:
        """Writes what this client lacks, unless its line is full: then it is asked when it has room."""
        if self._timer is not None or self._transport.is_closing():
            return
        parcel = self._streams.parcel(self.channel, self.version, self.tick)
        if parcel.bytes:
            parcel.count(ticked=self.tick < parcel.tick)
            self.version, self.tick = parcel.version, parcel.tick
            self._transport.write(parcel.bytes)

    def pause_writing(self) -> None:
        self._watch(self._transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._unwatch()
        self.catch_up()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        self._streams.leave(self)
        if self._place is not None:
            self._place.leave()
        if isinstance(exc, TimeoutError):  # the kernel gave it up
            metrics.DROPPED.inc()

    def end(self) -> None:
        """As a stream should: what is on its way still goes out."""
        if not self._transport.is_closing():
            self._transport.write(END)
            self._transport.close()

    def cut(self) -> None:
        self._transport.abort()

    def _watch(self, waiting: int) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._streams.settings.send_seconds, self._look, waiting)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, waited: int) -> None:
        waiting = self._transport.get_write_buffer_size()
        if waiting < waited:  # slow, but it takes
            self._watch(waiting)
            return
        metrics.DROPPED.inc()
        self.cut()
