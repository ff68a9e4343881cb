"""Clients of `/stream` that nobody wants: they read nothing, or a byte a second, and whoever cuts them off has them back at once."""

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
LOOK_SECONDS, DRIP_SECONDS = 0.1, 1.0
SMALL = 4096  # bytes that the system takes for one of them: what is more waits at the server
AT_ONCE_GONE = struct.pack("ii", 1, 0)  # SO_LINGER: closing is a reset


@dataclass
class Herd:
    """`count` of them on a port. `cut_off`: how often one of them was; `came_back`: connections that were taken."""

    port: int
    count: int
    cut_off: int = 0
    came_back: int = 0
    _open: dict[int, socket.socket] = field(default_factory=dict)
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

    def scatter(self) -> None:
        """The lines of all are cut at the same moment; all come back at once."""
        self._reset.set()

    def _run(self) -> None:
        watch, drip_at = select.epoll(), 0.0
        while not self._over.is_set():
            if self._reset.is_set():
                self._reset.clear()
                for client in list(self._open.values()):
                    self._close(client)
            while len(self._open) < self.count and self._join(watch):
                pass
            for handle, _ in watch.poll(LOOK_SECONDS):
                self.cut_off += 1
                self._close(self._open[handle])
            if time.monotonic() >= drip_at:
                drip_at = time.monotonic() + DRIP_SECONDS
                self._drip()
        for client in list(self._open.values()):
            self._close(client)
        watch.close()

    def _join(self, watch: select.epoll) -> bool:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        try:
            client.connect((HOST, self.port))
            client.sendall(ASK)
        except OSError:
            client.close()
            return False
        client.setblocking(False)
        self._open[client.fileno()] = client
        watch.register(client.fileno(), select.EPOLLRDHUP)
        self.came_back += 1
        return True

    def _drip(self) -> None:
        """Every second one of them takes a byte."""
        for client in list(self._open.values())[::2]:
            with suppress(OSError):
                client.recv(1)

    def _close(self, client: socket.socket) -> None:
        del self._open[client.fileno()]
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE_GONE)
        client.close()
