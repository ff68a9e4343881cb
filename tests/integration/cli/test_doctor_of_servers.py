"""What `dunghen doctor` says of brokers and a Redis that would lose something: planted on real ones, and mended as it says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from redis import Redis

from dunghen.cli.doctor.finding import Finding
from dunghen.cli.doctor.servers import faults_of, redis_of, topics_of
from dunghen.contracts.topics import all_topics
from dunghen.platform import kafka
from dunghen.platform.kafka_topics import Described
from dunghen.platform.redis_connection import goes_out_unguarded
from dunghen.platform.settings import PlatformSettings, load

GOOD = {"min.insync.replicas": "1", "unclean.leader.election.enable": "false", "retention.bytes": "-1"}


@pytest.fixture
def settings(kafka_broker: Any, redis_server: Any, namespace: str, tmp_path: Path) -> PlatformSettings:
    redis = f"redis://{redis_server.address}/0"
    return load(PlatformSettings, kafka=kafka_broker.address, redis=redis, namespace=namespace, partitions=2, data=tmp_path)


def made(settings: PlatformSettings, *without: str) -> None:
    wanted = {name: (topic.partitions, topic.config) for name, topic in all_topics(2).items() if name not in without}
    asyncio.run(kafka.ensure_topics(settings, wanted))


async def altered(settings: PlatformSettings, topic: str, **config: str) -> None:
    """Has the settings of its file, but for these."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        changes = {**all_topics()[topic].config, **{name.replace("_", "."): value for name, value in config.items()}}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.named(topic), changes)])
    finally:
        await admin.close()


def wrong(found: Iterator[Finding]) -> list[str]:
    return [finding.what for finding in found if not finding.good]


def test_topics_as_we_made_them_are_good_and_a_broker_s_week_is_found_with_what_mends_it(settings: PlatformSettings) -> None:
    made(settings, "people")
    assert wrong(topics_of(settings)) == ["topic people"]
    made(settings)
    (good,) = topics_of(settings)
    assert (good.good, good.what) == (True, f"{len(all_topics())} topics are kept as they have to be")
    asyncio.run(altered(settings, "dossier-events", retention_ms="604800000", retention_bytes="1000000"))
    asyncio.run(altered(settings, "policies", cleanup_policy="delete"))
    found = {finding.what: finding.mend for finding in topics_of(settings)}
    assert set(found) == {
        "topic dossier-events: retention.ms is 604800000, not -1",
        "topic dossier-events: retention.bytes is 1000000, not -1",
        "topic policies: cleanup.policy is delete, not compact",
    }
    command = found["topic dossier-events: retention.ms is 604800000, not -1"]
    assert command.endswith(f"--entity-name {settings.named('dossier-events')} --add-config retention.ms=-1")
    asyncio.run(altered(settings, "dossier-events", retention_ms="-1", retention_bytes="-1"))
    asyncio.run(altered(settings, "policies", cleanup_policy="compact"))
    assert wrong(topics_of(settings)) == []


def test_fewer_replicas_than_wanted_or_some_that_lag_are_found(settings: PlatformSettings) -> None:
    topic, three = all_topics(2)["policies"], settings.model_copy(update={"replication": 3})
    safe = {**GOOD, **topic.config, "min.insync.replicas": "2"}
    assert [*faults_of(topic, Described(1, 3, 0, safe), three)] == []
    said = [finding.what for finding in faults_of(topic, Described(2, 1, 1, {**safe, "min.insync.replicas": "1"}), three)]
    assert said == [
        "topic policies: 2 partitions, not 1",
        "topic policies: 1 replicas, not 3",
        "topic policies: 1 partitions have replicas that are not in step",
        "topic policies: min.insync.replicas is 1, not 2",
    ]
    (unclean,) = faults_of(topic, Described(1, 3, 0, {**safe, "unclean.leader.election.enable": "true"}), three)
    assert "unclean.leader.election.enable=false" in unclean.mend


def test_a_redis_that_throws_units_away_when_it_is_full_is_found(settings: PlatformSettings) -> None:
    with Redis.from_url(settings.redis, decode_responses=True) as server:
        before = {name: server.config_get(name)[name] for name in ("maxmemory", "maxmemory-policy")}
        try:
            server.config_set("maxmemory", "100mb")
            server.config_set("maxmemory-policy", "allkeys-lru")
            assert wrong(redis_of(settings)) == [f"Redis at {urlsplit(settings.redis).netloc} keeps what it is given"]
            server.config_set("maxmemory-policy", "noeviction")
            assert wrong(redis_of(settings)) == []
        finally:
            for name, value in before.items():
                server.config_set(name, value)


def test_a_redis_that_is_not_there_is_named_without_its_password(settings: PlatformSettings) -> None:
    (away,) = redis_of(settings.model_copy(update={"redis": "redis://:geheim@127.0.0.1:1/0"}))
    assert (away.good, "geheim" in away.what + away.mend) == (False, False)
    assert away.mend == "Redis at 127.0.0.1:1 does not answer (ConnectionError): DUNGHEN_REDIS"


def test_a_redis_off_this_machine_without_tls_or_a_password_is_found(settings: PlatformSettings) -> None:
    """Of the address alone: whoever reaches such a server may change the map."""
    for address in ("redis://redis.danang.example/0", "redis://:hush@10.1.2.3:6379/0", "rediss://redis.danang.example/0"):
        assert goes_out_unguarded(settings.model_copy(update={"redis": address})), address
    for address in (settings.redis, "redis://localhost/0", "unix:///run/redis.sock", "rediss://:hush@redis.danang.example/0"):
        assert not goes_out_unguarded(settings.model_copy(update={"redis": address})), address
