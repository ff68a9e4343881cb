"""Tables from outside: what Excel writes is read as it was meant; what could run or grow is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from dunghen.cli.data_folder import CommandError
from dunghen.cli.sheets import Layout, Row, read_sheet, write_sheet

LAYOUT = Layout({"unit": ("đơn vị",), "period": ("kỳ",), "numerator": ("tử số",)}, needed=("unit", "period"), beside=("unit_name",))
SECRET = "Nguyễn Văn Không Ai"


def saved(folder: Path, content: bytes, name: str = "table.csv") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def book(folder: Path, *lines: list[Any], forms: dict[str, str] | None = None) -> Path:
    made = Workbook()
    sheet = made.active
    for line in lines:
        sheet.append(line)
    for place, form in (forms or {}).items():
        sheet[place].number_format = form
    made.save(folder / "table.xlsx")
    return folder / "table.xlsx"


def texts(rows: list[Row]) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, {name: cell.text for name, cell in row.cells.items() if cell.text}) for row in rows]


TABLE = "Đơn vị;Kỳ;Tử số\nHải Châu;2026-10;41\n;;\n20263;2026-10;7\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode("utf-8-sig"),
        TABLE.encode().replace(b"\n", b"\r\n"),
        TABLE.replace(";", ",").encode(),
        TABLE.replace(";", "\t").encode("utf-16"),
        TABLE.replace("Đơn vị", '"ĐƠN  VI"').encode(),
    ],
)
def test_the_csv_files_of_spreadsheets_are_read_with_their_row_numbers(tmp_path: Path, content: bytes) -> None:
    rows = texts(read_sheet(saved(tmp_path, content), LAYOUT))
    assert rows == [
        (2, {"unit": "Hải Châu", "period": "2026-10", "numerator": "41"}),
        (4, {"unit": "20263", "period": "2026-10", "numerator": "7"}),
    ]


def test_a_workbook_is_read_as_what_its_cells_show(tmp_path: Path) -> None:
    file = book(
        tmp_path,
        ["unit", "unit_name", "period", "numerator"],
        [20242, SECRET, date(2026, 10, 1), 41.0],
        ["20263", None, date(2026, 10, 3), 1.5],
        ["20263", None, date(2026, 1, 1), True],
        ["20263", None, 2026, "=1+1"],
        [None, None, None, None],
        ["20263", None, "2026-Q3", " 9 "],
        forms={"C2": "mmm-yy", "C3": "dd/mm/yyyy", "C4": "yyyy"},
    )
    rows = read_sheet(file, LAYOUT)
    assert texts(rows) == [
        (2, {"unit": "20242", "period": "2026-10", "numerator": "41"}),
        (3, {"unit": "20263", "period": "2026-10-03", "numerator": "1.5"}),
        (4, {"unit": "20263", "period": "2026", "numerator": "true"}),
        (5, {"unit": "20263", "period": "2026"}),
        (7, {"unit": "20263", "period": "2026-Q3", "numerator": "9"}),
    ]
    assert rows[3].cell("numerator").fault == "is a formula: put the value there"
    assert not any(row.extra for row in rows)


def test_a_formula_in_a_csv_is_no_value_and_a_row_that_is_too_long_says_so(tmp_path: Path) -> None:
    first, second = read_sheet(saved(tmp_path, b"unit,period\n=1+1,2026\n20242,2026,,x\n"), LAYOUT)
    assert (first.cell("unit").text, first.cell("unit").fault) == ("", "is a formula: put the value there")
    assert (first.extra, second.extra) == (False, True)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("t.csv", b"", "row 1 must name the columns"),
        ("t.csv", f"unit;{SECRET}\n".encode(), "column 2 is not known; column period is missing"),
        ("t.csv", b"unit;period;unit\n", "column unit stands there twice"),
        ("t.csv", TABLE.encode("cp1258", "replace"), "is not UTF-8"),
        ("t.csv", b'unit,period\n"20242,2026\n', "is no CSV"),
        ("t.csv", b"unit,period\n" + b"a,b\n" * 50_000, "more than 50,000 rows"),
        ("t.csv", b"unit,period\n" + b"," * 80, "more than 60 columns"),
        ("t.csv", b"x" * (20 << 20) + b"x", "larger than 20 MB"),
        ("t.xlsm", b"", "macros"),
        ("t.ods", b"", "a .csv or .xlsx file is expected"),
        ("t.xlsx", b"no archive", "is not an .xlsx workbook"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_as_a_whole_without_its_texts(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    with pytest.raises(CommandError, match=why) as refused:
        read_sheet(saved(tmp_path, content, name), LAYOUT)
    assert SECRET not in str(refused.value)


def rezipped(file: Path, name: str, content: bytes) -> Path:
    """The same workbook with one part more, or another one."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part))
        new.writestr(name, content)
    file.write_bytes(out.getvalue())
    return file


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("xl/vbaProject.bin", b"x", "has macros"),
        ("xl/media/bomb.bin", bytes(101 << 20), "unpacks to more than 100 MB"),
        ("xl/worksheets/sheet1.xml", b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaa">]><worksheet/>', "declares types"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row", "is not a workbook that can be read"),
        (
            "xl/worksheets/sheet1.xml",
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>unit</t></is></c><c r="B1" t="inlineStr"><is><t>period</t></is></c></row>'
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
            "more than 50,000 rows",
        ),
    ],
)
def test_a_workbook_neither_runs_nor_grows(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    file = rezipped(book(tmp_path, ["unit", "period"], ["20242", "2026"]), name, content)
    assert file.stat().st_size < 1 << 20
    with pytest.raises(CommandError, match=why):
        read_sheet(file, LAYOUT)


def test_a_part_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path: Path) -> None:
    file = rezipped(book(tmp_path, ["unit", "period"], ["20242", "2026"]), "xl/media/bomb.bin", bytes(101 << 20))
    content = file.read_bytes()
    real = (101 << 20).to_bytes(4, "little")
    assert content.count(real) == 2
    file.write_bytes(content.replace(real, (1 << 10).to_bytes(4, "little")))
    assert texts(read_sheet(file, LAYOUT)) == [(2, {"unit": "20242", "period": "2026"})]


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_is_written_is_read_again_and_no_text_becomes_a_formula(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert (
        write_sheet(file, ["unit", "unit_name", "period", "numerator"], [["20242", "=cmd()", "2026-10", 41], ["20263", "", "2026", None]])
        == 2
    )
    assert [row["unit"] for _, row in texts(read_sheet(file, LAYOUT))] == ["20242", "20263"]
    assert texts(read_sheet(file, LAYOUT))[0][1]["numerator"] == "41"
    if name.endswith("xlsx"):
        cell = load_workbook(file).active["B2"]
        assert (cell.value, cell.data_type) == ("=cmd()", "s")
    else:
        assert b"'=cmd()" in file.read_bytes()
