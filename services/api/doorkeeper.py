"""How much one address may ask: requests a second, and streams at a time. This computer's own programs may ask what they like."""

from __future__ import annotations

from collections import Counter
from math import ceil
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dunghen.platform.near import is_here
from dunghen.platform.throttle import Throttle, line_of
from services.api import metrics
from services.api.problems import problem
from services.api.settings import ApiSettings

STREAMS = ("/api/v1/stream", "/api/v1/officials/stream")
STREAM_RETRY_SECONDS = 60
PLACE = "dunghen.place"


class Doorkeeper:
    """Plain ASGI, so that streams pass through. The address is what uvicorn says: of a trusted proxy, the one that it handed on."""

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self.app, self.most_streams = app, settings.streams_of_one
        self.throttle = Throttle(settings.requests_a_second, settings.requests_at_once) if settings.requests_a_second else None
        self.streams = Counter[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = _from(scope)
        if who is None:
            await self.app(scope, receive, send)
        elif self.throttle is not None and (wait := self.throttle.wait(who, monotonic())):
            await _refuse("requests", ceil(wait), (scope, receive, send))
        elif scope["path"] in STREAMS:
            await self._stream(who, (scope, receive, send))
        else:
            await self.app(scope, receive, send)

    async def _stream(self, who: str, asked: tuple[Scope, Receive, Send]) -> None:
        if self.streams[who] >= self.most_streams:
            await _refuse("streams", STREAM_RETRY_SECONDS, asked)
            return
        place = Place(self.streams, who)
        asked[0][PLACE] = place
        try:
            await self.app(*asked)
        finally:
            if not place.taken_over:
                place.leave()


class Place:
    """One open stream. Who takes its connection over keeps the place, and leaves it when the connection is lost."""

    __slots__ = ("_of", "_who", "taken_over")

    def __init__(self, of: Counter[str], who: str) -> None:
        self._of, self._who, self.taken_over = of, who, False
        of[who] += 1

    def leave(self) -> None:
        self._of[self._who] -= 1
        if not self._of[self._who]:
            del self._of[self._who]


def place_of(scope: Scope) -> Place | None:
    """That of a stream which is counted."""
    found = scope.get(PLACE)
    return found if isinstance(found, Place) else None


def _from(scope: Scope) -> str | None:
    """Whom a request is counted to; None: a program on this computer, or no request."""
    if scope["type"] != "http" or not scope.get("client"):
        return None
    host = scope["client"][0]
    return None if is_here(host, Headers(scope=scope)) else line_of(host)


async def _refuse(what: str, seconds: int, asked: tuple[Scope, Receive, Send]) -> None:
    metrics.REFUSED.labels(what=what).inc()
    await problem("TOO_MANY_REQUESTS", headers={"Retry-After": str(seconds)})(*asked)
