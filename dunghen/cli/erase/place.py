"""Where an erasure keeps its copy: while everything is deleted it is the only one, so it stands on a disk and nothing starts beside it."""

from __future__ import annotations

from pathlib import Path

from dunghen.cli.backup.manifest import MANIFEST
from dunghen.cli.data_folder import CommandError

WORK = "erasing"  # the copy, from before anything is deleted until all is back
DONE = "erasing.done"  # the same when all is back and noted, until it is removed
MOUNTS = Path("/proc/self/mountinfo")
IN_MEMORY = ("tmpfs", "ramfs")


def place_of(work: Path | None) -> Path:
    """The folder of a city that no `up` runs. Raises CommandError where none is named, it is not there, or is gone with its container."""
    if work is None:
        raise CommandError("say with --work FOLDER where the copy is to stand meanwhile, on a disk that outlives this container")
    if not work.is_dir():
        raise CommandError(f"--work {work}: there is no such folder (is the volume mounted?)")
    if (kind := filesystem_of(work, MOUNTS.read_text(encoding="utf-8"))) in IN_MEMORY:
        raise CommandError(f"--work {work}: that is memory ({kind}), and the copy is the only one while all is deleted: name a disk")
    return work


def none_unfinished(place: Path) -> None:
    """Raises CommandError where an erasure has its copy and has not put it back: what is accepted from then on would be deleted."""
    if (place / WORK / MANIFEST).exists():
        raise CommandError(f"an erasure was interrupted, its copy is in {place / WORK}: finish it first, by the same `dunghen erase` again")


def filesystem_of(folder: Path, mounts: str) -> str:
    """Its type, as the kernel's list of mounts says (proc(5), `/proc/PID/mountinfo`: mount point in the fifth field, type behind ` - `)."""
    whole = folder.resolve()
    found = [(_unescaped(left.split()[4]), right.split()[0]) for left, _, right in (line.partition(" - ") for line in mounts.splitlines())]
    over = [(len(point.parts), n, kind) for n, (point, kind) in enumerate(found) if whole.is_relative_to(point)]
    return max(over)[2]  # of two on the same point the later one is seen


def _unescaped(point: str) -> Path:
    for code, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, sign)
    return Path(point)
