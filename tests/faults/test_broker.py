"""Kafka restarts, loses answers, goes deaf and comes back under load: nothing that was answered 2xx is lost, nothing is kept twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from dunghen.contracts.topics import DOSSIER_EVENTS
from dunghen.platform.local.servers import LocalServer
from tests.eventually import eventually
from tests.faults.attack import Attack
from tests.faults.form import LONG, in_parts, part_seed
from tests.faults.kafka_proxy import Api
from tests.faults.proxied_broker import ProxiedBroker
from tests.faults.world import FaultWorld

REQUEST_SECONDS = 15 if LONG else 4  # of every service; a short form cannot wait for the real one
DEAF_SECONDS = REQUEST_SECONDS + 2
AT_WORK = (Api.PRODUCE, Api.ADD_PARTITIONS_TO_TXN, Api.END_TXN, Api.FETCH, Api.HEARTBEAT)
AT_A_TAKEOVER = (Api.INIT_PRODUCER_ID, Api.FIND_COORDINATOR, Api.JOIN_GROUP, Api.SYNC_GROUP, Api.LIST_OFFSETS, Api.METADATA)
SHORT = (Api.END_TXN, Api.INIT_PRODUCER_ID)


@dataclass
class BrokerAttack(Attack):
    """A city whose services reach Kafka through a proxy."""

    broker: ProxiedBroker

    def restart(self, end: Callable[[LocalServer], None]) -> None:
        end(self.broker.server)
        self.broker.restart()

    def lose(self, api: Api, about: bytes = b"") -> None:
        """An answer of this kind is lost; for some it takes a worker that takes over."""
        proxy, before = self.broker.proxy, self.broker.proxy.lost[api]
        proxy.lose_answers(api, about=about)
        if api in AT_A_TAKEOVER:
            self.world.rng.choice(self.world.workers()).kill()
        eventually(lambda: proxy.lost[api] > before, within=240, what=f"a lost answer to {api.name}")

    def go_deaf(self) -> None:
        """Longer than any request may take; connections that were open then stay dead for good."""
        self.broker.proxy.mute()
        threading.Event().wait(DEAF_SECONDS)  # the duration is what is tried
        self.broker.proxy.unmute()

    def delay_and_cut(self) -> None:
        self.broker.proxy.delay(self.world.rng.uniform(0.05, 0.3))
        for _ in range(3):
            threading.Event().wait(self.world.rng.uniform(0.1, 0.8))
            self.broker.proxy.cut()
        self.broker.proxy.delay(0)


@pytest.fixture
def attack(proxied_broker: ProxiedBroker, redis_server: LocalServer, namespace: str, tmp_path: Path, part: int) -> Iterator[BrokerAttack]:
    env = {"DUNGHEN_KAFKA": proxied_broker.proxy.address, "FAULT_REQUEST": str(REQUEST_SECONDS), "DUNGHEN_INGEST_ACK_SECONDS": "5"}
    world = FaultWorld(tmp_path, proxied_broker.server, redis_server, namespace, part_seed(part), env=env).prepare()
    try:
        world.start(scoring=2).load.start()
        yield BrokerAttack(world, proxied_broker)
    finally:
        proxied_broker.proxy.unmute()
        proxied_broker.proxy.delay(0)
        world.close()


@pytest.mark.slow
@pytest.mark.timeout(2400)
@in_parts(3)
def test_whatever_becomes_of_the_broker_and_the_way_to_it_nothing_accepted_is_lost_and_nothing_kept_twice(
    attack: BrokerAttack, report: Callable[..., None]
) -> None:
    strikes: dict[str, Callable[[], object]] = {
        "killed": lambda: attack.restart(LocalServer.kill),
        "events lost": partial(attack.lose, Api.PRODUCE, attack.world.settings.named(DOSSIER_EVENTS).encode()),
        **{f"{api.name} lost": partial(attack.lose, api) for api in ((*AT_WORK, *AT_A_TAKEOVER) if LONG else SHORT)},
        "delayed and cut": attack.delay_and_cut,
        "deaf": attack.go_deaf,
    }
    if LONG:
        strikes |= {"stopped": lambda: attack.restart(LocalServer.stop), "deaf connections": attack.broker.proxy.deafen}
    lost = attack.broker.proxy.lost.total()
    attack.each(strikes)
    attack.world.settle()
    report(**attack.figures(), **{"answers lost": attack.broker.proxy.lost.total() - lost})
