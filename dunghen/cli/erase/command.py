"""`dunghen erase`: on the data folder of a stopped `up`, or as `DUNGHEN_*` says (compose and clusters)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dunghen.cli.backup.noted import all_noted
from dunghen.cli.backup.restoring import Say
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.erase.place import place_of
from dunghen.cli.erase.steps import Standing, backups_with, erase
from dunghen.cli.programs import Addresses
from dunghen.cli.rebuild.command import servers_of
from dunghen.cli.supervisor import Supervisor
from dunghen.platform.clock import clock_from
from dunghen.platform.settings import PlatformSettings, load


async def run(folder: DataFolder, codes: Sequence[str], work: Path | None, say: Say) -> None:
    """`work`: where the copy stands meanwhile; None for a city of `up`: in its data folder.

    Raises CommandError, Unreachable, MissingTopic.
    """
    facts, wanted = folder.remembered(), frozenset(codes)
    if "own_kafka" in facts:
        if work is not None:
            raise CommandError(f"without --work: the copy of a city of `up` stands in its data folder, {folder.path}")
        with folder.lock():
            supervisor = Supervisor(folder.logs, say)
            try:
                settings = await servers_of(folder, Addresses(**{name: facts[name] for name in Addresses.__slots__}), supervisor)
                await erase(Standing(settings, folder.clock(), folder.path, folder.note_partitions), wanted, say)
            finally:
                await supervisor.stop()
        after = "`dunghen up` counts everything anew and then shows the map"
    else:
        place = place_of(work)
        settings = load(PlatformSettings)
        await erase(Standing(settings, clock_from(settings.clock_file), place), wanted, say)
        after = "start scoring, and the others once it has nothing left to count"
    for line in backups_with(all_noted(settings.data), wanted):
        say(line)
    say(after)
