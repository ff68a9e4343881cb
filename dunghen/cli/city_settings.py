"""How commands reach a city: by what stands in its data folder, or by the surroundings."""

from __future__ import annotations

from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.platform.settings import PlatformSettings, load


def running_settings(folder: DataFolder) -> PlatformSettings:
    """Of the city that runs in a folder; where none does, of surroundings that name its Kafka. Raises CommandError without either."""
    if not folder.remembered() and "kafka" in load(PlatformSettings).model_fields_set:
        return load(PlatformSettings)
    facts = folder.running()
    return load(PlatformSettings, kafka=facts["kafka"], data=folder.path, **folder.partitions)


def settings_of(folder: DataFolder) -> PlatformSettings:
    """Of the city that runs in this folder; where none does, of the surroundings (`DUNGHEN_KAFKA`, as in compose)."""
    running = folder.remembered()
    if not running:
        return load(PlatformSettings)
    own = {name: running[name] for name in ("kafka", "redis", "mongo") if name in running}
    return load(PlatformSettings, **own, data=folder.path, **folder.partitions)


def told_city(folder: DataFolder, ingest: str) -> tuple[PlatformSettings, str]:
    """For who tells a city something: its settings, and where its ingest is. As `ingest` says, Kafka then by the surroundings (compose, a
    cluster); without, of the city that runs in this folder. Raises CommandError where none does.
    """
    if ingest:
        return load(PlatformSettings, data=folder.path), ingest
    if not folder.remembered():
        raise CommandError(f"nothing runs in {folder.path}: start it with `dunghen up --data {folder.path}`, or say --ingest URL")
    return running_settings(folder), folder.running()["ingest"]
