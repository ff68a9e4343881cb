"""What a connection may cost before its request is whole and after its answer is given: heads that never come or never end, answers that
nobody takes, and idle connections beyond a number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from dunghen.platform.http_takeover import TakeoverProtocol

HEAD_SECONDS = 10.0
UNREAD_SECONDS = 60.0  # a slow line takes some of an answer within this
MOST_HEAD_BYTES = 64 << 10  # beside the first piece that a read brings
MOST_WAITING = 5_000


class Waiting:
    """Connections without a request under way, the longest waiting first. Where there are `most`, the first makes room for a newcomer:
    who means to ask does so at once, and whoever only holds a place is the first to lose it.
    """

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._gone: dict[object, Callable[[], None]] = {}

    def add(self, one: object, give_up: Callable[[], None]) -> None:
        """`give_up` ends it."""
        self._gone.pop(one, None)
        if len(self._gone) >= self._most:
            self._gone.pop(next(iter(self._gone)))()
        self._gone[one] = give_up

    def remove(self, one: object) -> None:
        """It asks, or has ended."""
        self._gone.pop(one, None)

    def __len__(self) -> int:
        return len(self._gone)


class BoundedProtocol(TakeoverProtocol):
    """A head has `head_seconds` from its first byte, the first one from the connection on. What is late or too long is cut off,
    and who takes nothing of an answer for `unread_seconds`.

    uvicorn itself ends a connection that is idle after an answer. It leans on names of uvicorn's: tests/unit/platform/test_pins.py.
    """

    def __init__(
        self, *given: Any, waiting: Waiting, head_seconds: float = HEAD_SECONDS, unread_seconds: float = UNREAD_SECONDS, **options: Any
    ) -> None:
        super().__init__(*given, **options)
        self._waiting, self._head_seconds, self._unread_seconds = waiting, head_seconds, unread_seconds
        self._head_timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self._head_began = self._in_head = False
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._waiting.add(self, self._cut)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        self._end_unread()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head_began = False
        super().data_received(data)
        if self._in_head and not self._head_began:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._cut()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if not self._in_head:
            self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        unread = self.transport.get_write_buffer_size() > 0
        if self.cycle.response_complete and (unread or not self.transport.is_closing()):
            self._waiting.add(self, self._cut)
        if unread:
            self._begin_unread()
        if self._in_head and self.cycle.response_complete:  # the next head waited for this answer: its time begins
            self._time_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._begin_unread()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._end_unread()
        if self.transport.get_write_buffer_size():
            self._begin_unread()

    def _begin_head(self) -> None:
        self._in_head = self._head_began = True
        self._head_bytes = 0
        self._time_head()

    def _end_head(self) -> None:
        self._waiting.remove(self)
        self._in_head = False
        self._stop_head_timer()

    def _time_head(self) -> None:
        self._stop_head_timer()
        self._head_timer = self.loop.call_later(self._head_seconds, self._late)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _late(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self._cut()
        else:  # another request came before the answer to this one has left: it is not cut off for that
            self._time_head()

    def _give(self, cycle: RequestResponseCycle, heir: asyncio.Protocol) -> bool:
        self._end_unread()
        return super()._give(cycle, heir)

    def _begin_unread(self) -> None:
        if self._unread_timer is None:
            self._unread_timer = self.loop.call_later(self._unread_seconds, self._unread, self.transport.get_write_buffer_size())

    def _end_unread(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def _unread(self, before: int) -> None:
        self._unread_timer, now = None, self.transport.get_write_buffer_size()
        if now >= before > 0:
            self._cut()
        elif now:
            self._begin_unread()

    def _cut(self) -> None:
        self.transport.abort()  # closing it would wait until all that was answered is taken
