"""`dunghen backup` and `dunghen restore`: of a city in a data folder, or as `DUNGHEN_*` says (compose and clusters)."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from dunghen.cli.backup.manifest import read_manifest
from dunghen.cli.backup.restoring import Say, Target, restore
from dunghen.cli.backup.taking import take
from dunghen.cli.city_settings import settings_of
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.platform.clock import clock_from
from dunghen.platform.local import kafka_broker, redis_server
from dunghen.platform.settings import PlatformSettings, load

NOTED = "backups.jsonl"  # in the data folder: which backups were made, the newest last


async def back_up(folder: DataFolder, target: Path, say: Say) -> None:
    """Of a city that runs. Raises CommandError, Unreachable, MissingTopic."""
    settings = settings_of(folder)
    clock = folder.clock() if folder.remembered() else clock_from(settings.clock_file)
    manifest = await take(settings, clock, target, say)
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / NOTED).open("a", encoding="utf-8") as noted:
        noted.write(json.dumps({"made_at": manifest.made_at, "folder": str(target)}) + "\n")


def last_backup(data: Path) -> datetime | None:
    """When the newest backup of this data folder began; None where none is noted."""
    try:
        lines = (data / NOTED).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return datetime.fromisoformat(json.loads(lines[-1])["made_at"]) if lines else None


async def put_back(folder: DataFolder, source: Path, replication: int, say: Say) -> None:
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
            await restore(Target(own, folder.clock()), source, say)
        folder.note_partitions(partitions)
    say(f"`dunghen up --data {folder.path}` counts everything anew and then shows the map")
