from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from dunghen.platform import sheets
from dunghen.platform.sheets import Cell, write_csv, write_sheet

EVIL = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "＝1+1", "#N/A", '=HYPERLINK("//x")']
COLUMNS = ["code", "name", "value", "day", "few", "n"]
ROWS: list[list[Cell]] = [["20242", "Hải Châu", 0.95, date(2026, 11, 16), True, 100], ["20194", 'a;"b"\n,c', None, None, False, 0]]


def read(body: bytes) -> openpyxl.worksheet.worksheet.Worksheet:
    return openpyxl.load_workbook(io.BytesIO(body)).active


def test_a_sheet_holds_numbers_dates_and_truths_as_such() -> None:
    sheet = read(write_sheet("Bản đồ", COLUMNS, ROWS))
    assert sheet.title == "Bản đồ"
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        COLUMNS,
        ["20242", "Hải Châu", 0.95, datetime.fromisoformat("2026-11-16"), True, 100],
        ["20194", 'a;"b"\n,c', None, None, False, 0],
    ]
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "n", "d", "b", "n"]  # a code of digits is no number


def test_names_stand_bold_and_stay_in_sight_and_columns_fit_their_words() -> None:
    sheet = read(write_sheet("x", ["a", "long"], [["b", "x" * 500], ["c" * 20, ""]]))
    assert sheet.freeze_panes == "A2"
    assert [cell.font.bold for (cell,) in sheet["A1:A3"]] == [True, False, False]
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (22, 62)


@pytest.mark.parametrize("text", EVIL)
def test_no_text_of_a_sheet_is_a_formula_or_an_error(text: str) -> None:
    body = write_sheet("x", [text], [[text]])
    sheet = read(body)
    assert [(cell.data_type, cell.value) for (cell,) in sheet.iter_rows()] == [("s", text)] * 2
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        assert b"<f" not in file.read("xl/worksheets/sheet1.xml")
        assert not [name for name in file.namelist() if "vba" in name.lower()]


@pytest.mark.parametrize("text", [text for text in EVIL if not text.startswith("#")])
def test_no_text_of_a_csv_begins_as_a_formula_and_all_of_it_is_read_back(text: str) -> None:
    body = write_csv([text, "b"], [[text, -0.5]])
    assert body.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(body.decode().removeprefix("\ufeff"))))
    assert found == [["'" + text, "b"], ["'" + text, "-0.5"]]  # a number stays a number


def test_a_csv_quotes_what_has_commas_quotes_and_line_ends() -> None:
    body = write_csv(COLUMNS, ROWS).decode()
    assert body.split("\r\n")[1] == "20242,Hải Châu,0.95,2026-11-16,true,100"
    assert list(csv.reader(io.StringIO(body, newline="")))[2] == ["20194", 'a;"b"\n,c', "", "", "false", "0"]


def test_the_same_table_gives_the_same_bytes_whenever_it_is_written() -> None:
    first = write_sheet("Bản đồ", COLUMNS, ROWS)
    with zipfile.ZipFile(io.BytesIO(first)) as file:
        assert {info.date_time for info in file.infolist()} == {sheets.ZIP_DAY}
        assert file.read("docProps/core.xml").count(b">2020-01-01T00:00:00Z</dcterms:") == 2
    assert write_sheet("Bản đồ", COLUMNS, ROWS) == first
    assert write_sheet("Bản đồ", COLUMNS, ROWS[:1]) != first


def test_a_title_and_letters_that_the_format_cannot_hold_are_no_error() -> None:
    sheet = read(write_sheet("a/b:c" + "x" * 40, ["n"], [["a\x00b\x0bc"]]))
    assert (sheet.title, sheet["A2"].value) == (("a b c" + "x" * 40)[:31], "abc")


def test_a_sheet_without_rows_has_its_names() -> None:
    assert [[cell.value for cell in row] for row in read(write_sheet("x", ["a", "b"], [])).iter_rows()] == [["a", "b"]]
    assert write_csv(["a", "b"], []) == "\ufeffa,b\r\n".encode()
