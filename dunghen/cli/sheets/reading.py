"""A CSV or XLSX file as rows of named cells. What is wrong with the file as a whole is a CommandError; of a cell it stands in the cell.

No text of a cell gets into a message: a list may hold names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dunghen.cli.data_folder import CommandError
from dunghen.cli.sheets.workbook import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Cell, workbook_rows
from dunghen.domain.units import fold_text

NOTHING = Cell("")
MOST_TEXT = 1_000
_DELIMITERS = (";", ",", "\t")  # Excel with Vietnamese settings writes the first


@dataclass(frozen=True)
class Layout:
    """The columns of a table: name → other names that its head may have, by folded key. Those of `beside` may stand there, unread."""

    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    beside: tuple[str, ...] = ()

    def named(self, head: str) -> str:
        """The column that a head means; "" for none."""
        key = fold_text(head)
        return next((name for name, others in self.columns.items() if key in {fold_text(one) for one in (name, *others)}), "")

    def is_beside(self, head: str) -> bool:
        return fold_text(head) in {fold_text(name) for name in self.beside}


@dataclass(frozen=True)
class Row:
    """One row below the head. `number` as a spreadsheet counts: the head's is 1. `extra`: it has cells beyond the head."""

    number: int
    cells: Mapping[str, Cell] = field(default_factory=dict)
    extra: bool = False

    def cell(self, column: str) -> Cell:
        return self.cells.get(column, NOTHING)


def read_sheet(file: Path, layout: Layout) -> list[Row]:
    """All rows that are not empty. Raises CommandError where the file is too large, is none of the two, or its head does not fit."""
    rows = _rows(file)
    head = next(rows, None)
    if head is None or not any(cell.text for cell in head):
        raise CommandError(f"{file.name}: row 1 must name the columns: {', '.join(layout.columns)}")
    names = _columns(file, head, layout)
    return [_row(number, cells, names) for number, cells in enumerate(rows, 2) if any(cell.text or cell.fault for cell in cells)]


def _columns(file: Path, head: Sequence[Cell], layout: Layout) -> list[str]:
    names = [layout.named(cell.text) for cell in head]
    faults = [
        f"column {i} is not known" for i, cell in enumerate(head, 1) if cell.text and not names[i - 1] and not layout.is_beside(cell.text)
    ]
    faults += [f"column {name} is missing" for name in layout.needed if name not in names]
    faults += [f"column {name} stands there twice" for name in layout.columns if names.count(name) > 1]
    if faults:
        raise CommandError(f"{file.name}, row 1: {'; '.join(faults)}. Columns: {', '.join(layout.columns)}")
    return names


def _row(number: int, cells: Sequence[Cell], names: Sequence[str]) -> Row:
    named = {name: _bounded(cell) for name, cell in zip(names, cells, strict=False) if name}
    return Row(number, named, any(cell.text or cell.fault for cell in cells[len(names) :]))


def _bounded(cell: Cell) -> Cell:
    return Cell("", f"is longer than {MOST_TEXT} characters") if len(cell.text) > MOST_TEXT else cell


def _rows(file: Path) -> Iterator[list[Cell]]:
    kind = file.suffix.lower()
    if kind == ".xlsm":
        raise CommandError(f"{file.name}: a workbook with macros is not read: save it as .xlsx")
    if kind not in (".csv", ".xlsx"):
        raise CommandError(f"{file.name}: a .csv or .xlsx file is expected")
    content = _content(file)
    return _counted(file, workbook_rows(file.name, content) if kind == ".xlsx" else _csv_rows(file.name, content))


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            content = source.read(MOST_BYTES + 1)
    except OSError as fault:
        raise CommandError(f"{file}: {fault.strerror or type(fault).__name__}") from None
    if len(content) > MOST_BYTES:
        raise CommandError(f"{file.name}: is larger than {MOST_BYTES >> 20} MB: take it apart")
    return content


def _counted(file: Path, rows: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
    for number, cells in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise CommandError(f"{file.name}: has more than {MOST_ROWS:,} rows: take it apart")
        yield cells


def _csv_rows(name: str, content: bytes) -> Iterator[list[Cell]]:
    text = _decoded(name, content)
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(cells) > MOST_COLUMNS:
                raise CommandError(f"{name}: has more than {MOST_COLUMNS} columns")
            yield [_text_cell(cell.strip()) for cell in cells]
    except csv.Error:
        raise CommandError(f"{name}: is no CSV: a quotation mark is not closed, or a cell is far too long") from None


def _decoded(name: str, content: bytes) -> str:
    """UTF-8 with or without a byte order mark, and the UTF-16 that Excel calls Unicode text."""
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{name}: is not UTF-8: save it in Excel as “CSV UTF-8”, or as .xlsx") from None


def _text_cell(text: str) -> Cell:
    return Cell("", "is a formula: put the value there") if text.startswith("=") else Cell(text)
