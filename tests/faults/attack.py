"""Blows against a city under load: after each of them everything that was accepted comes to be shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from dunghen.cli.reconcile.cuts import offsets, reaches
from dunghen.contracts.topics import DOSSIER_EVENTS
from dunghen.platform.kafka import end_offsets
from tests.eventually import eventually
from tests.faults.world import FaultWorld

Strike = Callable[[], object]
PATIENCE = 240


@dataclass
class Attack:
    """`slowest`: seconds from the end of a blow until the map was level, of the one that took longest."""

    world: FaultWorld
    blows: int = field(default=0, init=False)
    slowest: float = field(default=0.0, init=False)

    def each(self, strikes: dict[str, Strike]) -> None:
        """All of them once, in an order from the seed."""
        for name in self.world.rng.sample(sorted(strikes), len(strikes)):
            self.blow(name, strikes[name])

    def blow(self, name: str, strike: Strike) -> None:
        strike()
        self.blows += 1
        began = time.monotonic()
        self.level()
        took = time.monotonic() - began
        self.slowest = max(self.slowest, took)
        print(f"{name}: level after {took:.1f} s", flush=True)

    def level(self) -> None:
        """Returns when something more was accepted, and the map stands for all that is in `dossier-events` since."""
        accepted = self.world.load.accepted.total()
        eventually(lambda: self.world.load.accepted.total() > accepted, within=PATIENCE, what="something accepted again")
        ends = asyncio.run(end_offsets(self.world.settings, DOSSIER_EVENTS))
        eventually(lambda: reaches(self._covers(), ends), within=PATIENCE, what="the map level again")

    def figures(self) -> dict[str, int]:
        """What this attack was, for `report`."""
        return {"blows": self.blows, "seconds of the slowest of each run": round(self.slowest), **self.world.figures()}

    def _covers(self) -> dict[int, int]:
        answer = httpx.get(f"{self.world.page}/api/v1/map", params={"window": "30d", "include": "covers"}, timeout=20)
        return offsets(answer.raise_for_status().json()["covers"] or {})
