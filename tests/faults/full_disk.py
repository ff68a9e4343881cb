"""`python -m tests.faults.full_disk MODULE [WORD …]`: the real service, whose SQLite file may not grow while the file FAULT_FULL is there.

SQLite itself says so then (SQLITE_FULL), as it does when the disk has no more room.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dunghen.platform.store import sqlite_thread
from tests.faults import program

FULL = Path(os.environ["FAULT_FULL"])
NO_LIMIT = 4_294_967_294
committed = sqlite_thread._committed


def bounded(connection: sqlite3.Connection, works: Sequence[Callable[[sqlite3.Connection], Any]]) -> Sequence[Any]:
    """A limit below what the file has is what it has."""
    connection.execute(f"PRAGMA max_page_count = {1 if FULL.exists() else NO_LIMIT}")
    return committed(connection, works)


if __name__ == "__main__":
    sqlite_thread._committed = bounded
    program.run()
