"""`dunghen rebuild` dies after each of its steps and is given again: in the end everything is counted as before, in more partitions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.eventually import eventually
from tests.faults.crash_points import REBUILD
from tests.faults.form import LONG
from tests.faults.world import PARTITIONS, FaultWorld

AFTER = PARTITIONS + 2
FIGURES = ("numerator", "denominator", "received", "finished", "counts", "pending", "overdue", "paused", "rank")


def rebuild(world: FaultWorld, program: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", *program.split(), "rebuild", "--partitions", str(AFTER), "--data", str(world.folder))
    env = {**os.environ, **world.env, "FAULT_PART": "rebuild"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=400, check=False)


def figures(world: FaultWorld) -> dict[str, dict[str, Any]]:
    shown = httpx.get(f"{world.page}/api/v1/map", params={"window": "year"}, timeout=20).raise_for_status().json()
    return {row["code"]: {name: row[name] for name in FIGURES} for row in [*shown["units"], shown["city"]]}


def stop(world: FaultWorld) -> None:
    """As an operator does: in order, and then nobody is there any more."""
    for part in world.parts.values():
        part.leave()
    eventually(lambda: all(part.process is None for part in world.parts.values()), within=400, what="the end of all")


@pytest.mark.skipif(not LONG, reason="in `make faults`; tests/e2e/test_rebuild.py has one that nobody kills")
@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_a_rebuild_that_dies_after_any_of_its_steps_goes_on_and_counts_the_same(
    make_world: Callable[..., FaultWorld], report: Callable[..., None]
) -> None:
    world = make_world().start()
    world.load.tell(1500)
    world.until_level()
    before = figures(world)
    stop(world)
    for point in REBUILD:
        (world.folder / "rebuild.armed").write_text(point)
        died = rebuild(world, "tests.faults.crashing dunghen.cli")
        assert (died.returncode, (world.folder / "rebuild.armed").exists()) == (-signal.SIGKILL, False), (
            f"{point}: {died.stdout}{died.stderr}"
        )
    done = rebuild(world, "dunghen.cli")
    assert done.returncode == 0, done.stdout + done.stderr

    world.grow(AFTER)
    eventually(world.all_at_work, within=400, what="everybody back")
    world.until_level()
    assert figures(world) == before
    world.load.tell(200)
    found = {finding.check for finding in world.findings()}
    assert found <= {"twice"}, "what a rebuild does is to copy: an event stands where it counted before, too"
    report(**{"deaths of a rebuild": len(REBUILD)}, **world.figures())
