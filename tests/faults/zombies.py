"""A worker that stands still between fold and write until it was replaced, and then wakes up and writes: the hole that the fence closes."""

from __future__ import annotations

from tests.eventually import eventually
from tests.faults.part import Part
from tests.faults.world import FaultWorld

TOLD = 150  # items in each of the two halves of its absence


def come_back_from_the_dead(world: FaultWorld, zombie: Part) -> None:
    """Stalls and stops the worker, lets the others take over and go on with the same dossiers; then it goes on as if nothing had been.

    What is told afterwards is of other dossiers, so that nothing puts right by chance what it wrote wrong.
    """
    stall, stalled = world.folder / f"{zombie.name}.stall", world.folder / f"{zombie.name}.stalled"
    stall.touch()
    told = 0
    while not stalled.exists():
        world.load.tell(200, in_one=200)  # until one of its partitions has something to fold, then much of it at once
        told += 200
        assert told < 20_000, "the worker never folded anything"
    held_before = {part.name: part.log.read_bytes().count(b"partitions_held") for part in world.workers()}
    zombie.stop()
    stalled.unlink()
    world.load.tell(TOLD)
    others = [part for part in world.workers() if part is not zombie]
    eventually(
        lambda: any(part.log.read_bytes().count(b"partitions_held") > held_before[part.name] for part in others),
        within=240,
        what=f"somebody in the place of {zombie.name}",
    )
    world.load.tell(TOLD)
    world.until_level()
    world.tell_of_others()
    stall.unlink()
    zombie.wake()
