"""The answer to `/stream` (architecture.md §8): its head goes out as any other's, then its connection is a reader's."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dunghen.platform.clock import real_milliseconds
from dunghen.platform.http_takeover import take_over
from services.api.channels import Channel
from services.api.doorkeeper import place_of
from services.api.readers import Reader, Streams

FAR_AHEAD_MILLISECONDS = 60_000  # no worker of ours can be so far ahead of another
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Connection": "close"}  # what ends, ends with its connection


def begin_at(last_event_id: str | None, now_milliseconds: int) -> int:
    """The version that a client says it has; 0 where it has none, or names one that was never given out."""
    if not last_event_id or not last_event_id.isascii() or not last_event_id.isdigit():
        return 0
    version = int(last_event_id[:20])
    return version if version <= now_milliseconds + FAR_AHEAD_MILLISECONDS else 0


class EventStream(Response):
    """The response of one stream; what comes after its head is not the application's."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, channel: Channel, last_event_id: str | None) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self.streams, self.channel = streams, channel
        self.version = begin_at(last_event_id, real_milliseconds())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        place = place_of(scope)
        if take_over(scope, Reader(self.streams, self.channel, self.version, place)) and place is not None:
            place.taken_over = True
