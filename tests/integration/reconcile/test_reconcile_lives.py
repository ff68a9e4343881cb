"""The daily comparison says that it lives, where its container is asked, also while nothing that it needs is there."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from dunghen.platform.local.servers import free_port
from tests.eventually import eventually

NOWHERE = "127.0.0.1:1"


@pytest.mark.slow
def test_it_lives_and_looks_at_its_clock_while_kafka_and_the_map_are_away(tmp_path: Path) -> None:
    port = free_port()
    env = {**os.environ, "DUNGHEN_KAFKA": NOWHERE, "DUNGHEN_METRICS_PORT": str(port), "DUNGHEN_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "dunghen.cli", "reconcile", "--daily", "02:00", "--page", f"http://{NOWHERE}", "--data", str(tmp_path)]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def says(path: str) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5).status_code == 200
        return False

    try:
        eventually(lambda: says("/livez"), within=120, what="/livez")
        assert says("/readyz")
    finally:
        process.kill()
        process.wait()
