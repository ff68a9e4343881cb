"""A real HTTP server on loopback that takes what is posted to it, with the troubles that receivers have."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

from tests.loops import LoopThread

HOST = "127.0.0.1"


@dataclass
class HttpReceiver:
    """`answers`: what the next requests get (then 204); `hold`: it has read a request and says nothing."""

    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hold: bool = False
    slow: float = 0.0
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, 0, ssl_context=tls)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        self._over.set()
        if self._runner:
            await self._runner.cleanup()

    @contextmanager
    def listening(self) -> Iterator[Self]:
        """On a loop of its own, for a test that has none."""
        with LoopThread("http") as beside:
            beside.run(self.start())
            try:
                yield self
            finally:
                beside.run(self.stop())

    async def _answer(self, request: web.Request) -> web.Response:
        self.requests.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        if self.hold:
            await self._over.wait()
        await asyncio.sleep(self.slow)
        return web.Response(status=self.answers.pop(0) if self.answers else 204, headers=self.headers)
