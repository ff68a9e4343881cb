"""One composition root a process: every acquire names its release, last-in first-out, bounded in time; only `run` touches signals."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NoReturn

from dunghen.platform.logs import get_logger

log = get_logger("lifecycle")
Release = Callable[[], Awaitable[object]]
STOP_SECONDS = 9.0  # less than what `up` and Docker wait before they kill


@dataclass
class Lifecycle:
    """Collects releases while a process starts and carries them out in reverse order when it stops.

    `seconds_in_all`, for the composition root of a process only: so long after the signal the process is ended, stopped or not.
    """

    seconds_per_release: float = 5.0
    seconds_in_all: float | None = None
    _releases: list[tuple[str, Release]] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self, name: str, release: Release) -> None:
        """To be called on the line after the acquire."""
        self._releases.append((name, release))

    def spawn(self, name: str, work: Awaitable[object]) -> asyncio.Task[object]:
        """Runs `work` for the life of the process. If it ends by an error the process ends with code 70: nothing half-alive."""
        task: asyncio.Task[object] = asyncio.ensure_future(_fatal(name, work))
        self.release(name, lambda: _cancel(task))
        return task

    def stop(self) -> None:
        """Asks `run` to end."""
        self._stop.set()

    async def run(self) -> None:
        """Waits for SIGTERM, SIGINT or `stop`, then releases everything."""
        loop = asyncio.get_running_loop()
        for sig in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sig, self._stop.set)
        await self._stop.wait()
        if self.seconds_in_all is not None:
            limit = threading.Timer(self.seconds_in_all, _end_hard)  # neither a blocked loop nor a thread that will not end holds it
            limit.daemon = True
            limit.start()
        await self.close()

    async def close(self) -> None:
        """Releases in reverse order; a release that fails or takes too long is logged and does not keep the others."""
        while self._releases:
            name, release = self._releases.pop()
            task = asyncio.ensure_future(release())
            # Not wait_for: it waits for the end of what it has cancelled, and faust passes over being cancelled.
            done, _ = await asyncio.wait({task}, timeout=self.seconds_per_release)
            if not done:
                task.cancel()
                log.warning("release_failed", what=name, error="TimeoutError", frames=_standing_at(task))
            elif fault := task.exception():
                log.warning("release_failed", what=name, error=type(fault).__name__)


def end_start(code: int) -> NoReturn:
    """Ends a process whose start must not go on, with this exit code; say why before. Nothing was taken yet, so nothing is released.

    Not by an exception: the loop would wait for every task to be cancelled, and a client that is just connecting may pass over that.
    """
    os._exit(code)


def _end_hard() -> None:
    """What was asked to stop and has not: as safe as being killed, which every part must survive, and sooner. The code is a stop's."""
    log.warning("stopped_hard")
    os._exit(0)


def _standing_at(task: asyncio.Future[object]) -> list[str]:
    return [f"{frame.f_code.co_filename}:{frame.f_lineno}" for frame in task.get_stack()] if isinstance(task, asyncio.Task) else []


async def _fatal(name: str, work: Awaitable[object]) -> object:
    try:
        return await work
    except asyncio.CancelledError:
        raise
    except BaseException as fault:
        log.error("task_failed", task=name, error=type(fault).__name__, exc_info=True)
        os._exit(70)


async def _cancel(task: asyncio.Task[object]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
