"""What every answer carries: the city's date, who may read it from another site, and that it is what it says it is."""

from __future__ import annotations

import re
from email.utils import formatdate

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dunghen.domain.access import What
from dunghen.platform.clock import Clock
from services.api.access_table import ROUTES

FOR_ALL_SITES = ("/openapi.json", "/asyncapi.json", "/open-data/{path:path}")
EXPOSED = "ETag, Date, Link, Retry-After"
NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'"
ONE_YEAR = "max-age=31536000"
_OPEN = re.compile(
    "|".join(
        re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path).replace(r"\{path:path\}", ".*"))
        for (_, path), what in ROUTES.items()
        if what is What.OPEN and (path.startswith("/api/v1/") or path in FOR_ALL_SITES)
    )
)


def is_public(path: str) -> bool:
    """Whether other sites may read this path without credentials: what `access_table` says is open to everybody, and nothing else."""
    return _OPEN.fullmatch(path) is not None


class Front:
    """Plain ASGI, so that streams pass through. `Date` is the city's clock, as `feed_seen_at` is: their difference is an age.

    Whoever came by https (as uvicorn says: by a trusted proxy's X-Forwarded-Proto) is to come by it for a year, this host alone.
    """

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self.app, self.clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        public = is_public(scope["path"])
        if public and scope["method"] == "OPTIONS":
            await self._preflight(send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Date"] = formatdate(self.clock.seconds(), usegmt=True)
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Referrer-Policy", "same-origin")
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Content-Security-Policy", NOTHING_RUNS)
                if scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = ONE_YEAR
                if public:
                    headers["Access-Control-Allow-Origin"] = "*"
                    headers["Access-Control-Expose-Headers"] = EXPOSED
            await send(message)

        await self.app(scope, receive, with_headers)

    async def _preflight(self, send: Send) -> None:
        allowed = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET",
            "Access-Control-Allow-Headers": "If-None-Match, Last-Event-ID",
            "Access-Control-Max-Age": "86400",
        }
        headers = [(name.lower().encode(), value.encode()) for name, value in allowed.items()]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
