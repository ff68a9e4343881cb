"""Which backups were made, noted in the data folder: for `dunghen doctor`, and for who has to find what is to be erased."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

NOTED = "backups.jsonl"


class Noted(NamedTuple):
    """`made_at`: real time, ISO 8601 in UTC, when it began; `folder` where it was made."""

    made_at: str
    folder: str


def note(data: Path, made: Noted) -> None:
    """Adds one."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / NOTED).open("a", encoding="utf-8") as noted:
        noted.write(json.dumps(made._asdict()) + "\n")


def all_noted(data: Path) -> list[Noted]:
    """The newest last."""
    file = data / NOTED
    return [Noted(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def last_backup(data: Path) -> datetime | None:
    """When the newest began; None where none is noted."""
    noted = all_noted(data)
    return datetime.fromisoformat(noted[-1].made_at) if noted else None
