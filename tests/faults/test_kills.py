"""kill -9 of ingest, scoring, projector and api at random moments under load."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest

from tests.eventually import eventually
from tests.faults.form import in_parts, long_or_short, part_seed
from tests.faults.world import FaultWorld, kind_of

WORKERS = (("fold,score", "fold,score"), ("fold", "fold", "score", "score"))  # each process both stages, or a process for each
KILLS = long_or_short(40, 6)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@in_parts(5)
def test_parts_killed_at_random_moments_lose_nothing_and_count_nothing_twice(
    make_world: Callable[..., FaultWorld], report: Callable[..., None], part: int
) -> None:
    world = make_world(part_seed(part))
    for number, stages in enumerate(WORKERS[part % 2]):
        world.start_part(f"scoring-{number}", DUNGHEN_STAGES=stages)
    world.start(scoring=0).load.start()
    kills = Counter[str]()
    while kills.total() < KILLS:
        volley(world, kills)
    world.settle()
    report(kills=kills.total(), **kills, **world.figures())


def volley(world: FaultWorld, kills: Counter[str]) -> None:
    """Up to three parts, mostly while all are at work, now and then while some are still coming back."""
    if world.rng.random() < 0.7:
        eventually(world.all_at_work, within=400, what="everybody back")
        accepted = world.load.accepted.total()
        eventually(lambda: world.load.accepted.total() > accepted, within=240, what="something accepted again")
    for part in world.rng.sample(sorted(world.parts.values(), key=lambda p: p.name), world.rng.randrange(1, 4)):
        threading.Event().wait(world.rng.uniform(0.0, 0.6))  # the moment is what is tried
        kills[kind_of(part.name)] += part.kill()
