"""The list of what a backup holds, `manifest.json`: written last, so a folder without it is no backup."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from dunghen.cli.backup.files import digest_of
from dunghen.cli.data_folder import CommandError

FORMAT = 1
MANIFEST = "manifest.json"


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file, by its path in the folder; `sha256` of its bytes as they lie there."""

    file: str
    records: int
    bytes: int
    sha256: str


class PartitionEntry(FileEntry, frozen=True, kw_only=True):
    """One topic partition: its records from offset `first` on and below `end`, which was noted when the backup began."""

    first: int
    end: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`made_at`: real time, ISO 8601 in UTC, when it began. `known_to`: what was published before this instant (the city's clock, seconds)
    is in its history; None: nothing was published after it. `partitions`: of every topic that has more than one, each with so many
    `replicas`. `topics`: by name, in the order of their partitions; `stores`: by name and collection.
    """

    format: int
    made_at: str
    known_to: int | None
    partitions: int
    replicas: int
    topics: dict[str, list[PartitionEntry]]
    stores: dict[str, dict[str, FileEntry]]

    def files(self) -> Iterator[FileEntry]:
        """All of them, topics first."""
        for partitions in self.topics.values():
            yield from partitions
        for collections in self.stores.values():
            yield from collections.values()


class _Sealed(msgspec.Struct):
    sha256: str
    manifest: msgspec.Raw


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Puts it there as a whole."""
    body = msgspec.json.encode(manifest)
    sealed = msgspec.json.encode(_Sealed(sha256(body).hexdigest(), msgspec.Raw(body)))
    new = folder / "manifest.new"
    with os.fdopen(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """What the folder says that it holds. Raises CommandError where it is no backup, was changed, or is of a later release."""
    try:
        sealed = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Sealed)
    except FileNotFoundError:
        raise CommandError(f"{folder} is no backup, or one that was not finished: it has no {MANIFEST}") from None
    except msgspec.MsgspecError:
        raise CommandError(f"{folder / MANIFEST} was cut off or changed") from None
    if sha256(sealed.manifest).hexdigest() != sealed.sha256:
        raise CommandError(f"{folder / MANIFEST} was changed: its own digest is another one")
    found: dict[str, object] = msgspec.json.decode(sealed.manifest)
    if found.get("format") != FORMAT:
        raise CommandError(f"{folder / MANIFEST} has format {found.get('format')}, this release reads {FORMAT}")
    return msgspec.convert(found, Manifest)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raises CommandError that names every file that is missing, was cut off or was changed."""
    faults = [f"{entry.file} {fault}" for entry in manifest.files() if (fault := _fault(folder / entry.file, entry))]
    if faults:
        raise CommandError(f"nothing was restored: {'; '.join(faults)}")


def _fault(file: Path, entry: FileEntry) -> str:
    if not file.is_file():
        return "is missing"
    if (size := file.stat().st_size) != entry.bytes:
        return f"has {size} bytes instead of {entry.bytes}"
    return "" if digest_of(file) == entry.sha256 else "was changed: its SHA-256 is another one"
