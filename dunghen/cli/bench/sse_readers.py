"""The readers of `bench sse`, a process of its own so that they are not measured: `python -m dunghen.cli.bench.sse_readers PORT COUNT`.

Says one JSON line when all have their first picture, and one for each line on its stdin: what came to them since the last. Bare sockets, no
parsing but of the id that a reader has then: the version, which is the real time in milliseconds at which the projector made it.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import statistics
import sys
import time
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field

from dunghen.platform.clock import real_milliseconds
from dunghen.platform.http_server import allow_open_files
from dunghen.platform.local.servers import HOST

ASK = b"GET /api/v1/stream?window=30d HTTP/1.1\r\nHost: bench\r\n\r\n"
WHOLE = b"\n\n\r\n"  # the end of an event at the end of a chunk
OPENING_AT_ONCE, AT_MOST = 100, 1 << 18


def newest_id(data: bytes) -> int:
    """The version that whole events leave a reader with; 0: they were ticks alone."""
    place = data.rfind(b"\nid: ")
    return 0 if place < 0 else int(data[place + 5 : data.index(b"\n", place + 5)])


@dataclass(slots=True)
class Arrivals:
    """One entry for each time that a reader got a newer version: from which to which, and when (milliseconds since 1970)."""

    old: array[int] = field(default_factory=lambda: array("q"))
    new: array[int] = field(default_factory=lambda: array("q"))
    at: array[int] = field(default_factory=lambda: array("q"))
    size: int = 0

    def figures(self) -> dict[str, float]:
        """Of every version and every reader: milliseconds from the projector's making it to the reader's having it or a newer one."""
        versions, delays = sorted(set(self.new)), list[int]()
        for old, new, at in zip(self.old, self.new, self.at, strict=True):
            known = versions[bisect_right(versions, old) : bisect_right(versions, new)]
            delays += [at - version for version in known]
        if not delays:
            return {"arrivals": 0}
        cuts = statistics.quantiles(delays, n=1000)
        shown = {"p50_ms": cuts[499], "p99_ms": cuts[989], "p999_ms": cuts[998], "max_ms": max(delays)}
        return {**{k: round(v, 1) for k, v in shown.items()}, "versions": len(versions), "arrivals": len(self.at), "bytes": self.size}


class Readers:
    """Sockets that are read as soon as there is something, by one loop."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address, self.arrivals = address, Arrivals()
        self.selector = selectors.EpollSelector()
        self.versions: dict[socket.socket, int] = {}
        self.rests: dict[socket.socket, bytes] = {}
        self.waiting = self.lost = 0

    def open(self) -> None:
        client = socket.create_connection(self.address)
        client.sendall(ASK)
        client.setblocking(False)
        self.versions[client] = 0
        self.waiting += 1
        self.selector.register(client, selectors.EVENT_READ)

    def read(self) -> bool:
        """What is there now; true where a line came on stdin."""
        asked = False
        for key, _ in self.selector.select():
            if isinstance(key.fileobj, socket.socket):
                self._take(key.fileobj)
            else:
                asked = True
        return asked

    def _take(self, client: socket.socket) -> None:
        data = self._received(client)
        at = real_milliseconds()
        if not data:
            self.lost += 1
            self.selector.unregister(client)
            return
        self.arrivals.size += len(data)
        data = self.rests.pop(client, b"") + data
        if not data.endswith(WHOLE):
            self.rests[client] = data
            return
        new, old = newest_id(data), self.versions[client]
        if new > old:
            self.versions[client] = new
            if old:
                self.arrivals.old.append(old)
                self.arrivals.new.append(new)
                self.arrivals.at.append(at)
            else:
                self.waiting -= 1

    def _received(self, client: socket.socket) -> bytes:
        try:
            return client.recv(AT_MOST)
        except ConnectionError:
            return b""


def main(port: int, count: int) -> None:
    allow_open_files()
    readers = Readers((HOST, port))
    began = time.monotonic()
    while len(readers.versions) < count or readers.waiting:
        while len(readers.versions) < count and readers.waiting < OPENING_AT_ONCE:
            readers.open()
        readers.read()
    print(json.dumps({"open_seconds": round(time.monotonic() - began, 1)}), flush=True)
    readers.selector.register(sys.stdin, selectors.EVENT_READ)
    while True:
        if readers.read():
            if not os.read(sys.stdin.fileno(), 100):
                return
            arrived, readers.arrivals = readers.arrivals, Arrivals()
            print(json.dumps({**arrived.figures(), "lost": readers.lost}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
