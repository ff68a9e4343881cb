"""Clients of `/stream` that nobody wants: they read nothing, or a byte a second, and whoever cuts them off has them back at once.

Linux says nothing to a client whose connection it gives up because nothing is taken (`TCP_USER_TIMEOUT`), neither FIN nor RST; where the
process behind it dies, the FIN waits behind what is not taken. Who only waits believes for ever that it is connected: these ask
(keepalive).
"""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from dunghen.platform.http_server import allow_open_files
from dunghen.platform.local.servers import HOST

ASK = b"GET /api/v1/stream?window=30d HTTP/1.1\r\nHost: herd\r\n\r\n"
LOOK_SECONDS, DRIP_SECONDS, CONNECT_SECONDS = 0.1, 1.0, 5.0
ASK_EVERY = ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1))  # seconds
SMALL = 4096  # bytes that the system takes for one of them: what is more waits at the server
AT_ONCE_GONE = struct.pack("ii", 1, 0)  # SO_LINGER: closing is a reset


@dataclass
class Herd:
    """`count` of them on a port. `cut_off`: how often one of them was; `came_back`: connections that were taken; `longest`: seconds that a
    connection lasted which was cut off."""

    port: int
    count: int
    cut_off: int = 0
    came_back: int = 0
    longest: float = 0.0
    _open: dict[int, tuple[socket.socket, float]] = field(default_factory=dict)  # each with when it came (monotonic)
    _reset: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[Herd]:
        allow_open_files()
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join(60)

    def all_open(self) -> bool:
        return len(self._open) == self.count

    def all_cut_since(self, instant: float) -> bool:
        """Whether nobody is left of those who were connected then (monotonic)."""
        return all(came > instant for _, came in list(self._open.values()))

    def scatter(self) -> None:
        """The lines of all are cut at the same moment; all come back at once."""
        self._reset.set()

    def _run(self) -> None:
        watch, drip_at = select.epoll(), 0.0
        while not self._over.is_set():
            if self._reset.is_set():
                self._reset.clear()
                self._leave(watch)
            while len(self._open) < self.count and self._join(watch):
                pass
            for handle, _ in watch.poll(LOOK_SECONDS):
                self.cut_off += 1
                self.longest = max(self.longest, time.monotonic() - self._open[handle][1])
                self._close(watch, handle)
            if time.monotonic() >= drip_at:
                drip_at = time.monotonic() + DRIP_SECONDS
                self._drip()
        self._leave(watch)
        watch.close()

    def _join(self, watch: select.epoll) -> bool:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, seconds in ASK_EVERY:
            client.setsockopt(socket.IPPROTO_TCP, option, seconds)
        client.settimeout(CONNECT_SECONDS)
        try:
            client.connect((HOST, self.port))
            client.sendall(ASK)
        except OSError:
            client.close()
            return False
        client.setblocking(False)
        watch.register(client.fileno(), select.EPOLLRDHUP)
        self._open[client.fileno()] = client, time.monotonic()
        self.came_back += 1
        return True

    def _drip(self) -> None:
        """Every second one of them takes a byte."""
        for client, _ in list(self._open.values())[::2]:
            with suppress(OSError):
                client.recv(1)

    def _leave(self, watch: select.epoll) -> None:
        for handle in list(self._open):
            self._close(watch, handle)

    def _close(self, watch: select.epoll, handle: int) -> None:
        client, _ = self._open.pop(handle)
        watch.unregister(handle)  # a process that is being started may still hold it
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE_GONE)
        client.close()
