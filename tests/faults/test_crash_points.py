"""Every part dies at its named crash points, under load and one round after the other; a point that is not reached fails the run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest

from tests.eventually import NotInTime, eventually
from tests.faults import crash_points
from tests.faults.form import long_or_short
from tests.faults.world import FaultWorld, kind_of

WORKERS = 3
ROUNDS = long_or_short(100, 2)  # the long form: until every point was reached
AT_START = ("fold.takeover", "score.takeover", "projector.loaded", "api.loaded")  # reached by a part that has just been started


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_part_may_die_between_any_two_effects(make_world: Callable[..., FaultWorld], report: Callable[..., None]) -> None:
    world = make_world().start(WORKERS, "tests.faults.crashing", DUNGHEN_RETIRE_AFTER="0.5")
    world.load.rate = 80
    world.load.start()
    reached = 0
    for armed in rounds(world.rng)[:ROUNDS]:
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
    for part in (part for part, point in armed.items() if point.startswith(AT_START)):
        world.parts[part].kill()
    for _ in range(8):  # who was not holding a partition when the policy turned gets another chance
        if any(".switch." in point or ".retire." in point for point in still_armed(world, armed)):
            world.turn_policy()
        with suppress(NotInTime):
            eventually(lambda: not still_armed(world, armed), within=30, every=0.2)
            break
    assert still_armed(world, armed) == [], "never reached"
    for part in armed:
        (world.folder / f"{part}.hit").unlink()
    eventually(world.all_at_work, within=400, what="everybody back")


def still_armed(world: FaultWorld, armed: dict[str, str]) -> list[str]:
    return [point for part, point in armed.items() if not (world.folder / f"{part}.hit").exists()]
