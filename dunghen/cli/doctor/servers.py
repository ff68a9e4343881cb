"""Of the brokers, of Redis and of MongoDB: whether they keep what they are given, as `contracts/topics/` wants it, and who reaches them.
The topics of a city that made its own brokers' defaults are the ones that lose a year of raw events after a week."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from aiokafka.errors import KafkaError
from redis import Redis
from redis.exceptions import RedisError

from dunghen.cli.doctor.finding import Finding
from dunghen.contracts.topics import Topic, all_topics
from dunghen.platform.kafka import MissingTopic, Unreachable
from dunghen.platform.kafka_topics import Described, described
from dunghen.platform.redis_connection import address_of, goes_out_unguarded, place_of, why_refused
from dunghen.platform.settings import PlatformSettings, SettingsError
from dunghen.platform.store import StoreAwayError

UNBOUNDED = {"retention.bytes": "-1"}  # unless the topic's own file says otherwise: a limit by size deletes before its time
NEVER = {"unclean.leader.election.enable": "false"}  # a replica that lags may not become the truth
ALTER = "kafka-configs.sh --bootstrap-server {kafka} --alter --entity-type topics --entity-name {name} --add-config {setting}"


def topics_of(settings: PlatformSettings) -> Iterator[Finding]:
    """Every topic beside its file: there, as many partitions and replicas, all in step, kept as long, written as safely."""
    wanted = all_topics(settings.partitions)
    try:
        found = asyncio.run(described(settings, wanted))
    except (Unreachable, MissingTopic):
        return  # it was said that Kafka does not answer
    except KafkaError as fault:
        yield Finding(
            "how the topics are kept", False, f"this user may not ask ({type(fault).__name__}): on brokers with users: as the administrator"
        )
        return
    faults = [fault for name, topic in wanted.items() for fault in faults_of(topic, found.get(name), settings)]
    yield from faults
    if not faults:
        yield Finding(f"{len(wanted)} topics are kept as they have to be", True)


def faults_of(topic: Topic, found: Described | None, settings: PlatformSettings) -> Iterator[Finding]:
    """What is wrong of one topic. Pure."""
    if found is None:
        yield Finding(
            f"topic {topic.name}",
            False,
            "it is not there, or this user may not see it: dunghen prepare (`up` and compose do it at each start)",
        )
        return
    if found.partitions != topic.partitions:
        yield Finding(
            f"topic {topic.name}: {found.partitions} partitions, not {topic.partitions}", False, "DUNGHEN_PARTITIONS, or dunghen rebuild"
        )
    if found.replicas < settings.replication:
        mend = "kafka-reassign-partitions.sh: a broker that is lost takes its only copy along"
        yield Finding(f"topic {topic.name}: {found.replicas} replicas, not {settings.replication}", False, mend)
    if found.behind:
        yield Finding(
            f"topic {topic.name}: {found.behind} partitions have replicas that are not in step", False, "a broker is away or slow"
        )
    safe = {**NEVER, "min.insync.replicas": str(max(1, settings.replication - 1))}
    for name, value in {**UNBOUNDED, **safe, **topic.config}.items():
        if found.config.get(name, value) != value:
            setting = ALTER.format(kafka=settings.kafka, name=settings.named(topic.name), setting=f"{name}={value}")
            yield Finding(f"topic {topic.name}: {name} is {found.config[name]}, not {value}", False, setting)


def mongo_of(settings: PlatformSettings) -> Iterator[Finding]:
    """Where the stores are in MongoDB: it answers; off this machine it asks who we are, behind TLS."""
    if not settings.mongo:
        return
    from dunghen.platform.store import mongo_connection as mongo  # as in `open_store`
    from dunghen.platform.store.mongo import MongoStore

    async def ask() -> None:
        store = MongoStore(settings.mongo, settings.named("dunghen_api"), seconds=5)
        try:
            await store.offsets()
        finally:
            await store.close()

    at = f"MongoDB at {mongo.hosts_of(settings.mongo)}"
    try:
        asyncio.run(ask())
    except SettingsError as fault:
        yield Finding("the address of MongoDB", False, str(fault))
        return
    except StoreAwayError as fault:
        yield Finding(at, False, str(fault))
        return
    yield Finding(f"{at} answers", True)
    if mongo.goes_out_unguarded(settings.mongo):
        mend = "whoever reaches it may read and change all of it: tls=true and a user in DUNGHEN_MONGO_FILE (docs/operations.md)"
        yield Finding("who talks to this MongoDB is known", False, mend)


def redis_of(settings: PlatformSettings) -> Iterator[Finding]:
    """It answers, and throws nothing away by itself when it is full; off this machine it asks who we are, behind TLS."""
    try:
        with Redis.from_url(address_of(settings), socket_timeout=5, socket_connect_timeout=5) as server:
            memory: Mapping[str, object] = server.info("memory")
    except SettingsError as fault:
        yield Finding("the address of Redis", False, str(fault))
        return
    except RedisError as fault:
        yield Finding(f"Redis at {place_of(settings)}", False, why_refused(settings, fault))
        return
    if goes_out_unguarded(settings):
        mend = "whoever reaches it may read and change the map: rediss:// and a password in DUNGHEN_REDIS_FILE (docs/operations.md)"
        yield Finding("who talks to this Redis is known", False, mend)
    bounded, policy = bool(memory.get("maxmemory")), memory.get("maxmemory_policy")
    kept = not bounded or policy == "noeviction"
    yield Finding(
        f"Redis at {place_of(settings)} keeps what it is given",
        kept,
        f"CONFIG SET maxmemory-policy noeviction (it is {policy}: units would vanish)",
    )
