"""Server-sent events to one client (architecture.md §8). Never waited for: it skips what it does not take in time, then it is dropped."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dunghen.platform.clock import real_milliseconds
from services.api import metrics
from services.api.channels import Channel, frame
from services.api.follower import Follower

FAR_AHEAD_MILLISECONDS = 60_000  # no worker of ours can be so far ahead of another


def begin_at(last_event_id: str | None, now_milliseconds: int) -> int:
    """The version that a client says it has; 0 where it has none, or names one that was never given out."""
    if not last_event_id or not last_event_id.isascii() or not last_event_id.isdigit():
        return 0
    version = int(last_event_id[:20])
    return version if version <= now_milliseconds + FAR_AHEAD_MILLISECONDS else 0


async def frames(follower: Follower, channel: Channel, version: int) -> AsyncIterator[bytes]:
    """All that a client gets until the worker stops: frames are shared bytes; a slow client finds newer ones when it comes back."""
    yield b"retry: %d\n\n" % (2000 + random.randrange(1000))
    yield frame("tick", follower.tick_body([]))  # the clock first: ages can be told from the beginning
    number, most = follower.ticker.number, None
    while not follower.closing:
        wake = channel.wake
        version, news, why = channel.after(version, most, follower.stale_age())
        most = follower.settings.behind_frames
        if news:
            _count(why, len(news))
            yield b"".join(news)
        elif follower.ticker.number > number:
            number = follower.ticker.number
            metrics.FRAMES.labels(event="tick").inc()
            yield follower.ticker.frame
        else:
            await wake.wait()


def _count(why: str, frames_count: int) -> None:
    metrics.FRAMES.labels(event="change" if why == "REPLAY" else "snapshot").inc(frames_count)
    metrics.SKIPPED.inc(why == "TOO_FAR_BEHIND")


class EventStream(Response):
    """The response of one stream; ends when the client goes, or has not taken a frame for `send_seconds`."""

    media_type = "text/event-stream"

    def __init__(self, follower: Follower, channel: Channel, last_event_id: str | None) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self.follower, self.channel = follower, channel
        self.version = begin_at(last_event_id, real_milliseconds())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.channel.clients += 1
        metrics.STREAMS.inc()
        sending = asyncio.ensure_future(self._send_all(send))
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.channel.clients -= 1
            metrics.STREAMS.dec()
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for chunk in frames(self.follower, self.channel, self.version):
            try:
                async with asyncio.timeout(self.follower.settings.send_seconds):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except TimeoutError:
                metrics.DROPPED.inc()
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
