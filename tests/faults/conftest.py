"""One broker for all fault runs: like the local one, but it lets sessions be short and compacts at once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dunghen.platform.local import kafka_broker
from dunghen.platform.local.servers import LocalServer
from tests.faults.form import SEED
from tests.faults.proxied_broker import START_SECONDS, ProxiedBroker
from tests.faults.world import FaultWorld

QUICKER = {"group.min.session.timeout.ms": "1000", "log.cleaner.backoff.ms": "1000"}


@pytest.fixture(scope="session")
def fault_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUICKER.items():
            patch.setitem(kafka_broker.SETTINGS, name, value)
        patch.setattr(kafka_broker, "START_SECONDS", START_SECONDS)
        server = kafka_broker.start(tmp_path_factory.mktemp("fault-kafka"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def proxied_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProxiedBroker]:
    """A broker of its own for tests that break it or the way to it: whoever does mends it again."""
    made = ProxiedBroker(tmp_path_factory.mktemp("proxied-kafka")).start()
    yield made
    made.stop()


@pytest.fixture
def make_world(fault_broker: LocalServer, redis_server: LocalServer, namespace: str, tmp_path: Path) -> Iterator[Callable[..., FaultWorld]]:
    """Makes a prepared world, not started: `make_world()`; ended after the test."""
    made: list[FaultWorld] = []

    def make(seed: int = SEED, **options: Any) -> FaultWorld:
        folder = tmp_path / f"world-{len(made)}"
        folder.mkdir()
        made.append(FaultWorld(folder, fault_broker, redis_server, f"{namespace}{len(made)}-", seed, **options).prepare())
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Says what a run came to: whole numbers by their names. `make faults` adds them up over its seeds."""

    def said(**figures: int) -> None:
        print(f"seed {SEED}, {request.node.name}: {figures}", flush=True)
        test, node = request.node.originalname, request.node.nodeid
        if file := os.environ.get("FAULT_RESULTS"):
            with Path(file).open("a", encoding="utf-8") as out:
                out.write(json.dumps({"test": test, "node": node, "seed": SEED, "figures": figures}) + "\n")

    return said
