"""What the end checks are worth: each of these is broken on purpose, by a test program, and must be found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.eventually import eventually
from tests.faults.world import FaultWorld
from tests.faults.zombies import come_back_from_the_dead

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
MakeWorld = Callable[..., FaultWorld]


def found_by(world: FaultWorld) -> set[str]:
    found = world.findings()
    print("\n".join(map(str, found[:5])))
    return {finding.check for finding in found}


def test_a_fold_that_ignores_a_reopening_is_caught(make_world: MakeWorld) -> None:
    world = make_world().start(1, "tests.faults.broken", FAULT_BROKEN="reopening")
    world.load.tell(600)
    assert found_by(world) == {"reconcile", "dossiers"}


@pytest.mark.parametrize(("broken", "checks"), [("lost", {"reconcile", "dossiers"}), ("double", {"reconcile"})])
def test_a_lost_batch_and_a_double_count_are_caught(make_world: MakeWorld, broken: str, checks: set[str]) -> None:
    world = make_world().start(1, "tests.faults.broken")
    world.load.tell(300)
    world.until_level()
    (world.folder / f"scoring-0.{broken}").touch()
    world.load.tell(40)
    eventually(lambda: not (world.folder / f"scoring-0.{broken}").exists(), within=120, what="the fault")
    assert found_by(world) == checks


def test_a_worker_without_the_fence_is_caught(make_world: MakeWorld) -> None:
    world = make_world().start(2, "tests.faults.broken", FAULT_BROKEN="unfenced")
    world.load.tell(200)
    zombie = world.parts["scoring-0"]
    come_back_from_the_dead(world, zombie)
    eventually((world.folder / "scoring-0.wrote").exists, within=120, what="the write of the zombie")
    zombie.kill()
    world.compact()
    world.restart_from_the_topics()
    assert found_by(world) >= {"reconcile", "dossiers"}
