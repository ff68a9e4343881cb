"""Keys of sending systems for a first start: a random key that only its holder can read, and its SHA-256 for ingest."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """`digests` is what ingest reads (`source=sha256`, one a line; DUNGHEN_INGEST_SOURCE_KEYS_FILE), `key` the key itself, mode 0600."""

    digests: Path
    key: Path


def ensure_source_key(source: str, files: KeyFiles) -> bool:
    """Makes a key for this source where `digests` has none; True if it did. A repetition changes nothing, also after a crash halfway.

    A key that was handed over may be deleted: its digest is enough for ingest. Lines of other sources are kept.
    """
    lines = files.digests.read_text(encoding="utf-8").splitlines() if files.digests.exists() else []
    if any(line.partition("=")[0].strip() == source for line in lines):
        return False
    if not files.key.exists():
        _write(files.key, secrets.token_urlsafe(32) + "\n", 0o600)
    digest = sha256(files.key.read_text(encoding="utf-8").strip().encode()).hexdigest()
    _write(files.digests, "\n".join([*lines, f"{source}={digest}"]) + "\n", 0o644)
    return True


def _write(file: Path, text: str, mode: int) -> None:
    """A reader never sees half a file, nor anybody a key before its mode is set."""
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(new, file)
