"""A TCP proxy between clients and a server that can be told to delay, cut, and go deaf. It runs on a loop of its own in a thread; all
methods may be called from any other thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from dunghen.platform.local.servers import HOST
from tests.loops import LoopThread

CUTS = (EOFError, OSError)  # however a connection ends
PIECE = 64 << 10


@dataclass(eq=False)
class Link:
    """One connection of a client and its counterpart to the server. A `dead` one stays open and lets nothing through."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    dead: bool = False

    def cut(self) -> None:
        for side in (self.client, self.server):
            side.transport.abort()


class TcpProxy:
    """Listens on `port`; whoever connects talks to the server at `target`."""

    LINK: type[Link] = Link

    def __init__(self, port: int, target: int) -> None:
        self.port, self.target = port, target
        self.address = f"{HOST}:{port}"
        self._delay, self._mute, self._shut = 0.0, False, False
        self._links: set[Link] = set()
        self._thread = LoopThread("proxy")

    def start(self) -> Self:
        self._thread.start()
        self._server: asyncio.Server = self._thread.run(asyncio.start_server(self._serve, HOST, self.port))
        return self

    def stop(self) -> None:
        """Cuts everything and listens no more."""
        self._on_loop(self._server.close)
        self._thread.stop()

    def delay(self, seconds: float) -> None:
        """Every answer from now on comes so much later (0: at once), in its order."""
        self._delay = seconds

    def cut(self) -> int:
        """Cuts every connection; gives how many."""
        return self._on_loop(lambda: self._each(Link.cut))

    def shut(self, shut: bool) -> None:
        """Cuts every connection, and new ones at once, as where nobody is there any more; until it is told otherwise."""
        self._shut = shut
        if shut:
            self.cut()

    def deafen(self) -> int:
        """Half-opens every connection there is, for good: the client learns nothing, new connections work. Gives how many."""
        return self._on_loop(lambda: self._each(lambda link: setattr(link, "dead", True)))

    def mute(self) -> int:
        """`deafen`, and new connections are taken and never answered either, until `unmute`."""
        self._mute = True
        return self.deafen()

    def unmute(self) -> None:
        """From now on connections work again; those that were deaf stay deaf."""
        self._mute = False

    def _each(self, what: Callable[[Link], object]) -> int:
        links = [link for link in self._links if not link.dead]
        for link in links:
            what(link)
        return len(links)

    def _on_loop(self, what: Callable[[], Any]) -> Any:
        async def call() -> Any:
            return what()

        return self._thread.run(call())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._shut:
            writer.transport.abort()
            return
        try:
            from_server, to_server = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        link = self.LINK(writer, to_server, dead=self._mute)
        self._links.add(link)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._requests(reader, link))
                both.create_task(self._answers(from_server, link))
        except* CUTS:
            pass
        finally:
            self._links.discard(link)
            link.cut()

    async def _requests(self, reader: asyncio.StreamReader, link: Link) -> None:
        while piece := await reader.read(PIECE):
            if not link.dead:
                link.server.write(piece)
                await link.server.drain()
        raise EOFError

    async def _answers(self, reader: asyncio.StreamReader, link: Link) -> None:
        while piece := await reader.read(PIECE):
            if self._delay:
                await asyncio.sleep(self._delay)
            if not link.dead:
                link.client.write(piece)
                await link.client.drain()
        raise EOFError
