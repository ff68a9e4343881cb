"""Reads a day from the API and puts it on the shelf."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx

from dunghen.cli.data_folder import CommandError
from dunghen.cli.open_data.days import read_day
from dunghen.cli.open_data.shelf import put, write_index


def export(page: str, shelf: Path, day: date | None, say: Callable[[str], None]) -> None:
    """Once or again: the same day with the same figures is one revision. `page`: URL of the API. Raises CommandError."""
    try:
        with httpx.Client(base_url=f"{page.rstrip('/')}/api/v1/", timeout=60) as api:
            read = read_day(api, day)
    except httpx.HTTPError as fault:
        raise CommandError(f"the API at {page} cannot be read: {type(fault).__name__}") from None
    shelf.mkdir(parents=True, exist_ok=True)
    name = str(read.told["as_of"])
    done = put(shelf, name, read.tables, read.told)
    write_index(shelf, read.licence)
    rows = ", ".join(f"{table.num_rows} {of}" for of, table in read.tables.items())
    say(f"{name} revision {done.revision}: {rows}" + ("" if done.new else " (was there)"))
