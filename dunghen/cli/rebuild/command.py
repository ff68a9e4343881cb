"""`dunghen rebuild`: on the data folder of a stopped `up`, or as `DUNGHEN_*` says (compose and clusters)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from dunghen.cli import programs
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.programs import Addresses, kept_port
from dunghen.cli.rebuild.steps import Say, rebuild
from dunghen.cli.supervisor import Supervisor
from dunghen.platform.clock import clock_from
from dunghen.platform.local import kafka_broker, redis_server
from dunghen.platform.local.servers import HOST
from dunghen.platform.settings import PlatformSettings, load

START_SECONDS = 90


async def run(folder: DataFolder, partitions: int | None, say: Say) -> None:
    """Raises CommandError, Unreachable, MissingTopic."""
    facts = folder.remembered()
    if "own_kafka" not in facts:
        settings = load(PlatformSettings)
        count = await rebuild(settings, partitions, clock_from(settings.clock_file), say)
        say(f"start scoring with DUNGHEN_PARTITIONS={count}, and the others with the same once it has nothing left to count")
        return
    with folder.lock():
        supervisor = Supervisor(folder.logs, say)
        try:
            settings = await servers_of(folder, Addresses(**{name: facts[name] for name in Addresses.__slots__}), supervisor)
            folder.note_partitions(await rebuild(settings, partitions, folder.clock(), say))
        finally:
            await supervisor.stop()
    say("`dunghen up` counts everything anew and then shows the map")


async def servers_of(folder: DataFolder, old: Addresses, supervisor: Supervisor) -> PlatformSettings:
    """Starts what `up` had started beside the services; gives how to reach all."""
    own_kafka, own_redis = (kept_port(port) if port else 0 for port in (old.own_kafka, old.own_redis))
    at = replace(old, own_kafka=own_kafka, own_redis=own_redis)
    at = replace(at, kafka=f"{HOST}:{own_kafka}" if own_kafka else old.kafka)
    at = replace(at, redis=f"redis://{HOST}:{own_redis}/0" if own_redis else old.redis)
    for program in programs.servers(at, folder.path):
        supervisor.start(program)
    settings = load(PlatformSettings, kafka=at.kafka, redis=at.redis, mongo=at.mongo, data=folder.path, **folder.partitions)
    await _until("Kafka", lambda: kafka_broker.answers(at.kafka, settings))
    if own_redis:
        await _until("Redis", lambda: redis_server.answers(own_redis))
    return settings


async def _until(what: str, check: Callable[[], bool]) -> None:
    until = time.monotonic() + START_SECONDS
    while not await asyncio.to_thread(check):
        if time.monotonic() > until:
            raise CommandError(f"{what} did not start within {START_SECONDS} s: see its log in the data folder")
        await asyncio.sleep(0.1)
