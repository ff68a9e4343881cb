"""Workers of scoring join and leave every few seconds under load, from the first second of a fresh group on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.faults.form import long_or_short
from tests.faults.world import FaultWorld

SECONDS, EVERY = long_or_short(180, 12), 3.0
MOST = 4  # workers at one time


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_workers_that_join_and_leave_lose_nothing(make_world: Callable[..., FaultWorld], report: Callable[..., None]) -> None:
    world = make_world().start(scoring=0)
    world.load.start()
    changes, until = 0, time.monotonic() + SECONDS
    for number, commit in enumerate(commit_seconds(until)):
        change(world, number, commit)
        changes += 1
        threading.Event().wait(EVERY if number > MOST else EVERY / 2)  # the pace is what is tried
    world.settle()
    report(**{"joined or left": changes}, **world.figures())


def commit_seconds(until: float) -> Iterator[str]:
    """At first nobody ever commits a source offset, as if all happened before the first commit; in the second half as usual."""
    half = until - SECONDS / 2
    while (now := time.monotonic()) < until:
        yield "1000" if now < half else "1"


def change(world: FaultWorld, number: int, commit: str) -> None:
    """One more worker, or one less: in order, or killed for good; at least one stays."""
    workers = world.workers()
    if len(workers) < 2 or (len(workers) < MOST and (number < MOST or world.rng.random() < 0.5)):
        world.start_part(f"scoring-{number}", FAULT_COMMIT=commit)
        return
    leaver = world.rng.choice(workers)
    leaver.leave() if world.rng.random() < 0.7 else leaver.end()
