"""Workers stopped past the session timeout and woken again, also between fold and write; then compaction and a new start of all."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.eventually import eventually
from tests.faults.form import long_or_short
from tests.faults.world import FaultWorld
from tests.faults.zombies import come_back_from_the_dead

ZOMBIES, STOPS = long_or_short(6, 1), long_or_short(6, 1)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_worker_that_wakes_after_it_was_replaced_changes_nothing(
    make_world: Callable[..., FaultWorld], report: Callable[..., None]
) -> None:
    world = make_world().start(2, "tests.faults.broken")
    refused = 0
    for number in range(ZOMBIES):
        zombie = world.parts[f"scoring-{number % 2}"]
        ends = len(zombie.ends)
        come_back_from_the_dead(world, zombie)
        eventually(lambda zombie=zombie, ends=ends: len(zombie.ends) > ends, within=240, what="the zombie is refused")
        assert zombie.ends[-1] == 70
        refused += 1
        eventually(world.all_at_work, within=400, what="everybody back")
    world.load.start()
    for _ in range(STOPS):
        stop_one(world)
    world.load.stop()
    world.compact()
    world.restart_from_the_topics()
    world.settle()
    report(zombies=refused, stops=STOPS, **world.figures())


def stop_one(world: FaultWorld) -> None:
    """Any part, for longer than a session lasts, and then on as if nothing had been."""
    part = world.rng.choice(sorted(world.parts.values(), key=lambda p: p.name))
    part.stop()
    threading.Event().wait(world.rng.uniform(1.3, 2.5) * world.session_seconds)  # the time is what is tried
    part.wake()
    eventually(world.all_at_work, within=400, what="everybody back")
