"""How many replicas a topic gets is a setting; more than there are brokers is refused with both numbers."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from dunghen.platform import kafka
from dunghen.platform.kafka_topics import _in_sync
from dunghen.platform.local.servers import LocalServer
from dunghen.platform.settings import PlatformSettings

OF_THE_TOPIC = 1  # where a value of its settings comes from


@pytest.mark.parametrize(("replication", "in_sync"), [(1, "1"), (2, "1"), (3, "2"), (5, "4")])
def test_one_broker_may_be_away(replication: int, in_sync: str) -> None:
    assert _in_sync(replication) == {"min.insync.replicas": in_sync}


async def test_a_topic_says_itself_how_many_must_have_a_record(kafka_broker: LocalServer, namespace: str) -> None:
    settings = PlatformSettings(kafka=kafka_broker.address, namespace=namespace)
    assert await kafka.ensure_topics(settings, {"one": (1, {"cleanup.policy": "compact"})}) == ["one"]
    assert await kafka.replicas(settings, "one") == 1
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_broker.address)
    await admin.start()
    try:
        wanted = ["cleanup.policy", "min.insync.replicas"]
        topic = ConfigResource(ConfigResourceType.TOPIC, settings.named("one"), dict.fromkeys(wanted))
        (answer,) = await admin.describe_configs([topic])
        told = {name: (value, source) for name, value, _, source, *_ in answer.resources[0][4]}
        assert told == {"cleanup.policy": ("compact", OF_THE_TOPIC), "min.insync.replicas": ("1", OF_THE_TOPIC)}
    finally:
        await admin.close()


async def test_more_replicas_than_brokers_are_refused_with_both_numbers(kafka_broker: LocalServer, namespace: str) -> None:
    settings = PlatformSettings(kafka=kafka_broker.address, namespace=namespace, replication=3)
    with pytest.raises(kafka.TooFewBrokers, match=r"^3 replicas .* \(DUNGHEN_REPLICATION\); Kafka: .*only 1 broker"):
        await kafka.ensure_topics(settings, {"one": (1, {})})


@pytest.mark.parametrize(("option", "setting"), [(("--replication", "3"), {}), ((), {"DUNGHEN_REPLICATION": "3"})])
def test_prepare_says_it_in_one_line(kafka_broker: LocalServer, namespace: str, option: tuple[str, ...], setting: dict[str, str]) -> None:
    env = {**os.environ, "DUNGHEN_KAFKA": kafka_broker.address, "DUNGHEN_NAMESPACE": namespace, **setting}
    done = subprocess.run([sys.executable, "-m", "dunghen.cli", "prepare", *option], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("dunghen: 3 replicas of each partition are wanted (DUNGHEN_REPLICATION); Kafka: ")
    assert done.stderr.count("\n") == 1
