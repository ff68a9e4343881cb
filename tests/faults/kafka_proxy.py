"""A `TcpProxy` before a Kafka broker: it knows the protocol just so far that it can lose the answer to a request which the broker has
carried out."""

from __future__ import annotations

import asyncio
import struct
from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum

from tests.faults.tcp_proxy import Link, TcpProxy


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
class KafkaLink(Link):
    asked: dict[int, int] = field(default_factory=dict)  # correlation id -> key of the request
    doomed: set[int] = field(default_factory=set)  # correlation ids of requests whose answer will be lost


class KafkaProxy(TcpProxy):
    """The broker at `target` must advertise this proxy's `address`."""

    LINK = KafkaLink

    def __init__(self, port: int, target: int) -> None:
        super().__init__(port, target)
        self.lost: Counter[int] = Counter()  # answers that were lost, by the key of their request
        self._losing: dict[int, tuple[bytes, int]] = {}
        self._withheld: frozenset[int] = frozenset()

    def lose_answers(self, api: Api, count: int = 1, about: bytes = b"") -> None:
        """The next so many answers to such requests are lost after the broker has given them, each with its connection.

        `about`: only to requests in which these bytes stand, the name of a topic.
        """
        self._losing[api] = (about, count)

    def withhold(self, *apis: Api) -> None:
        """Answers to such requests do not come any more, while their connections stay and carry all else; none: all come again."""
        self._withheld = frozenset(map(int, apis))

    async def _requests(self, reader: asyncio.StreamReader, link: KafkaLink) -> None:
        while True:
            frame = await _frame(reader)
            api, _, number = struct.unpack_from(">hhi", frame, 4)
            link.asked[number] = api
            if self._is_doomed(api, frame):
                link.doomed.add(number)
            if not link.dead:
                link.server.write(frame)
                await link.server.drain()

    def _is_doomed(self, api: int, frame: bytes) -> bool:
        about, left = self._losing.get(api, (b"", 0))
        if not left or about not in frame:
            return False
        self._losing[api] = (about, left - 1)
        return True

    async def _answers(self, reader: asyncio.StreamReader, link: KafkaLink) -> None:
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
