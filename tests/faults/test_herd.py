"""Readers of `/stream` that read nothing or next to nothing, cut off all at once and back all at once, also when the worker is killed, and
back whenever they are cut off: wall displays among them have every change, the worker's memory stays bounded, who does not read is cut off.
"""

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
from dunghen.platform.local.servers import HOST
from tests.e2e.watcher import Watcher
from tests.eventually import eventually
from tests.faults.attack import PATIENCE, Attack
from tests.faults.form import long_or_short
from tests.faults.herd import Herd
from tests.faults.world import FaultWorld, lasting_port
from tests.shown import Shown

MANY, WALLS = long_or_short(500, 100), 5
ROUNDS = long_or_short(3, 1)  # of a killed worker and of all lines cut
SEND_SECONDS = 5.0
MOST_MB = 20 + 0.13 * MANY  # more than without them: what it grows by itself, and for each what waits here before its line counts as full


@dataclass
class Timed(Shown):
    """`delays`: milliseconds from the projector's making a version to its being here, of all that came as changes."""

    delays: list[int] = field(default_factory=list)

    def take(self, event: str, data: dict[str, Any]) -> None:
        if event == "change":
            self.delays.append(real_milliseconds() - data["version"])
        super().take(event, data)


@dataclass
class Worker:
    """The api of a world, seen from outside; `most`: MB that any of its lives was seen with."""

    world: FaultWorld
    metrics: int
    most: float = 0.0

    def mb(self) -> float:
        """Resident now."""
        process = self.world.parts["api"].process
        assert process is not None
        return usage(process.pid).rss_mb

    def dropped(self) -> int:
        """Streams that this life of it cut off because nothing was taken."""
        self.most = max(self.most, self.mb())
        return self._says("dunghen_api_streams_dropped_total")

    def streams(self) -> int:
        """Open now, as it believes."""
        return self._says("dunghen_api_streams_open")

    def _says(self, name: str) -> int:
        lines = httpx.get(f"http://{HOST}:{self.metrics}/metrics", timeout=30).text.splitlines()
        return int(float(next(line for line in lines if line.startswith(f"{name} ")).rpartition(" ")[2]))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_herd_that_does_not_read_takes_nothing_from_the_walls(make_world: Callable[..., FaultWorld], report: Callable[..., None]) -> None:
    world = make_world(env={"DUNGHEN_SEND_SECONDS": str(SEND_SECONDS)})
    worker = Worker(world, lasting_port())
    for name in ("scoring-0", "projector", "ingest"):
        world.start_part(name)
    world.start_part("api", DUNGHEN_METRICS_PORT=str(worker.metrics))
    eventually(world.all_at_work, within=400, what="the city")
    world.watcher.start()
    timed = [Timed() for _ in range(WALLS)]
    walls = [Watcher(world.page, each) for each in timed]
    for wall in walls:
        wall.start()
    world.load.start()
    attack = Attack(world)
    attack.level()
    alone = worker.mb()

    def at_rest() -> None:
        """The herd is there, walls hear of what is told now, and of those who do not read none is left that was there before."""
        eventually(herd.all_open, within=PATIENCE, what="the herd")
        heard, gone, began = [wall.versions for wall in walls], worker.dropped(), time.monotonic()
        attack.level()
        eventually(lambda: all(wall.versions > n for wall, n in zip(walls, heard, strict=True)), within=PATIENCE, what="news at each wall")
        eventually(
            lambda: worker.dropped() >= gone + MANY and herd.all_cut_since(began),
            within=PATIENCE,
            every=0.5,
            what="who does not read cut off",
        )
        print(f"all cut off after {time.monotonic() - began:.1f} s, {worker.mb():.0f} MB", flush=True)

    def kill() -> None:
        world.parts["api"].kill()
        herd.scatter()

    began = time.monotonic()
    with Herd(urlsplit(world.page).port or 0, MANY).running() as herd:
        at_rest()
        for _ in range(ROUNDS):
            attack.blow("worker killed", kill)
            at_rest()
            attack.blow("all cut at once", herd.scatter)
            at_rest()
    seconds = time.monotonic() - began
    eventually(lambda: worker.streams() == WALLS + 1, within=PATIENCE, what="no stream left of the herd")
    after = worker.mb()
    world.settle()
    shown = httpx.get(f"{world.page}/api/v1/map", params={"window": "30d"}, timeout=30).raise_for_status().json()["units"]
    last = {unit["code"]: unit for unit in shown}
    eventually(lambda: all(each.units == last for each in timed), within=PATIENCE, what="every change at each wall")
    for wall in walls:
        wall.stop()
    assert [fault for wall in walls for fault in wall.faults] == []
    assert worker.most - alone < MOST_MB
    delays = [delay for each in timed for delay in each.delays]
    cuts = statistics.quantiles(delays, n=100)
    report(
        **{"readers that do not read": MANY, "connections taken": herd.came_back, "cut off": herd.cut_off},
        **{"seconds": round(seconds), "seconds of the longest connection": round(herd.longest)},
        **{"changes at the walls": len(delays), "p50 ms": round(cuts[49]), "p99 ms": round(cuts[98]), "longest ms": max(delays)},
        **{"MB without them": round(alone), "MB at most": round(worker.most), "MB after them": round(after)},
        **attack.figures(),
    )
