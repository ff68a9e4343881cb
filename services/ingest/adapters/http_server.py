"""uvicorn as a part of the process: signals are the lifecycle's, and nothing that was received is logged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

STOP_SECONDS = 3


class HttpServer(uvicorn.Server):
    """Serves until `close`, which lets requests under way finish. An address that cannot be had ends the process."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        quiet = {"access_log": False, "log_config": None, "server_header": False}
        super().__init__(uvicorn.Config(app, host=host, port=port, lifespan="off", timeout_graceful_shutdown=STOP_SECONDS, **quiet))  # type: ignore[arg-type]
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
        """Takes no more requests, and returns when those under way are answered or 3 seconds have passed."""
        self.should_exit = True
        await self._ended.wait()
