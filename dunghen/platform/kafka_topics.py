"""Creating topics, adding partitions to them, making them anew. Used through `dunghen.platform.kafka`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    InvalidReplicationFactorError,
    KafkaConnectionError,
    NotCoordinatorForGroupError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)

from dunghen.platform.kafka_clients import MissingTopic, TooFewBrokers, WrongPartitions, unreachable
from dunghen.platform.kafka_connection import connection
from dunghen.platform.settings import PlatformSettings

LEADER_SECONDS = 15.0
LOAD_SECONDS = 60.0
NOT_YET = (GroupLoadInProgressError, GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError)


async def ensure_topics(
    settings: PlatformSettings, topics: Mapping[str, tuple[int, Mapping[str, str]]], replication: int | None = None
) -> list[str]:
    """Creates what is missing of `{name: (partitions, config)}`, waits until every partition has a leader, gives the names created.

    With `replication` replicas, else as many as the settings say; all but one must have a record before it counts as written. A topic that
    exists keeps its settings; with another number of partitions it raises WrongPartitions. Raises Unreachable, TooFewBrokers.
    """
    count = replication or settings.replication
    async with _admin(settings) as admin:
        wanted = {settings.named(name): (name, *of) for name, of in topics.items()}
        missing = wanted.keys() - set(await admin.list_topics())
        new = [NewTopic(full, wanted[full][1], count, topic_configs={**wanted[full][2], **_in_sync(count)}) for full in sorted(missing)]
        if new:
            for full, code, *message in (await admin.create_topics(new)).topic_errors:
                if code == InvalidReplicationFactorError.errno:
                    raise TooFewBrokers(f"{count} replicas of each partition are wanted (DUNGHEN_REPLICATION); Kafka: {' '.join(message)}")
                if code not in (0, TopicAlreadyExistsError.errno):  # another process may create the same one at this moment
                    raise for_code(code)(f"{full}: {message}")
        await _led(admin, {full: count for full, (_, count, _) in wanted.items()})
        return [wanted[full][0] for full in sorted(missing)]


def _in_sync(replication: int) -> dict[str, str]:
    """One broker may be away: of three replicas two take every record."""
    return {"min.insync.replicas": str(max(1, replication - 1))}


async def add_partitions(settings: PlatformSettings, topics: Iterable[str], count: int) -> None:
    """Brings each of these topics that has fewer to `count` partitions, and waits until all have a leader. Kafka cannot take any away.

    Raises Unreachable, and WrongPartitions where a topic has more.
    """
    async with _admin(settings) as admin:
        names = [settings.named(topic) for topic in topics]
        fewer = {name: NewPartitions(count) for name, has in (await _counts(admin, names)).items() if has < count}
        if fewer:
            await admin.create_partitions(fewer)
        until = time.monotonic() + LEADER_SECONDS
        while fewer and any(has < count for has in (await _counts(admin, names)).values()):
            if time.monotonic() > until:
                raise WrongPartitions(f"not {count} partitions after {LEADER_SECONDS:g} s: {', '.join(fewer)}")
            await asyncio.sleep(0.05)
        await _led(admin, dict.fromkeys(names, count))


async def _counts(admin: Any, names: list[str]) -> dict[str, int]:
    return {found["topic"]: len(found["partitions"]) for found in await admin.describe_topics(names)}


async def remove_topics(settings: PlatformSettings, topics: Iterable[str]) -> None:
    """Deletes those of these topics that are there, and waits until they are gone. Raises Unreachable, MissingTopic where they stay."""
    async with _admin(settings) as admin:
        names = {settings.named(topic) for topic in topics}
        if there := names & set(await admin.list_topics()):
            for _, code in (await admin.delete_topics(sorted(there))).topic_error_codes:
                if code not in (0, UnknownTopicOrPartitionError.errno):
                    raise for_code(code)
        until = time.monotonic() + LEADER_SECONDS
        while left := names & set(await admin.list_topics()):
            if time.monotonic() > until:
                raise MissingTopic(f"deleted, but still there after {LEADER_SECONDS:g} s: {', '.join(sorted(left))}")
            await asyncio.sleep(0.05)


async def present(settings: PlatformSettings, topics: Iterable[str]) -> list[str]:
    """Those of these topics that are there. Raises Unreachable."""
    async with _admin(settings) as admin:
        there = set(await admin.list_topics())
    return [topic for topic in topics if settings.named(topic) in there]


async def replicas(settings: PlatformSettings, topic: str) -> int:
    """How many replicas the partitions of a topic have. Raises Unreachable."""
    async with _admin(settings) as admin:
        (found,) = await admin.describe_topics([settings.named(topic)])
        return max(len(partition["replicas"]) for partition in found["partitions"])


class Described(NamedTuple):
    """A topic as the brokers have it. `replicas`: the fewest of a partition; `behind`: partitions of which some are not in step."""

    partitions: int
    replicas: int
    behind: int
    config: Mapping[str, str]


async def described(settings: PlatformSettings, topics: Iterable[str]) -> dict[str, Described]:
    """Those of these topics that are there, by their bare names. Raises Unreachable, and KafkaError where the user may not ask."""
    full = {settings.named(topic): topic for topic in topics}
    async with _admin(settings) as admin:
        there = sorted(full.keys() & set(await admin.list_topics()))
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in there]
        answers = [one for answer in (await admin.describe_configs(asked) if asked else ()) for one in answer.resources]
        for code, message, _, name, _ in answers:
            if code:
                raise for_code(code)(f"{name}: {message}")
        config = {name: {entry[0]: str(entry[1]) for entry in entries} for _, _, _, name, entries in answers}
        found = {one["topic"]: one["partitions"] for one in (await admin.describe_topics(there) if there else ())}
    return {
        full[name]: Described(
            len(partitions),
            min(len(one["replicas"]) for one in partitions),
            sum(len(one["isr"]) < len(one["replicas"]) for one in partitions),
            config.get(name, {}),
        )
        for name, partitions in found.items()
    }


async def members(settings: PlatformSettings, groups: Iterable[str]) -> dict[str, int]:
    """Of each consumer group how many members it has now; a group that never was has none. Raises Unreachable."""
    async with _admin(settings) as admin:
        found: dict[str, int] = {}
        for name in groups:
            found[name] = len((await _described(admin, settings.named(name)))[5])
        return found


async def group_loaded(settings: PlatformSettings, group: str) -> None:
    """Returns once the broker knows the group's offsets: after its start it loads them, and until then the client takes it that there are
    none. Raises Unreachable, one of NOT_YET."""
    async with _admin(settings) as admin:
        await _described(admin, settings.named(group))


async def _described(admin: Any, group: str) -> Any:
    """(error, name, state, protocol type, protocol, members, …) as soon as its coordinator answers for it."""
    until = time.monotonic() + LOAD_SECONDS
    while True:
        try:
            described = (await admin.describe_consumer_groups([group]))[0].groups[0]
            if (error := for_code(described[0])) not in NOT_YET:
                return described
            raise error(group)
        except NOT_YET:
            if time.monotonic() >= until:
                raise
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _admin(settings: PlatformSettings) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(**connection(settings))
    try:
        await admin.start()
    except KafkaConnectionError as fault:
        await admin.close()
        raise await unreachable(settings, fault) from None
    try:
        yield admin
    finally:
        await admin.close()


async def _led(admin: Any, counts: Mapping[str, int], seconds: float = LEADER_SECONDS) -> None:
    until = time.monotonic() + seconds
    while True:
        found = {t["topic"]: t for t in await admin.describe_topics(list(counts))}
        led = {
            name for name, t in found.items() if t["error_code"] == 0 and t["partitions"] and all(p["leader"] >= 0 for p in t["partitions"])
        }
        if led >= counts.keys():
            break
        if time.monotonic() > until:
            raise MissingTopic(f"no leader after {seconds:g} s: {', '.join(sorted(counts.keys() - led))}")
        await asyncio.sleep(0.05)
    wrong = [f"{n} has {len(found[n]['partitions'])} partitions, not {c}" for n, c in counts.items() if len(found[n]["partitions"]) != c]
    if wrong:
        raise WrongPartitions("; ".join(wrong))
