"""uvicorn as a part of the process: signals are the lifecycle's, open streams do not keep it from stopping, nothing received is logged."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn
from fastapi.telemetry import TelemetryConfig

from dunghen.platform.http_bounds import BoundedProtocol, Waiting

# What FastAPI offers itself is off whatever the environment says: it goes on in the trace that a sender names, and logs the texts of
# exceptions. Our own spans: `traces`.
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


def allow_open_files() -> None:
    """As many as the system lets this process have: each waiting client is one, and the usual 1,024 are few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class HttpServer(uvicorn.Server):
    """Serves an ASGI app at (host, port) until `close`. An address that cannot be had ends the process. `options` as of uvicorn."""

    def __init__(self, app: Any, address: tuple[str, int], stop_seconds: int = 3, **options: Any) -> None:
        host, port = address
        quiet = {
            "access_log": False,
            "log_config": None,
            "server_header": False,
            "lifespan": "off",
            "http": partial(BoundedProtocol, waiting=Waiting()),
        }
        super().__init__(uvicorn.Config(app, host=host, port=port, timeout_graceful_shutdown=stop_seconds, **{**quiet, **options}))
        self._ended = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals to the lifecycle."""
        yield

    async def run(self) -> None:  # type: ignore[override]
        """For the life of the process."""
        try:
            await self.serve()
        finally:
            self._ended.set()

    async def close(self) -> None:
        """Takes no more requests; returns when those under way are answered or cut after `stop_seconds`."""
        self.should_exit = True
        await self._ended.wait()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once it does."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return host, port
