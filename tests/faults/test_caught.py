"""What the end checks are worth: each of these is broken on purpose, by a test program, and must be found.

What is told is steered so that nothing puts it right again by chance (`on_days_of_their_own`). Which other checks see it too is left open.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable

import pytest

from tests.eventually import eventually
from tests.faults.checks import Finding
from tests.faults.stories import Plain
from tests.faults.world import FaultWorld
from tests.faults.zombies import come_back_from_the_dead

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
MakeWorld = Callable[..., FaultWorld]


def found_by(world: FaultWorld) -> list[Finding]:
    found = world.findings()
    print("\n".join(map(str, found[:5])))
    return found


def tell(world: FaultWorld, dossiers: Iterable[Plain]) -> None:
    world.load.tell_all([dossier.item() for dossier in dossiers])


AMONG_OTHERS = {"rank:", "of:"}  # a unit's place may be wrong because another's figure is


def some(found: Iterable[Finding], check: str, about: str) -> bool:
    """Whether this check found something about this unit or dossier that is its own."""
    words = [finding.detail.split() for finding in found if finding.check == check]
    return any(about in said and AMONG_OTHERS.isdisjoint(said) for said in words)


def test_a_fold_that_ignores_a_reopening_a_lost_batch_and_a_double_count_are_each_caught(make_world: MakeWorld) -> None:
    """Each in a unit of its own; in a fourth nothing is wrong."""
    world = make_world().start(1, "tests.faults.broken", FAULT_BROKEN="reopening", FAULT_SESSION="14")
    reopening, lost, double, sound = list(world.units)[:4]
    opened = {unit: world.plain_dossiers(unit) for unit in (reopening, lost, double, sound)}
    tell(world, opened[reopening])
    tell(world, [dossier.ended_at_once() for dossier in opened[reopening]])
    tell(world, opened[reopening])
    for word, unit in (("lost", lost), ("double", double)):
        world.until_level()
        file = world.folder / f"scoring-0.{word}"
        file.touch()
        tell(world, opened[unit])
        eventually(lambda file=file: not file.exists(), within=240, what=word)
        tell(world, world.plain_dossiers(sound))  # every partition goes on from there
    found = found_by(world)
    assert {unit for unit in opened if some(found, "reconcile", unit)} == {reopening, lost, double}
    assert {unit for unit in opened if any(some(found, "dossiers", dossier.code) for dossier in opened[unit])} == {reopening, lost}


def test_a_worker_without_the_fence_is_caught(make_world: MakeWorld) -> None:
    world = make_world().start(2, "tests.faults.broken", FAULT_BROKEN="unfenced")
    zombie = world.parts["scoring-0"]
    come_back_from_the_dead(world, zombie)
    eventually(lambda: -signal.SIGKILL in zombie.ends, within=240, what="the write of the zombie")
    world.restart_from_the_topics()
    assert {finding.check for finding in found_by(world)} >= {"reconcile", "dossiers"}
