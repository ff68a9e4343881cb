"""Keeps a set of programs running: starts them, restarts with backoff what dies and says so, stops all in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dunghen.platform.local.servers import end_with_parent

FIRST_DELAY, LONGEST_DELAY, LONG_LIFE = 0.3, 10.0, 30.0  # seconds
LOG_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its command, the environment beside ours, and how long it may take to stop."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    stop_seconds: float = 4.0
    once: bool = False  # ends by itself when its work is done


@dataclass(slots=True)
class Supervisor:
    """`say` is told, in a sentence, whatever a user should know. `started` is called with the pids whenever they change."""

    logs: Path
    say: Callable[[str], None]
    started: Callable[[dict[str, int]], None] = lambda pids: None
    _kept: list[tuple[Program, asyncio.Task[None]]] = field(default_factory=list)
    _running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _stopping: bool = False

    def start(self, program: Program) -> None:
        """Starts it and keeps it running until `stop`."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._kept.append((program, asyncio.create_task(self._keep(program))))

    @property
    def pids(self) -> dict[str, int]:
        return {name: p.pid for name, p in self._running.items() if p.returncode is None}

    async def finished(self, name: str) -> None:
        """Waits for a program that runs once."""
        await next(task for program, task in self._kept if program.name == name)

    async def stop(self) -> None:
        """Stops all, the last started first."""
        self._stopping = True
        while self._kept:
            program, task = self._kept.pop()
            await self._end(program)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _end(self, program: Program) -> None:
        process = self._running.get(program.name)
        if process is None or process.returncode is not None:
            return
        for sig, patience in ((signal.SIGTERM, program.stop_seconds), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(sig)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), patience)
                return
            self.say(f"{program.name} did not stop within {patience:.0f} s")

    async def _keep(self, program: Program) -> None:
        delay, loop = FIRST_DELAY, asyncio.get_running_loop()
        while not self._stopping:
            began = loop.time()
            code = await self._run(program)
            if self._stopping or (program.once and code == 0):
                return
            delay = FIRST_DELAY if loop.time() - began > LONG_LIFE else delay
            self.say(f"{program.name} ended with code {code} (log: {self.logs / program.name}.log); starting it again in {delay:.1f} s")
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)

    async def _run(self, program: Program) -> int:
        file = self.logs / f"{program.name}.log"
        if file.exists() and file.stat().st_size > LOG_BYTES:
            os.replace(file, file.with_suffix(".log.1"))
        with file.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                env={**os.environ, **program.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: we stop the others in order
                preexec_fn=end_with_parent if sys.platform == "linux" else None,
            )
        self._running[program.name] = process
        self.started(self.pids)
        return await process.wait()
