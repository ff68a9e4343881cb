"""Whole processes: how they log, and how they end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from dunghen.platform.local import kafka_broker, redis_server
from dunghen.platform.local.servers import NotStarted, free_port
from tests.eventually import eventually

PROGRAM = """
import logging
from dunghen.platform import logs
logs.configure("ingest", "info")
log = logs.get_logger("door")
log.debug("unheard")
log.info("opened", count=3, unit="Hải Châu")
logging.getLogger("library").warning("odd")
logging.getLogger("library").info("unheard")
phone = "0905" + "123456"
try: raise ValueError(phone)
except ValueError: log.error("failed", exc_info=True)
"""


def test_a_log_is_one_line_of_json_an_event_without_the_values_of_an_exception() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == ""
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["opened", "odd", "failed"]
    assert {"count": 3, "unit": "Hải Châu", "level": "info", "service": "ingest", "module": "door"}.items() <= lines[0].items()
    assert lines[0]["timestamp"].endswith("Z")
    assert "ValueError" in json.dumps(lines[2])
    assert "0905123456" not in done.stderr


def test_a_task_that_fails_ends_the_process_with_code_70_and_shows_no_value() -> None:
    program = """
import asyncio
from dunghen.platform import logs
from dunghen.platform.lifecycle import Lifecycle
async def work():
    value = "0905" + "123456"
    raise ValueError(value)
async def main():
    life = Lifecycle(); life.spawn("work", work()); await life.run()
logs.configure("test"); asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 70
    assert '"task": "work"' in done.stderr
    assert "0905123456" not in done.stderr


def test_a_local_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = """
import pathlib, sys
from dunghen.platform.local import redis_server
print(redis_server.start(pathlib.Path(sys.argv[1])).port, flush=True)
input()
"""
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    assert parent.stdin
    port = int(parent.stdout.readline())
    assert redis_server.answers(port)
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    eventually(lambda: not redis_server.answers(port), what="its end")


def test_a_server_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(NotStarted, match=r"(?s)redis-server ended with code 1; .*redis\.log ends:.*"):
        redis_server.start(tmp_path, 1 << 17)


def test_what_is_missing_for_kafka_is_named_with_the_command_that_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotStarted, match=r"jars are missing in .*: make setup"):
        kafka_broker.start(tmp_path / "data", jars=tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotStarted, match="java is missing: apt-get install"):
        kafka_broker.start(tmp_path / "data")


def test_metrics_are_served_on_loopback_only_and_only_where_asked_for(tmp_path: Path) -> None:
    program = (
        "import sys; from dunghen.platform.metrics import *; from dunghen.platform.settings import PlatformSettings as S; serve_metrics("
        "S(metrics_port=int(sys.argv[1])), Readiness({'kafka': lambda: False}, {'redis': lambda: False})); print(flush=True); input()"
    )
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", program, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert b"process_cpu_seconds_total" in answer.read()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez") as answer:
            assert answer.read() == b"ok\n"
        with pytest.raises(urllib.error.HTTPError, match="503") as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz")
        assert refused.value.read() == b"missing: kafka\nwithout: redis\n"
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.2", port), timeout=1)  # another address of the same machine
        process.kill()
