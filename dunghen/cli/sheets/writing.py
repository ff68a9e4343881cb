"""Writes a table as a file, CSV or XLSX by its name. No cell of text can be taken for a formula (`platform.sheets`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from dunghen.cli.data_folder import CommandError

Value = str | int | None


def write_sheet(file: Path, names: Sequence[str], lines: Iterable[Sequence[Value]]) -> int:
    """The number of lines written below the head. Raises CommandError where the file cannot be written, or its kind is another."""
    from dunghen.platform import sheets  # a second's import that no other command needs

    kind, rows = file.suffix.lower(), list(lines)
    if kind not in (".csv", ".xlsx"):
        raise CommandError(f"{file.name}: a .csv or .xlsx file is expected")
    content = sheets.write_csv(names, rows) if kind == ".csv" else sheets.write_sheet(file.stem, names, rows)
    try:
        file.write_bytes(content)
    except OSError as fault:
        raise CommandError(f"{file}: {fault.strerror or type(fault).__name__}") from None
    return len(rows)
