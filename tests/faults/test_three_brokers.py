"""One of three brokers is lost, then a second one, then both come back: nothing accepted is lost, nothing is kept twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from dunghen.platform.local.servers import LocalServer
from tests.eventually import eventually
from tests.faults.form import SEED
from tests.faults.stories import Item
from tests.faults.three_brokers import NODES, ThreeBrokers
from tests.faults.world import FaultWorld

ACK_SECONDS = 5


@pytest.fixture
def brokers(tmp_path: Path) -> Iterator[ThreeBrokers]:
    made = ThreeBrokers(tmp_path / "kafka")
    yield made.start()
    made.stop()


@pytest.fixture
def world(
    brokers: ThreeBrokers, redis_server: LocalServer, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FaultWorld]:
    monkeypatch.setenv("DUNGHEN_REPLICATION", "3")
    env = {"FAULT_REQUEST": "4", "DUNGHEN_INGEST_ACK_SECONDS": str(ACK_SECONDS)}
    made = FaultWorld(tmp_path, brokers, redis_server, namespace, SEED, env=env).prepare()
    yield made
    made.close()


def seconds_until_accepted(world: FaultWorld) -> float:
    """From now until ingest has taken something again."""
    began, before = time.monotonic(), world.load.accepted.total()
    eventually(lambda: world.load.accepted.total() > before, within=240, every=0.05, what="something accepted again")
    return time.monotonic() - began


def seconds_until_level(world: FaultWorld) -> float:
    began = time.monotonic()
    world.until_level()
    return time.monotonic() - began


def post(world: FaultWorld, item: Item) -> httpx.Response:
    body = {"session": "s", "madonvi": "H17", "service": "DongBoHoSoMC", "data": [item.body]}
    return httpx.post(f"{world.ingest}{item.path}", json=body, timeout=ACK_SECONDS + 30)


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_one_broker_lost_is_a_pause_two_are_refusals_and_nothing_accepted_is_lost(
    world: FaultWorld, brokers: ThreeBrokers, report: Callable[..., None]
) -> None:
    world.start(scoring=2).load.start()
    seconds_until_accepted(world)
    first, second = world.rng.sample(NODES, 2)

    brokers.kill(first)
    one_lost = seconds_until_accepted(world)
    one_lost_level = seconds_until_level(world)

    brokers.kill(second)
    refused = [post(world, plain.item()) for plain in world.plain_dossiers()[:3]]
    assert [(answer.status_code, answer.json()["code"], answer.headers["retry-after"]) for answer in refused] == [
        (503, "KAFKA_AWAY", "5")
    ] * 3
    accepted = world.load.accepted.total()
    assert httpx.get(f"{world.page}/api/v1/map", params={"window": "30d"}, timeout=20).status_code == 200

    brokers.start(first)
    back = seconds_until_accepted(world)
    assert world.load.accepted.total() > accepted
    brokers.start(second)
    back_level = seconds_until_level(world)
    world.settle()
    pauses = {
        "one lost, accepted again": one_lost,
        "one lost, map level": one_lost_level,
        "back, accepted": back,
        "back, level": back_level,
    }
    report(**{f"milliseconds: {name}": round(1000 * took) for name, took in pauses.items()}, **world.figures())
