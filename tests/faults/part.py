"""One program of the city under test control: kept running like a supervisor does, killed, stopped and woken by the test."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dunghen.platform.local.servers import end_with_parent
from tests.releases import environment_of

LOOK_SECONDS = 0.1


@dataclass
class Part:
    """A program by its name; `ends` is how each of its lives ended (negative: by that signal), `log` what all of them said.

    `tree`: the folder of the release that its next life is of; None: this one.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    tree: Path | None = None
    ends: list[int] = field(default_factory=list)
    wanted: bool = False
    stopped: bool = False
    process: subprocess.Popen[bytes] | None = None
    born: int = 0  # where in the log this life begins

    @property
    def alive(self) -> bool:
        """Runs now and is not stopped by a signal."""
        return self.process is not None and self.process.poll() is None and not self.stopped

    def said(self, text: str) -> bool:
        """Whether the log of its present life has this text."""
        return self.alive and text.encode() in self.log.read_bytes()[self.born :]

    def start(self) -> None:
        """From now on it is kept running."""
        self.wanted = True
        self.keep()

    def keep(self) -> None:
        """Called ten times a second: what has ended is started again, while it is wanted."""
        if self.process is not None and (code := self.process.poll()) is not None:
            self.ends.append(code)
            self.process, self.stopped = None, False
        if self.wanted and self.process is None:
            with self.log.open("ab") as out:
                self.born = out.tell()
                release = environment_of(self.tree) if self.tree else {}
                self.process = subprocess.Popen(
                    self.command,
                    cwd=self.tree,
                    env={**os.environ, **self.env, **release},
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    preexec_fn=end_with_parent,
                )

    def signal(self, number: int) -> bool:
        """False where there was nobody to tell."""
        process = self.process
        if process is None or process.poll() is not None:
            return False
        self.stopped = number == signal.SIGSTOP or (self.stopped and number != signal.SIGCONT)
        process.send_signal(number)
        return True

    def kill(self) -> bool:
        """kill -9; it is started again if it is wanted."""
        return self.signal(signal.SIGKILL)

    def stop(self) -> bool:
        """SIGSTOP: it stands still in the middle of whatever it does."""
        return self.signal(signal.SIGSTOP)

    def wake(self) -> bool:
        """SIGCONT."""
        return self.signal(signal.SIGCONT)

    def leave(self) -> None:
        """As an operator ends it: SIGTERM, and it is not started again."""
        self.wanted = False
        self.signal(signal.SIGTERM)

    def end(self) -> None:
        """kill -9 for good, whatever state it is in."""
        self.wanted = False
        if (process := self.process) is not None:
            process.kill()
            process.wait()


class Keeper:
    """Keeps the parts of a world running from a thread of its own; `parts` may grow."""

    def __init__(self, parts: dict[str, Part]) -> None:
        self.parts = parts
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            with self._lock:
                for part in list(self.parts.values()):
                    part.keep()

    def start(self, part: Part) -> Part:
        with self._lock:
            self.parts[part.name] = part
            part.start()
        return part

    def end(self) -> None:
        """Ends every part, then the thread: the kernel ends what a thread started when the thread ends."""
        with self._lock:
            for part in self.parts.values():
                part.end()
        self._over.set()
        self._thread.join()
