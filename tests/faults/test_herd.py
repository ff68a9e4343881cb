"""500 readers of `/stream` that read nothing or next to nothing, cut off all at once and back all at once, also when the worker is killed:
wall displays among them have every change, the worker's memory stays bounded, and who does not read is cut off."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from dunghen.cli.bench.measure import usage
from dunghen.platform.clock import real_milliseconds
from dunghen.platform.local.servers import HOST, free_port
from tests.e2e.watcher import Watcher
from tests.eventually import eventually
from tests.faults.attack import PATIENCE, Attack
from tests.faults.form import LONG, long_or_short
from tests.faults.herd import Herd
from tests.faults.world import FaultWorld
from tests.shown import Shown

MANY, WALLS = 500, 5
BLOWS = long_or_short(6, 1)  # of each kind
SEND_SECONDS = 5.0
MOST_MB = 100  # beside what the worker has without them: 0.2 MB for each, which its own and the kernel's buffers of a line may be


@dataclass
class Timed(Shown):
    """`delays`: milliseconds from the projector's making a version to its being here, of all that came as changes."""

    delays: list[int] = field(default_factory=list)

    def take(self, event: str, data: dict[str, Any]) -> None:
        if event == "change":
            self.delays.append(real_milliseconds() - data["version"])
        super().take(event, data)


def dropped(metrics: int) -> int:
    said = httpx.get(f"http://{HOST}:{metrics}/metrics", timeout=30).text.splitlines()
    return int(float(next(line for line in said if line.startswith("dunghen_api_streams_dropped_total ")).rpartition(" ")[2]))


def resident(world: FaultWorld) -> float:
    """MB of the api's present life."""
    process = world.parts["api"].process
    assert process is not None
    return usage(process.pid).rss_mb


@pytest.mark.slow
@pytest.mark.skipif(not LONG, reason="not yet seen to its end: docs/reliability.md, Known and not settled")
@pytest.mark.timeout(1800)
def test_a_herd_that_does_not_read_takes_nothing_from_the_walls(make_world: Callable[..., FaultWorld], report: Callable[..., None]) -> None:
    metrics = free_port()
    world = make_world(env={"DUNGHEN_SEND_SECONDS": str(SEND_SECONDS)})
    for name in ("scoring-0", "projector", "ingest"):
        world.start_part(name)
    world.start_part("api", DUNGHEN_METRICS_PORT=str(metrics))
    eventually(world.all_at_work, within=400, what="the city")
    world.watcher.start()
    timed = [Timed() for _ in range(WALLS)]
    walls = [Watcher(world.page, each) for each in timed]
    for wall in walls:
        wall.start()
    world.load.start()
    attack = Attack(world)
    attack.level()
    alone, biggest = resident(world), 0.0

    def at_rest() -> None:
        """The herd is there, walls hear of what is told now, and all who do not read have been cut off since."""
        nonlocal biggest
        eventually(herd.all_open, within=PATIENCE, every=0.2, what="the herd")
        heard, gone = [wall.versions for wall in walls], dropped(metrics)
        attack.level()
        biggest = max(biggest, resident(world))
        eventually(lambda: all(wall.versions > n for wall, n in zip(walls, heard, strict=True)), within=PATIENCE, what="news at each wall")
        eventually(lambda: dropped(metrics) >= gone + MANY, within=3 * PATIENCE, every=0.5, what="who does not read cut off")
        biggest = max(biggest, resident(world))

    began = time.monotonic()
    with Herd(urlsplit(world.page).port or 0, MANY).running() as herd:
        at_rest()
        for _ in range(BLOWS):
            attack.blow("all cut at once", herd.scatter)
            at_rest()
            attack.blow("worker killed", world.parts["api"].kill)
            at_rest()
        cut_off, came_back = herd.cut_off, herd.came_back
    for wall in walls:
        wall.stop()
    world.settle()
    assert [fault for wall in walls for fault in wall.faults] == []
    assert biggest - alone < MOST_MB
    delays = [delay for each in timed for delay in each.delays]
    cuts = statistics.quantiles(delays, n=100)
    report(
        **{
            "readers that do not read": MANY,
            "connections taken": came_back,
            "cut off": cut_off,
            "seconds": round(time.monotonic() - began),
        },
        **{"changes at the walls": len(delays), "p50 ms": round(cuts[49]), "p99 ms": round(cuts[98]), "longest ms": max(delays)},
        **{"MB without them": round(alone), "MB with them": round(biggest)},
        **attack.figures(),
    )
