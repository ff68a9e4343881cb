"""Tables for spreadsheets, as CSV and as XLSX. The same table gives the same bytes, and no text of it runs as a formula in either."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

Cell = str | int | float | bool | date | None
BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones count as the narrow ones in some languages
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\]")
LONGEST_TITLE, NARROWEST, WIDEST = 31, 6, 60  # the format's own limit; characters of a column
AS_TEXT = "@"  # a cell's number format: what is in it stays text, also when somebody edits it
MADE_ON = datetime(2020, 1, 1)  # noqa: DTZ001 - the format has no zone. Of every sheet: when it was made would change its bytes
ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Comma separated, a line each ended by CR LF, with a byte order mark; dates as yyyy-mm-dd, None as nothing, true and false."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(_csv_cell, columns))
    for row in rows:
        writer.writerow(map(_csv_cell, row))
    return out.getvalue().encode()


def _csv_cell(value: Cell) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_BEGINS):
        return "'" + value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def write_sheet(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """XLSX of one sheet: bold names that stay in sight, columns as wide as their words, numbers, dates and truths as such, the rest text.

    No macro and no formula. An instant is given as text with its offset: the format knows no time zones. Takes about 20 µs a cell.
    """
    rows, book = list(rows), Workbook(write_only=True)
    book.properties = DocumentProperties(creator="Đúng Hẹn", created=MADE_ON, modified=MADE_ON, title=title)
    sheet = book.create_sheet(NOT_IN_A_TITLE.sub(" ", title)[:LONGEST_TITLE])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(_widths(columns, rows), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    head = [_text(sheet, name) for name in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        sheet.append([_text(sheet, value) if isinstance(value, str) else value for value in row])
    return _same_each_time(book)


def _widths(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[int]:
    lengths = [len(name) for name in columns]
    for row in rows:
        lengths = [max(length, 10 if isinstance(value, float) else len(str(value))) for length, value in zip(lengths, row, strict=True)]
    return (min(max(length, NARROWEST), WIDEST) + 2 for length in lengths)


def _text(sheet: object, value: str) -> WriteOnlyCell:
    """A cell that is text whatever it begins with; letters that the format cannot hold are left out."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    if cell.data_type != "s" or value.startswith(FORMULA_BEGINS):
        cell.data_type, cell.number_format = "s", AS_TEXT
    return cell


def _same_each_time(book: Workbook) -> bytes:
    """The file without the times at which it was written."""
    written, out = io.BytesIO(), io.BytesIO()
    book.save(written)
    book.properties.modified = MADE_ON
    with ZipFile(written) as old, ZipFile(out, "w") as new:
        for name in old.namelist():
            part = tostring(book.properties.to_tree()) if name == ARC_CORE else old.read(name)
            new.writestr(ZipInfo(name, ZIP_DAY), part, ZIP_DEFLATED)
    return out.getvalue()
