"""uvicorn as a part of the process: signals are the lifecycle's, the date is the city's, and open streams do not keep it from stopping."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from services.api.settings import ApiSettings


class HttpServer(uvicorn.Server):
    """Serves until `close`. An address that cannot be had ends the process."""

    def __init__(self, app: FastAPI, settings: ApiSettings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                lifespan="off",
                timeout_graceful_shutdown=settings.shutdown_seconds,
                backlog=4096,
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=False,
            )
        )
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
        """Takes no more requests; streams are cut after `shutdown_seconds`."""
        self.should_exit = True
        await self._ended.wait()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once it does."""
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return host, port
