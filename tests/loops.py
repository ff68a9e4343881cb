"""Event loops that leave no connection behind them half closed: the garbage collector would find it later, in another test, as that one's
fault. TLS takes the longest, since it waits for the other side's goodbye."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self, TypeVar

from tests.eventually import NotInTime, eventually_async

T = TypeVar("T")
PATIENCE = 120.0  # hang guard
GOODBYE_SECONDS = 5.0  # what is not closed by then was forgotten: the garbage collector will say so


class CarefulLoop(asyncio.SelectorEventLoop):
    """The loop of every asynchronous test: it ends when what the test has closed is closed."""

    def close(self) -> None:
        if not self.is_closed():
            self.run_until_complete(_closed(self))
        super().close()


class LoopThread:
    """A loop in a thread of its own, for servers and proxies of a test. Runs from `start` to `stop`, or as a context."""

    def __init__(self, name: str = "loop") -> None:
        self.loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)

    def start(self) -> Self:
        self._thread.start()
        return self

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """From another thread: does the work there and waits for it. Raises what it raises."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def stop(self) -> None:
        """Cancels what runs and cuts every connection."""
        self.run(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for transport in _open(self.loop):
            transport.abort()
        await _closed(self.loop)
        await self.loop.shutdown_asyncgens()
        await self.loop.shutdown_default_executor()


def _open(loop: asyncio.AbstractEventLoop) -> list[Any]:
    """The connections whose socket is not closed; asyncio keeps them, but nothing public of it tells them."""
    return [one for one in loop._transports.values() if one.get_extra_info("socket").fileno() != -1]  # type: ignore[attr-defined]


async def _closed(loop: asyncio.AbstractEventLoop) -> None:
    with suppress(NotInTime):
        await eventually_async(lambda: not _open(loop), within=GOODBYE_SECONDS, every=0.001)
