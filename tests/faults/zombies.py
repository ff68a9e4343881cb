"""A worker that stands still between fold and write until it was replaced, and then wakes up and writes: the hole that the fence closes."""

from __future__ import annotations

from tests.eventually import eventually
from tests.faults.part import Part
from tests.faults.stories import Plain
from tests.faults.world import FaultWorld

TOLD = 150  # items in each of the two halves of its absence


def come_back_from_the_dead(world: FaultWorld, zombie: Part) -> None:
    """Stalls and stops the worker, lets the others take over and go on with the same dossiers; then it goes on as if nothing had been.

    All that it holds when it stalls are dossiers just opened, and every one of them ends in its absence, on days on which nothing else
    counts: if its write were taken, these dossiers and these days would be wrong for ever. What is told afterwards is of others.
    """
    world.until_level()
    stall, stalled = world.folder / f"{zombie.name}.stall", world.folder / f"{zombie.name}.stalled"
    stall.touch()
    opened = list[Plain]()

    def stalls() -> bool:
        more = world.plain_dossiers()
        world.load.tell_all([dossier.item() for dossier in more], in_one=len(more))
        opened.extend(more)
        return stalled.exists()

    eventually(stalls, within=240, every=0.2, what="the worker folds anything")
    held_before = {part.name: part.log.read_bytes().count(b"partitions_held") for part in world.workers()}
    zombie.stop()
    stalled.unlink()
    world.load.tell_all([dossier.ended_at_once().item() for dossier in opened])
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
