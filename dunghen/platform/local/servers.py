"""What local servers have in common: free ports, starting and stopping by process id."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1


class NotStarted(Exception):
    """A server could not be started: says what is missing, or shows the end of its log."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, and that for a minute the system gives to nobody else who asks for any.

    Who names it and sets SO_REUSEADDR, as servers do, may have it at once: a connection to it has just ended (TIME_WAIT).
    """
    with socket.create_server((HOST, 0), backlog=1) as server:
        port = int(server.getsockname()[1])
        with socket.create_connection((HOST, port)) as client:
            server.accept()[0].close()  # who closes first keeps the port in TIME_WAIT
            client.recv(1)
    return port


@dataclass
class LocalServer:
    """A server that runs under us and ends with us. `port` on 127.0.0.1, `log` its output, `process.pid` the id to stop it by."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self, seconds: float = 10) -> None:
        """SIGTERM, and SIGKILL if that has not ended it after `seconds`. Idempotent."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def check(self) -> None:
        """Raises NotStarted with the end of its log if it has ended."""
        if (code := self.process.poll()) is not None:
            raise NotStarted(self.told(f"ended with code {code}"))

    def told(self, why: str) -> str:
        """The program, what happened to it, and the end of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        return "\n".join((f"{Path(str(self.process.args[0])).name} {why}; {self.log} ends:", *lines))  # type: ignore[index]

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        self.process.kill()
        self.process.wait()


def launch(command: tuple[str, ...], port: int, log: Path) -> LocalServer:
    """Starts `command` with its output appended to `log`. On Linux it is told to end when the thread that calls this ends."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - the commands are ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,  # Ctrl-C is for the parent, who stops its servers in order
            preexec_fn=end_with_parent if sys.platform == "linux" else None,
        )
    return LocalServer(port, log, process)


def await_ready(server: LocalServer, ready: Callable[[], bool], seconds: float) -> LocalServer:
    """Returns `server` once `ready()` is true; raises NotStarted with the end of its log if it ends or takes too long, and stops it."""
    until = time.monotonic() + seconds
    while not ready():
        if server.process.poll() is not None or time.monotonic() > until:
            code = server.process.poll()
            server.stop()
            why = f"did not answer within {seconds:g} s" if code is None else f"ended with code {code}"
            raise NotStarted(server.told(why))
        time.sleep(0.05)
    return server


def end_with_parent() -> None:
    """If we are killed outright, the kernel ends our servers too."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
