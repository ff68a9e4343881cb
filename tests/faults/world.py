"""A whole city for fault runs: real Kafka and Redis, real services as processes, a load, a watcher; `settle` ends it with all checks."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import httpx
import redis

from dunghen.cli import programs
from dunghen.cli.policy_topic import publish
from dunghen.cli.programs import Addresses, is_free
from dunghen.cli.reconcile.cuts import offsets, reaches
from dunghen.contracts import topics
from dunghen.platform import kafka
from dunghen.platform.clock import RealClock, SharedClock, clock_from
from dunghen.platform.local.servers import LocalServer
from dunghen.platform.settings import PlatformSettings, load
from tests.e2e.running_city import COMMAND
from tests.e2e.watcher import Watcher
from tests.eventually import eventually
from tests.faults import compaction, small_city
from tests.faults.checks import Finding, dossiers_are_the_fold_of_their_events, no_sum_is_impossible, nothing_lost, nothing_twice
from tests.faults.load import Load
from tests.faults.part import Keeper, Part
from tests.faults.program import SESSION_SECONDS
from tests.faults.stories import Plain, instant, items, on_days_of_their_own
from tests.releases import run_in

MONDAY_8_00 = 1_795_395_600  # 2026-11-23 in Hanoi
PARTITIONS = 4
PROGRAM = (sys.executable, "-m", "tests.faults.program")
WORKS = {  # what each says of itself when it has begun
    "scoring": "partitions_held",
    "alerts": "partitions_held",
    "projector": "projector_follows",
    "webhooks": "lease_taken",
}
PAGES = {"api": ("DUNGHEN_PORT", "/livez"), "ingest": ("DUNGHEN_INGEST_PORT", "/readyz")}  # of the others
BY_ITSELF = 70  # a refused write or a fault of the plumbing: right now and then, not as a way of living
OFTEN = 20
EXPECTED_ENDS = {0, -9, -15, BY_ITSELF, 86}  # in order, killed, told to end, by itself, at a crash point


@dataclass
class FaultWorld:
    """`parts` by name: ingest, projector, api, and as many scoring workers as were started. Every process has `env`.

    `tree`: the folder of an older release's code (`tests/releases.py`), of which everything begins.
    """

    folder: Path
    kafka: LocalServer
    redis: LocalServer
    namespace: str
    seed: int = 0
    tree: Path | None = None
    policies: int = 0  # applied so far
    _told_of: int = 1
    _plain: int = 0
    parts: dict[str, Part] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    rng: Random = field(init=False)
    load: Load = field(init=False)
    watcher: Watcher = field(init=False)
    keeper: Keeper = field(init=False)
    settings: PlatformSettings = field(init=False)
    units: dict[str, str] = field(init=False)  # public code -> name as senders write it

    def __post_init__(self) -> None:
        own = Addresses(lasting_port(), lasting_port(), self.kafka.address, f"redis://127.0.0.1:{self.redis.port}/0", "", 0, 0, 0, {})
        self.rng, self.page, self.ingest = Random(self.seed), own.page, own.ingest
        self.settings = load(
            PlatformSettings, kafka=own.kafka, redis=own.redis, namespace=self.namespace, data=self.folder, partitions=PARTITIONS,
            clock_file=self.folder / "clock.json",
        )  # fmt: skip
        common = {
            "DUNGHEN_INGEST_INSECURE": "1",
            "DUNGHEN_NAMESPACE": self.namespace,
            "DUNGHEN_PARTITIONS": str(PARTITIONS),
            "DUNGHEN_HISTORY_SECONDS": "0.5",
        }
        self._programs = {program.name: program for program in programs.services(own, self.folder, {**common, **self.env})}
        self.env = dict(self._programs["scoring"].env)
        self.keeper = Keeper(self.parts)
        facts = {"kafka": own.kafka, "mongo": self.env["DUNGHEN_MONGO"], "page": own.page, "ingest": own.ingest, "pids": {}}
        (self.folder / "running.json").write_text(json.dumps(facts))

    def set_clock(self, at: int, speed: float = 1.0) -> None:
        """The city's clock stands at an instant (seconds since 1970) now, and runs."""
        SharedClock(at * 1_000_000, RealClock().micros(), speed).save(self.folder / "clock.json")

    def prepare(self) -> FaultWorld:
        """Topics, the policy of a small city, a clock that runs from a Monday morning; the load and the watcher are made, not started."""
        self.set_clock(MONDAY_8_00)
        if self.tree:
            run_in(self.tree, "-P", small_city.__file__, **self.env)
        else:
            small_city.make(self.settings)
        units = small_city.bodies_of_city()["units"]["units"]
        self.units = {unit["code"]: f"{unit.get('type', '')} {unit['name']}".strip() for unit in units}
        self.load = Load(self.ingest, iter(()))
        self.tell_of_others()
        self.watcher = Watcher(self.page)
        return self

    def start(self, scoring: int = 1, program: str = "tests.faults.program", **env: str) -> FaultWorld:
        """Everything, with so many workers of scoring; returns when all are at work."""
        for number in range(scoring):
            self.start_part(f"scoring-{number}", program, **env)
        for name in ("projector", "api", "ingest"):
            self.start_part(name, program, **env)
        eventually(self.all_at_work, within=400, what="the city")
        self.watcher.start()
        return self

    def start_part(self, name: str, program: str = "tests.faults.program", **env: str) -> Part:
        """One part by its kind and what tells it from others of it: `ingest`, `scoring-1`. `program`: the module that runs it."""
        given = self._programs[kind_of(name)]
        own = {**given.env, "DUNGHEN_METRICS_PORT": "0", "FAULT_PART": name, **env}
        command = (sys.executable, "-m", program, *given.command[2:])
        return self.keeper.start(Part(name, command, own, self.folder / f"{name}.log", tree=self.tree))

    def replace(self, names: Sequence[str], tree: Path | None) -> None:
        """These parts are stopped in order, and then started as another release, as an operator does it; returns when they are at work."""
        parts = [self.parts[name] for name in names]
        for part in parts:
            part.leave()
        eventually(lambda: all(part.process is None for part in parts), within=240, what=f"the end of {names}")
        for part in parts:
            part.tree = tree
            self.keeper.start(part)
        eventually(lambda: all(self.at_work(part) for part in parts), within=400, what=f"{names} at work")

    def grow(self, partitions: int) -> None:
        """Every part again, with so many partitions (after a `rebuild`)."""
        self.settings = self.settings.model_copy(update={"partitions": partitions})
        self.env["DUNGHEN_PARTITIONS"] = str(partitions)
        for name in [*self.parts]:
            self.start_part(name, DUNGHEN_PARTITIONS=str(partitions))

    def workers(self) -> list[Part]:
        """The workers of scoring that are wanted."""
        return [part for name, part in self.parts.items() if name.startswith("scoring") and part.wanted]

    def at_work(self, part: Part) -> bool:
        """Whether its present life has come as far as doing its work."""
        kind = kind_of(part.name)
        if kind in WORKS:
            return part.said(WORKS[kind])
        port, path = PAGES[kind]
        return part.alive and httpx.get(f"http://127.0.0.1:{part.env[port]}{path}", timeout=60).status_code == 200

    @property
    def session_seconds(self) -> float:
        """After so long a silence a worker of scoring is replaced."""
        return SESSION_SECONDS

    def all_at_work(self) -> bool:
        """Every part that is wanted and not stopped."""
        return all(self.at_work(part) for part in self.parts.values() if part.wanted and not part.stopped)

    def log(self, name: str) -> str:
        file = self.folder / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def tell_of_others(self) -> None:
        """From now on the load tells of dossiers that it never spoke of before."""
        first, self._told_of = self._told_of, self._told_of + 20_000
        self.load.items = items(Random(self.seed * 100 + first), instant(MONDAY_8_00), list(self.units.values()), first)

    def plain_dossiers(self, unit: str = "") -> list[Plain]:
        """New ones (`on_days_of_their_own`) of a unit by its code; without one, of the first."""
        self._plain += 100
        name = self.units[unit or next(iter(self.units))]
        return on_days_of_their_own(name, self._plain, instant(MONDAY_8_00).date())

    def apply(self, **bodies: Any) -> int:
        """A change of policy; gives its version."""
        self.policies += 1
        now = clock_from(self.settings.clock_file).seconds()  # alerts' ledger is judged by when a policy was in force
        return asyncio.run(publish(self.settings, bodies, reason="fault run", at=now))

    def turn_policy(self) -> int:
        """Another calendar: four days of this month are off."""
        return self.apply(calendar={"overrides": {f"2026-11-{day:02d}": [] for day in self.rng.sample(range(3, 28), 4)}})

    def until_level(self) -> None:
        """Returns when the map stands for everything that is in `dossier-events` now."""
        end = asyncio.run(kafka.end_offsets(self.settings, topics.DOSSIER_EVENTS))

        def level() -> bool:
            shown = httpx.get(f"{self.page}/api/v1/map", params={"window": "30d", "include": "covers"}, timeout=60).json()
            return reaches(offsets(shown.get("covers") or {}), end)

        eventually(level, within=240, every=0.2, what=f"the map level with {end}")

    def compact(self) -> None:
        """Has the broker compact what scoring wrote, while a little more is told; returns when it has."""
        replaced = asyncio.run(compaction.begin(self.settings))
        assert all(any(offsets for (topic, _), offsets in replaced.items() if topic == each) for each in compaction.COMPACTED)

        def done() -> bool:
            self.load.tell(20)  # a segment ends with the next record
            return asyncio.run(compaction.left(self.settings, replaced)) == 0

        eventually(done, within=400, every=1, what="compaction")

    def restart_from_the_topics(self) -> None:
        """Kills everybody and empties Redis: what is shown then comes from the topics alone."""
        for part in self.parts.values():
            part.kill()
        with redis.Redis(port=self.redis.port) as board:
            for key in board.scan_iter(match=f"{self.namespace}*"):
                board.delete(key)
        eventually(self.all_at_work, within=400, what="everybody back")

    def close(self) -> None:
        """Ends everything, whatever happened."""
        self.load.give_up()
        self.keeper.end()

    def figures(self) -> dict[str, int]:
        """What this run was, for `report`."""
        load, watcher = self.load, self.watcher
        ended = sum(part.ends.count(BY_ITSELF) for part in self.parts.values())
        return {
            "items accepted": load.accepted.total(),
            "requests tried again": load.repeated,
            "versions seen": watcher.versions,
            "ended by itself": ended,
        }

    def settle(self) -> None:
        """Rest, then all end checks; fails with what they found."""
        found = self.findings()
        assert found == [], f"seed {self.seed}: {len(found)} findings\n" + "\n".join(map(str, found[:20]))

    def findings(self) -> list[Finding]:
        """The attack is over: everybody awake, the load taken, the map level; then what is wrong."""
        for part in self.parts.values():
            part.wake()
        self.load.stop()
        eventually(lambda: httpx.get(f"{self.page}/readyz", timeout=60).status_code == 200, within=240, what="the map")
        self.until_level()  # `reconcile` itself waits no longer than an operator would
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
        differs = [line for line in done.stdout.splitlines() if line.startswith("DIFFERS")]
        yield from (Finding("reconcile", line) for line in differs)
        if not differs and (done.returncode != 0 or "\n0 differences" not in done.stdout):
            yield Finding("level", done.stdout[-500:] + done.stderr[-1500:])

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
            if (times := part.ends.count(BY_ITSELF)) > OFTEN:
                yield Finding("ends", f"{name} ended {times} times by itself")
            if "invariant_violated" in self.log(name):
                yield Finding("invariant", f"{name} said so itself")


def lasting_port() -> int:
    """A port that stays ours while its process is being started again: below those that the system gives to anybody's connections."""
    return next(port for port in iter(lambda: SystemRandom().randrange(20_000, 32_000), None) if is_free(port))


def kind_of(name: str) -> str:
    """scoring-2 → scoring."""
    return name.partition("-")[0]
