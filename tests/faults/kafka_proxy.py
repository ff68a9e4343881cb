"""A TCP proxy between Kafka's clients and a broker that can be told to delay, cut, and go deaf; it knows the protocol just so far that it
can lose the answer to a request which the broker has carried out. It runs on a loop of its own in a thread; all methods may be called from
any other thread."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from dunghen.platform.local.servers import HOST

CUTS = (EOFError, OSError)  # however a connection ends


class Api(IntEnum):
    """Requests of Kafka's protocol by their keys."""

    PRODUCE = 0
    FETCH = 1
    LIST_OFFSETS = 2
    METADATA = 3
    OFFSET_COMMIT = 8
    FIND_COORDINATOR = 10
    JOIN_GROUP = 11
    HEARTBEAT = 12
    SYNC_GROUP = 14
    INIT_PRODUCER_ID = 22
    ADD_PARTITIONS_TO_TXN = 24
    END_TXN = 26


@dataclass(eq=False)
class Link:
    """One connection of a client and its counterpart to the broker. A `dead` one stays open and lets nothing through."""

    client: asyncio.StreamWriter
    broker: asyncio.StreamWriter
    dead: bool = False
    asked: dict[int, int] = field(default_factory=dict)  # correlation id -> key of the request
    doomed: set[int] = field(default_factory=set)  # correlation ids of requests whose answer will be lost

    def cut(self) -> None:
        for side in (self.client, self.broker):
            side.transport.abort()


class KafkaProxy:
    """Listens on `port`; whoever connects talks to the broker at `target`, which must advertise this proxy's `address`."""

    def __init__(self, port: int, target: int) -> None:
        self.port, self.target = port, target
        self.address = f"{HOST}:{port}"
        self.lost: Counter[int] = Counter()  # answers that were lost, by the key of their request
        self._delay, self._mute = 0.0, False
        self._losing: dict[int, tuple[bytes, int]] = {}
        self._withheld: frozenset[int] = frozenset()
        self._links: set[Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> KafkaProxy:
        self._thread.start()
        self._server: asyncio.Server = self._run(asyncio.start_server(self._serve, HOST, self.port))
        return self

    def stop(self) -> None:
        """Cuts everything and listens no more."""
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def delay(self, seconds: float) -> None:
        """Every answer from now on comes so much later (0: at once), in its order."""
        self._delay = seconds

    def cut(self) -> int:
        """Cuts every connection; gives how many."""
        return self._on_loop(lambda: self._each(Link.cut))

    def lose_answers(self, api: Api, count: int = 1, about: bytes = b"") -> None:
        """The next so many answers to such requests are lost after the broker has given them, each with its connection.

        `about`: only to requests in which these bytes stand, the name of a topic.
        """
        self._losing[api] = (about, count)

    def withhold(self, *apis: Api) -> None:
        """Answers to such requests do not come any more, while their connections stay and carry all else; none: all come again."""
        self._withheld = frozenset(map(int, apis))

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

        return self._run(call())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _stop(self) -> None:
        self._server.close()
        for link in list(self._links):
            link.cut()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_broker, to_broker = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, to_broker, dead=self._mute)
        self._links.add(link)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._requests(reader, link))
                both.create_task(self._answers(from_broker, link))
        except* CUTS:
            pass
        finally:
            self._links.discard(link)
            link.cut()

    async def _requests(self, reader: asyncio.StreamReader, link: Link) -> None:
        while True:
            frame = await _frame(reader)
            api, _, number = struct.unpack_from(">hhi", frame, 4)
            link.asked[number] = api
            if self._is_doomed(api, frame):
                link.doomed.add(number)
            if not link.dead:
                link.broker.write(frame)
                await link.broker.drain()

    def _is_doomed(self, api: int, frame: bytes) -> bool:
        about, left = self._losing.get(api, (b"", 0))
        if not left or about not in frame:
            return False
        self._losing[api] = (about, left - 1)
        return True

    async def _answers(self, reader: asyncio.StreamReader, link: Link) -> None:
        while True:
            frame = await _frame(reader)
            number = struct.unpack_from(">i", frame, 4)[0]
            api = link.asked.pop(number)
            if number in link.doomed:
                self.lost[api] += 1
                raise EOFError
            if self._delay:
                await asyncio.sleep(self._delay)
            if not link.dead and api not in self._withheld:
                link.client.write(frame)
                await link.client.drain()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    """One message with its length before it."""
    length = await reader.readexactly(4)
    return length + await reader.readexactly(struct.unpack(">i", length)[0])
