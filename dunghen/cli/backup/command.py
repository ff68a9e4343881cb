"""`dunghen backup` and `dunghen restore`: of a city in a data folder, or as `DUNGHEN_*` says (compose and clusters)."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from dunghen.cli.backup.manifest import read_manifest
from dunghen.cli.backup.noted import Noted, note
from dunghen.cli.backup.restoring import Say, Target, restore
from dunghen.cli.backup.taking import take
from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.platform.clock import clock_from
from dunghen.platform.local import kafka_broker, redis_server
from dunghen.platform.settings import PlatformSettings, load


async def back_up(folder: DataFolder, target: Path, say: Say) -> None:
    """Of a city that runs. Raises CommandError, Unreachable, MissingTopic."""
    settings = settings_of(folder)
    clock = folder.clock() if folder.remembered() else clock_from(settings.clock_file)
    manifest = await take(settings, clock, target)
    for name, entries in manifest.topics.items():
        say(f"{name}: {sum(entry.records for entry in entries)} records")
    for name, held in manifest.stores.items():
        say(f"store {name}: {sum(entry.records for entry in held.values())} documents")
    say(f"{sum(entry.bytes for entry in manifest.files())} bytes in {target}")
    note(settings.data, Noted(manifest.made_at, str(target)))


async def put_back(folder: DataFolder, source: Path, replication: int | None, say: Say) -> None:
    """Into the servers that `DUNGHEN_KAFKA` and the like name; without it into a new data folder, its own
    Kafka and Redis running for so long.

    Raises CommandError, NotStarted, Unreachable, WrongPartitions.
    """
    settings = load(PlatformSettings)
    if "kafka" in settings.model_fields_set:
        await restore(Target(settings, clock_from(settings.clock_file), replication), source, say)
        say("start scoring, and the others once it has nothing left to count")
        return
    partitions = read_manifest(source).partitions
    with folder.lock():
        if there := [name for name in ("running.json", "kafka", "redis", "api.db") if (folder.path / name).exists()]:
            raise CommandError(f"{folder.path} is the folder of a city ({', '.join(there)}): choose a new one with --data")
        with ExitStack() as servers:
            kafka = kafka_broker.start(folder.path / "kafka")
            servers.callback(kafka.stop)
            redis = redis_server.start(folder.path / "redis")
            servers.callback(redis.stop)
            at = {"kafka": kafka.address, "redis": f"redis://{redis.address}/0"}
            own = load(PlatformSettings, data=folder.path, partitions=partitions, **at)
            await restore(Target(own, folder.clock(), 1), source, say)
        folder.note_partitions(partitions)
    say(f"`dunghen up --data {folder.path}` counts everything anew and then shows the map")
