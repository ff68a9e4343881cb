"""The first sheet of an XLSX workbook as rows of cells: formulas and macros are refused, a small file cannot become a large one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dunghen.cli.data_folder import CommandError

MOST_BYTES = 20 << 20
MOST_UNPACKED = 100 << 20
MOST_PARTS = 1_000
MOST_ROWS = 50_000
MOST_COLUMNS = 60
_READ = 1 << 20


@dataclass(frozen=True)
class Cell:
    """What stands in a cell as text; a date as far as the cell shows it (`2026`, `2026-10`, `2026-10-03`). `fault`: why it has none."""

    text: str
    fault: str = ""


def workbook_rows(name: str, content: bytes) -> Iterator[list[Cell]]:
    """Row by row. Raises CommandError for what is no workbook, or is larger inside than it may be."""
    _check(name, content)
    from openpyxl import load_workbook  # a second's import that no other command needs

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size may be anything
        for cells in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS):
            yield _shorn([_cell(cell) for cell in cells])
        book.close()
    except CommandError:
        raise
    except Exception as fault:  # openpyxl raises whatever the broken part made it stumble over
        raise CommandError(f"{name}: is not a workbook that can be read ({type(fault).__name__})") from None


def _check(name: str, content: bytes) -> None:
    """A bound on what the archive may unpack to: zipfile gives no more of a part than its entry says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise CommandError(f"{name}: unpacks to more than {MOST_UNPACKED >> 20} MB: it is not read")
            if any("vbaproject" in part.filename.lower() for part in parts):
                raise CommandError(f"{name}: has macros: save it as .xlsx without them")
            if any(_declares_types(archive, part) for part in parts if part.filename.lower().endswith((".xml", ".rels"))):
                raise CommandError(f"{name}: is not a workbook that can be read (its XML declares types of its own)")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise CommandError(f"{name}: is not an .xlsx workbook") from None


def _declares_types(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part has a DOCTYPE, by which entities could grow without bound; no workbook needs one."""
    end = b""
    with archive.open(part) as source:
        while block := source.read(_READ):
            if b"<!DOCTYPE" in end + block:
                return True
            end = block[-16:]
    return False


def _shorn(cells: list[Cell]) -> list[Cell]:
    """Without the empty cells at the end."""
    while cells and not cells[-1].text and not cells[-1].fault:
        cells.pop()
    return cells


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell("")
    if cell.data_type in ("f", "e"):
        return Cell("", "is a formula: put the value there" if cell.data_type == "f" else "is an error of the spreadsheet")
    if isinstance(value, datetime | date):
        return _dated(value, str(cell.number_format))
    if isinstance(value, bool):
        return Cell("true" if value else "false")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return Cell(str(int(value)))
    return Cell(str(value).strip())


def _dated(value: date, form: str) -> Cell:
    """A spreadsheet takes `2026-10` for a date and shows no day: then no day was meant."""
    shown = form.lower().partition(";")[0]
    if "d" in shown:
        return Cell(f"{value:%Y-%m-%d}")
    return Cell(f"{value:%Y-%m}" if "m" in shown else f"{value:%Y}")
