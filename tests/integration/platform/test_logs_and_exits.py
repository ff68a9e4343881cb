"""Whole processes: how they log, and how they end."""

from __future__ import annotations

import json
import subprocess
import sys

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
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30, check=True)
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
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert done.returncode == 70
    assert '"task": "work"' in done.stderr
    assert "0905123456" not in done.stderr
