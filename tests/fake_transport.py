"""A connection without a socket: what is written to it, and a client's end that takes it or does not."""

from __future__ import annotations

import asyncio
from typing import Any


class FakeTransport(asyncio.Transport):
    """`arrived`: what the client has. While `deaf`, what is written waits; a look at it may find that `sip` bytes were taken meanwhile."""

    def __init__(self, protocol: asyncio.Protocol | None = None) -> None:
        super().__init__({"socket": self})
        self.arrived, self.waiting = b"", b""
        self.deaf, self.closing, self.reading = False, False, True
        self.sips: list[int] = []
        self.options: dict[tuple[int, int], int] = {}
        self.protocol: Any = protocol

    def setsockopt(self, level: int, name: int, value: int) -> None:
        self.options[level, name] = value

    def getsockname(self) -> tuple[str, int]:
        return "192.0.2.1", 8000

    def getpeername(self) -> tuple[str, int]:
        return "192.0.2.2", 5

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def write(self, data: Any) -> None:
        assert not self.closing
        if not self.deaf:
            self.arrived += data
            return
        first, self.waiting = not self.waiting, self.waiting + data
        if first:
            self.protocol.pause_writing()

    def get_write_buffer_size(self) -> int:
        self.waiting = self.waiting[self.sips.pop(0) if self.sips else 0 :]
        return len(self.waiting)

    def hear(self) -> None:
        """The client takes all that waits."""
        self.deaf, self.arrived, self.waiting = False, self.arrived + self.waiting, b""
        self.protocol.resume_writing()

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        already, self.closing = self.closing, True
        if not already and not self.waiting:
            self.protocol.connection_lost(None)

    def abort(self) -> None:
        self.closing = True
        self.waiting = b""
        self.protocol.connection_lost(None)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True
