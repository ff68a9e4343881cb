"""The rows of a CSV or JSONL file, each with its line number, from any row on."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dunghen.cli.data_folder import CommandError
from dunghen.cli.replay.mapping import FileMapping, RowRefused

Numbered = tuple[int, dict[str, Any] | RowRefused]  # (row from 1 on, its CloudEvent or why not)


def events(file: Path, mapping: FileMapping | None, after: int) -> Iterator[Numbered]:
    """CloudEvents of all rows behind row `after`. Raises CommandError where the file as a whole cannot be read that way."""
    if file.suffix.lower() == ".csv":
        if mapping is None:
            raise CommandError(f"{file}: a CSV file needs --mapping FILE.toml")
        yield from _csv(file, mapping, after)
    elif file.suffix.lower() in (".jsonl", ".ndjson"):
        yield from _jsonl(file, mapping, after)
    else:
        raise CommandError(f"{file}: a .csv or .jsonl file is expected")


def _csv(file: Path, mapping: FileMapping, after: int) -> Iterator[Numbered]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = {*mapping.file.columns.values()} - set(reader.fieldnames or ())
        if missing:
            raise CommandError(f"{file}: no column {', '.join(sorted(missing))}; there are {', '.join(reader.fieldnames or ())}")
        for number, row in enumerate(reader, 1):
            if number > after:
                yield number, _mapped(mapping, row, number)


def _jsonl(file: Path, mapping: FileMapping | None, after: int) -> Iterator[Numbered]:
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if number > after and line.strip():
                yield number, _parsed(line, mapping, number)


def _parsed(line: str, mapping: FileMapping | None, number: int) -> dict[str, Any] | RowRefused:
    try:
        row = json.loads(line)
    except ValueError:
        return RowRefused("BAD_JSON", "")
    if not isinstance(row, dict):
        return RowRefused("NOT_AN_OBJECT", "")
    if "specversion" in row:
        return row
    if mapping is None:
        raise CommandError("rows that are not CloudEvents need --mapping FILE.toml")
    return _mapped(mapping, {k: "" if v is None else str(v) for k, v in row.items()}, number)


def _mapped(mapping: FileMapping, row: dict[str, str], number: int) -> dict[str, Any] | RowRefused:
    try:
        return mapping.event(row, number)
    except RowRefused as refused:
        return refused
