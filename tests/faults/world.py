"""A whole city for fault runs: real Kafka and Redis, real services as processes, a load, a watcher; `settle` ends it with all checks."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from dunghen.cli import programs
from dunghen.cli.policy_topic import publish
from dunghen.cli.prepare import prepare
from dunghen.cli.programs import Addresses
from dunghen.contracts.city_files import read_city
from dunghen.platform.clock import RealClock, SharedClock
from dunghen.platform.local.servers import LocalServer, free_port
from dunghen.platform.settings import PlatformSettings, load
from tests.e2e.running_city import COMMAND
from tests.e2e.watcher import Watcher
from tests.eventually import eventually
from tests.faults.checks import Finding, dossiers_are_the_fold_of_their_events, no_sum_is_impossible, nothing_lost, nothing_twice
from tests.faults.load import Load
from tests.faults.part import Keeper, Part
from tests.faults.stories import instant, items

MONDAY_8_00 = 1_795_395_600  # 2026-11-23 in Hanoi
UNITS, PARTITIONS = 8, 4
PROGRAM = (sys.executable, "-m", "tests.faults.program")
WORKS = {"scoring": "partitions_held", "projector": "projector_follows"}  # what each says of itself when it has begun
EXPECTED_ENDS = {0, -9, -15, 70, 86}  # in order, killed, told to end, a refused write or a fault of the plumbing, at a crash point


@dataclass
class FaultWorld:
    """`parts` by name: ingest, projector, api, and as many scoring workers as were started. Every process has `env`."""

    folder: Path
    kafka: LocalServer
    redis: LocalServer
    namespace: str
    seed: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    rng: Random = field(init=False)
    load: Load = field(init=False)
    watcher: Watcher = field(init=False)
    keeper: Keeper = field(init=False)
    settings: PlatformSettings = field(init=False)
    units: dict[str, str] = field(init=False)  # public code -> name as senders write it

    def __post_init__(self) -> None:
        own = Addresses(
            free_port(), free_port(), self.kafka.address, f"redis://127.0.0.1:{self.redis.port}/0", "", 0, 0, 0, {"projector": free_port()}
        )
        self.rng, self.page, self.ingest = Random(self.seed), own.page, own.ingest
        self.settings = load(
            PlatformSettings, kafka=own.kafka, redis=own.redis, namespace=self.namespace, data=self.folder, partitions=PARTITIONS,
            clock_file=self.folder / "clock.json",
        )  # fmt: skip
        common = {"DUNGHEN_NAMESPACE": self.namespace, "DUNGHEN_PARTITIONS": str(PARTITIONS), "DUNGHEN_HISTORY_SECONDS": "0.5"}
        self._programs = {program.name: program for program in programs.services(own, self.folder, {**common, **self.env})}
        self.env = dict(self._programs["scoring"].env)
        self.keeper = Keeper(self.parts)
        facts = {"kafka": own.kafka, "page": own.page, "ingest": own.ingest, "pids": {}}
        (self.folder / "running.json").write_text(json.dumps(facts))

    def set_clock(self, at: int, speed: float = 1.0) -> None:
        """The city's clock stands at an instant (seconds since 1970) now, and runs."""
        SharedClock(at * 1_000_000, RealClock().micros(), speed).save(self.folder / "clock.json")

    def prepare(self) -> FaultWorld:
        """Topics, the policy of a small city, a clock that runs from a Monday morning; the load and the watcher are made, not started."""
        self.set_clock(MONDAY_8_00)
        bodies = read_city("danang")
        bodies["units"] = {"units": bodies["units"]["units"][:UNITS]}
        asyncio.run(prepare(self.settings, bodies, SharedClock.load(self.folder / "clock.json")))
        self.units = {unit["code"]: f"{unit.get('type', '')} {unit['name']}".strip() for unit in bodies["units"]["units"]}
        self.load = Load(self.ingest, items(Random(self.seed), instant(MONDAY_8_00), list(self.units.values())))
        self.watcher = Watcher(self.page)
        return self

    def start(self, scoring: int = 1) -> FaultWorld:
        """Everything, with so many workers of scoring; returns when ingest takes and the map is shown."""
        for number in range(scoring):
            self.start_scoring(f"scoring-{number}")
        for name in ("projector", "api", "ingest"):
            self.start_part(name)
        eventually(self.all_at_work, within=180, what="the city")
        self.watcher.start()
        return self

    def start_part(self, name: str, program: str = "", **env: str) -> Part:
        """One part by the name of its program, run by `program.py`; `program`: another test program (a module) that wraps the real one."""
        return self._start(name, name, program or "tests.faults.program", env)

    def start_scoring(self, name: str, program: str = "", **env: str) -> Part:
        """A worker of scoring; names begin with `scoring`."""
        return self._start(name, "scoring", program or "tests.faults.program", env)

    def _start(self, name: str, kind: str, module: str, env: Mapping[str, str]) -> Part:
        given = self._programs[kind]
        own = {**given.env, "DUNGHEN_METRICS_PORT": "0", "FAULT_PART": name, **env}
        command = (sys.executable, "-m", module, *given.command[2:])
        return self.keeper.start(Part(name, command, own, self.folder / f"{name}.log"))

    def workers(self) -> list[Part]:
        """The workers of scoring that are wanted."""
        return [part for name, part in self.parts.items() if name.startswith("scoring") and part.wanted]

    def at_work(self, part: Part) -> bool:
        """Whether its present life has come as far as doing its work."""
        kind = part.name.partition("-")[0]
        if kind in WORKS:
            return part.said(WORKS[kind])
        page = self.page if kind == "api" else self.ingest
        return part.alive and httpx.get(f"{page}/readyz", timeout=5).status_code == 200

    def all_at_work(self) -> bool:
        """Every part that is wanted and not stopped."""
        return all(self.at_work(part) for part in self.parts.values() if part.wanted and not part.stopped)

    def log(self, name: str) -> str:
        file = self.folder / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def apply(self, **bodies: Any) -> int:
        """A change of policy; gives its version."""
        return asyncio.run(publish(self.settings, bodies, reason="fault run", at=MONDAY_8_00))

    def close(self) -> None:
        """Ends everything, whatever happened."""
        self.load.give_up()
        self.keeper.end()

    def figures(self) -> dict[str, int]:
        """What this run was, for `report`."""
        load, watcher = self.load, self.watcher
        return {"items accepted": load.accepted.total(), "requests tried again": load.repeated, "versions seen": watcher.versions}

    def settle(self) -> None:
        """Rest, then all end checks; fails with what they found."""
        found = self.findings()
        assert found == [], f"seed {self.seed}: {len(found)} findings\n" + "\n".join(map(str, found[:20]))

    def findings(self) -> list[Finding]:
        """The attack is over: everybody awake, the load taken, the map level; then what is wrong."""
        for part in self.parts.values():
            part.wake()
        self.load.stop()
        found = [*self._reconciled()]
        self.watcher.stop()
        found += [Finding("stream", fault) for fault in self.watcher.faults]
        found += [Finding("refused", text) for text in self.load.refused]
        found += asyncio.run(self._topics())
        found += [*self._ends()]
        return found

    def _reconciled(self) -> Iterator[Finding]:
        """The real command, over HTTP."""
        done = subprocess.run(
            (*COMMAND, "reconcile", "--data", str(self.folder)),
            env={**os.environ, **self.env}, capture_output=True, text=True, timeout=400, check=False,
        )  # fmt: skip
        if done.returncode != 0 or "\n0 differences" not in done.stdout:
            lines = [line for line in done.stdout.splitlines() if line.startswith("DIFFERS")] or [done.stdout[-500:] + done.stderr[-1500:]]
            yield from (Finding("reconcile", line) for line in lines)

    async def _topics(self) -> list[Finding]:
        return [
            *await nothing_lost(self.settings, self.load.accepted),
            *await nothing_twice(self.settings),
            *await dossiers_are_the_fold_of_their_events(self.settings),
            *await no_sum_is_impossible(self.settings),
        ]

    def _ends(self) -> Iterator[Finding]:
        for name, part in self.parts.items():
            yield from (Finding("ends", f"{name} ended with code {code}") for code in part.ends if code not in EXPECTED_ENDS)
            if "invariant_violated" in self.log(name):
                yield Finding("invariant", f"{name} said so itself")
