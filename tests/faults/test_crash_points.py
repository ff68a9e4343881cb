"""Every part dies at its named crash points, under load and one round after the other; a point that is not reached fails the run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest

from tests.eventually import NotInTime, eventually
from tests.faults import crash_points
from tests.faults.form import SEED, in_parts, long_or_short, part_seed
from tests.faults.world import FaultWorld, kind_of

WORKERS = 3
PARTS = 3  # in which the long form reaches every point
ROUNDS = long_or_short(100, 2)  # of a part at most
AT_START = ("fold.takeover", "score.takeover", "projector.loaded", "api.loaded")  # reached by a part that has just been started


@pytest.mark.slow
@pytest.mark.timeout(3000)
@in_parts(PARTS)
def test_a_part_may_die_between_any_two_effects(make_world: Callable[..., FaultWorld], report: Callable[..., None], part: int) -> None:
    world = make_world(part_seed(part)).start(WORKERS, "tests.faults.crashing", DUNGHEN_RETIRE_AFTER="0.5")
    world.load.rate = 80
    world.load.start()
    reached = 0
    for armed in rounds(Random(SEED))[part::PARTS][:ROUNDS]:
        attack(world, armed)
        reached += len(armed)
    world.settle()
    report(**{"crash points reached": reached, "policies": world.policies}, **world.figures())


def rounds(rng: Random) -> list[dict[str, str]]:
    """Which part dies at which point, round by round: all of them, in an order of the seed; an idle part is not armed."""
    waiting = {
        kind: rng.sample(sorted(points), len(points))
        for kind, points in (
            ("scoring", crash_points.SCORING),
            ("ingest", crash_points.INGEST),
            ("projector", crash_points.PROJECTOR),
            ("api", crash_points.API),
        )
    }
    parts = [*(f"scoring-{n}" for n in range(WORKERS)), "ingest", "projector", "api"]
    found = []
    while any(waiting.values()):
        found.append({part: waiting[kind_of(part)].pop() for part in parts if waiting[kind_of(part)]})
    return found


def attack(world: FaultWorld, armed: dict[str, str]) -> None:
    """Arms each part, makes happen what its point needs, and waits until all have died there and come back."""
    for part, point in armed.items():
        (world.folder / f"{part}.armed").write_text(point)
    for _ in range(8):  # who was not holding a partition when the policy turned, or was started, gets another chance
        waiting = still_armed(world, armed)
        for part in (part for part, point in waiting.items() if point.startswith(AT_START)):
            world.parts[part].kill()
        if any(".switch." in point or ".retire." in point for point in waiting.values()):
            world.turn_policy()
        with suppress(NotInTime):
            eventually(lambda: not still_armed(world, armed), within=60, every=0.2)
            break
    assert still_armed(world, armed) == {}, "never reached"
    for part in armed:
        (world.folder / f"{part}.hit").unlink()
    eventually(world.all_at_work, within=400, what="everybody back")


def still_armed(world: FaultWorld, armed: dict[str, str]) -> dict[str, str]:
    return {part: point for part, point in armed.items() if not (world.folder / f"{part}.hit").exists()}
