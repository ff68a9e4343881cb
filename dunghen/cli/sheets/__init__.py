"""Tables that an operator hands over or gets, CSV and XLSX: bounded, and nothing that stands in them is ever run."""

from dunghen.cli.sheets.reading import Layout, Row, read_sheet
from dunghen.cli.sheets.workbook import Cell
from dunghen.cli.sheets.writing import write_sheet

__all__ = ["Cell", "Layout", "Row", "read_sheet", "write_sheet"]
