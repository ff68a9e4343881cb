"""What dies is started again and said; what is stopped stays stopped, in reverse order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from dunghen.cli.supervisor import Program, Supervisor
from tests.eventually import eventually_async as eventually


def program(name: str, code: str, **options: object) -> Program:
    return Program(name, (sys.executable, "-c", code), **options)  # type: ignore[arg-type]


SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Supervisor:
    return Supervisor(tmp_path / "logs", said.append)


async def test_what_is_killed_comes_back_and_is_said(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start(program("one", SLEEP))
    await eventually(lambda: supervisor.pids)
    first = supervisor.pids["one"]
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: supervisor.pids.get("one") not in (None, first))
    assert [line for line in said if "one ended with code -9" in line and "starting it again" in line]
    await supervisor.stop()


async def test_all_are_stopped_the_last_first(supervisor: Supervisor, tmp_path: Path) -> None:
    report = f"open({str(tmp_path / 'order')!r}, 'a').write"
    for name in ("first", "second"):
        told = f"signal.signal(15, lambda *_: ({report}({name!r} + ' '), sys.exit()))"
        supervisor.start(program(name, f"import signal, sys, time; {told}; print('up', flush=True); time.sleep(60)", stop_seconds=60))
    logs = [tmp_path / "logs" / f"{name}.log" for name in ("first", "second")]
    await eventually(lambda: all(log.exists() and b"up" in log.read_bytes() for log in logs))
    await supervisor.stop()
    assert (tmp_path / "order").read_text().split() == ["second", "first"]
    assert supervisor.pids == {}


async def test_what_does_not_listen_is_killed_and_said(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    supervisor.start(program("deaf", deaf, stop_seconds=0.2))
    log = tmp_path / "logs" / "deaf.log"
    await eventually(lambda: log.exists() and b"up" in log.read_bytes())
    await supervisor.stop()
    assert any("deaf did not stop within" in line for line in said)
    assert supervisor.pids == {}


async def test_a_program_that_runs_once_is_waited_for_and_not_repeated(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program("once", f"open({str(tmp_path / 'n')!r}, 'a').write('x')", once=True))
    await asyncio.wait_for(supervisor.finished("once"), 60)
    assert (tmp_path / "n").read_text() == "x"
    await supervisor.stop()
