"""Addresses of names that somebody else chose: who asks for a name that nobody answers for keeps only himself waiting.

A lookup of the system cannot be given up once it is under way, and the threads of a loop are few (four, with uvloop): some names without
an answer would hold them all. So each name has a thread of its own, one at most: who asks for it again meanwhile waits for the same answer.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Thread

Addresses = Sequence[tuple[socket.AddressFamily, str]]
Resolve = Callable[[str, int], Addresses]  # blocks; raises OSError or UnicodeError
_Place = tuple[asyncio.AbstractEventLoop, str, int]


def by_the_system(host: str, port: int) -> Addresses:
    """What the system's resolver says, for TCP."""
    return [(family, str(place[0])) for family, _, _, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Lookups:
    """Those under way."""

    resolve: Resolve = by_the_system
    _under_way: dict[_Place, asyncio.Future[Addresses]] = field(default_factory=dict)

    async def addresses(self, host: str, port: int) -> Addresses:
        """Of a name. Raises OSError or UnicodeError where it has none or cannot be looked up now.

        It waits as long as the resolver does: to be bounded by who asks.
        """
        place = asyncio.get_running_loop(), host, port
        under_way = self._under_way.get(place)
        if under_way is None:
            under_way = self._under_way[place] = place[0].create_future()
            try:
                Thread(target=self._resolve, args=(place, under_way), name="lookup", daemon=True).start()
            except RuntimeError as fault:  # there are as many as this process may have
                del self._under_way[place]
                raise OSError("no thread for a lookup") from fault
        return await asyncio.shield(under_way)

    def _resolve(self, place: _Place, under_way: asyncio.Future[Addresses]) -> None:
        loop, host, port = place
        try:
            say = partial(under_way.set_result, self.resolve(host, port))
        except Exception as fault:
            say = partial(under_way.set_exception, fault)
        del self._under_way[place]
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(say)
