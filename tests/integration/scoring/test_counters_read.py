"""A takeover reads the fold's counters beside the dossiers, and counts anew where another release had the partition; on a real Kafka."""

from __future__ import annotations

from dunghen.platform.local.servers import free_port
from tests.eventually import eventually_async as eventually
from tests.integration.scoring.scoring_world import ScoringWorld
from tests.integration.scoring.test_dead_letters_on_kafka import gauge, readiness
from tests.integration.scoring.test_scoring_process import assert_exact, lives

ANOTHER = """
from services.scoring import held_cells
held_cells.CODE = b"another"
from services.scoring.__main__ import main
main()
"""


async def test_counters_are_read_after_a_kill_and_counted_anew_by_another_release(world: ScoringWorld) -> None:
    events, counts = lives(400, seed=21), []
    parts = [events[at::4] for at in range(4)]
    for part, program in zip(
        parts, (("-m", "services.scoring"), ("-m", "services.scoring"), ("-c", ANOTHER), ("-c", ANOTHER)), strict=True
    ):
        port = free_port()
        worker = world.start(program, DUNGHEN_METRICS_PORT=str(port))
        await world.tell(part)
        await eventually(world.level_with_sources, within=90)
        counts.append(gauge(port, "dunghen_scoring_recounted_dossiers_total"))
        assert readiness(port) == "ok\n"
        held = [gauge(port, "dunghen_scoring_held", stage=stage, partition=str(p)) for stage in ("fold", "score") for p in range(4)]
        assert (held, gauge(port, "dunghen_scoring_partitions", stage="fold")) == ([1.0] * 8, 4.0)
        worker.kill()
        worker.wait()
    dossiers_before = len({event.dossier for part in parts[:2] for event in part})
    assert counts == [0, 0, dossiers_before, 0]
    await assert_exact(world, events)
