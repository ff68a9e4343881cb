"""Builds and starts the MongoDB wire-protocol server of the tests (`tests/mongo_server/`)."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dunghen.platform.local.servers import HOST, await_ready, free_port, launch

FOLDER = Path(__file__).parents[2] / "mongo_server"
BINARY = FOLDER / "bin" / "mongo-server"
START_SECONDS = 120  # hang guard


def build() -> Path:
    """The server's program, built from the Go module proxy when it is missing or older than its source (about a minute)."""
    BINARY.parent.mkdir(exist_ok=True)
    with (BINARY.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sources = [FOLDER / name for name in ("main.go", "go.mod", "go.sum")]
        if not BINARY.exists() or BINARY.stat().st_mtime < max(s.stat().st_mtime for s in sources):
            if shutil.which("go") is None:
                pytest.fail("the MongoDB side needs Go 1.22 or later to build its server: apt-get install golang-go")
            command = ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", "bin/new", "."]
            subprocess.run(command, cwd=FOLDER, check=True, env={**os.environ, "CGO_ENABLED": "0"}, timeout=900)
            (BINARY.parent / "new").replace(BINARY)
    return BINARY


@contextmanager
def running(keystore: Path | None = None) -> Iterator[str]:
    """The address of a server on a free port, empty at first; by TLS with the key and certificates of `keystore` (PEM). Its files lie in
    memory where possible: it syncs after every write."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="mongo-server-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        port, log = free_port(), folder / "log"
        secured = (str(keystore),) if keystore else ()
        server = launch((str(build()), str(folder), f"{HOST}:{port}", *secured), port, log)
        try:
            await_ready(server, lambda: "mongodb://" in log.read_text(encoding="utf-8"), START_SECONDS)
            yield f"mongodb://{server.address}/"
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
