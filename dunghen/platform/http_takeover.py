"""A connection that an answer takes over from uvicorn: for streams, whose clients are many and for each of whom a task is too much.

What uvicorn holds of a request (task, parser, scope, everything that the application stacked up) is let go; the transport and one object of
ours stay. uvicorn does the same for a websocket. It leans on names of its HttpToolsProtocol: tests/unit/platform/test_pins.py.
"""

from __future__ import annotations

import asyncio
from functools import partial

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

EXTENSION = "dunghen.takeover"


def take_over(scope: Scope, heir: asyncio.Protocol) -> bool:
    """Gives the connection of a request, whose answer has begun and is chunked, to `heir`; False if the client has left already.

    The application has to end then. The server does not know the connection any more: who takes it ends it, at the server's stop too.
    Raises KeyError under a server that cannot.
    """
    return bool(scope["extensions"][EXTENSION](heir))


class TakeoverProtocol(HttpToolsProtocol):
    """uvicorn's own, and every scope has the extension."""

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self.cycle is not None:
            self.scope["extensions"] = {EXTENSION: partial(self._give, self.cycle)}  # type: ignore[dict-item]

    def _give(self, cycle: RequestResponseCycle, heir: asyncio.Protocol) -> bool:
        if cycle.disconnected:
            return False
        cycle.response_complete = True  # nothing more is to come from the application
        self.connections.discard(self)
        self.pipeline.clear()  # requests behind this one would never have had their turn
        self.flow.resume_reading()
        self.parser = self.cycle = None  # type: ignore[assignment]
        self.transport.set_protocol(heir)
        heir.connection_made(self.transport)
        return True
