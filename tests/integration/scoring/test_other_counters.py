"""A program that counts something more takes over from one that did not know of it (docs/decisions, issue acceptance B5)."""

from __future__ import annotations

from dunghen.cli.prepare import prepare
from dunghen.domain.marks import COUNTED, COUNTERS
from dunghen.platform.clock import SharedClock
from tests.eventually import eventually_async
from tests.integration.scoring.scoring_world import BODIES, ScoringWorld
from tests.integration.scoring.test_scoring_process import assert_exact, lives

# Writes cells as a program would whose COUNTERS lacked the last one.
OLDER = """
from services.scoring import fold_stage
encode = fold_stage.encode_cell
fold_stage.encode_cell = lambda counters: encode(counters[:-1])
from services.scoring.__main__ import main
main()
"""


async def test_what_was_counted_before_is_read_and_then_counted_anew(world: ScoringWorld) -> None:
    events = lives(200, seed=8)
    await world.apply(counters={**COUNTED, "names": [*COUNTERS[:-1]]})
    older = world.start(("-c", OLDER))
    await world.tell(events[:-100])
    await eventually_async(world.level_with_sources)
    counted = (await world.cells())[2]
    assert any(any(c) for days in counted.values() for c in days.values())
    assert not any(c[-1] for days in counted.values() for c in days.values())
    older.kill()
    world.start(DUNGHEN_RETIRE_AFTER="0.5")
    await world.tell(events[-100:])
    await eventually_async(world.level_with_sources)
    await prepare(world.settings, BODIES, SharedClock.load(world.folder / "clock.json"))

    async def cleared() -> bool:
        return await world.policies_in_unit_days() == {3}

    await eventually_async(cleared)
    await assert_exact(world, events)
    await prepare(world.settings, BODIES, SharedClock.load(world.folder / "clock.json"))
    assert (await world.policy()).version == 3
