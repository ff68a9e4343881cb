"""Files of dossiers: what a mapping makes of a row, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from dunghen.cli.data_folder import CommandError
from dunghen.cli.replay.mapping import RowRefused, read_mapping
from dunghen.cli.replay.rows import events

MAPPING = """
source = "test"
time_zone = "America/New_York"
dates = ["%m/%d/%Y %I:%M:%S %p"]
[columns]
MaHoSo = "Key"
NgayTiepNhan = "Created"
TrangThaiHoSo = "Status"
[ended]
column = "Closed"
[values.TrangThaiHoSo]
"*" = "4"
"""


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_row_becomes_a_cloud_event_in_the_zone_of_the_mapping(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, "m.toml", MAPPING))
    event = mapping.event({"Key": "1", "Created": "06/26/2018 10:58:54 AM", "Status": "Open", "Closed": ""}, 1)
    assert event["type"] == "vn.dunghen.dossier.synced"
    assert event["data"] == {"MaHoSo": "1", "NgayTiepNhan": "2018-06-26T10:58:54-04:00", "TrangThaiHoSo": "4"}
    assert "time" not in event


def test_a_date_without_a_time_stays_one_where_something_is_promised(tmp_path: Path) -> None:
    """When that day's work ends, ingest knows."""
    due = MAPPING.replace("%p", '%p", "%d/%m/%Y').replace("[ended]", 'NgayHenTra = "Due"\n[ended]')
    mapping = read_mapping(written(tmp_path, "m.toml", due))
    data = mapping.event({"Key": "1", "Created": "26/06/2018", "Due": "02/07/2018"}, 1)["data"]
    assert (data["NgayTiepNhan"], data["NgayHenTra"]) == ("2018-06-26T00:00:00-04:00", "2018-07-02")
    data = mapping.event({"Key": "1", "Created": "26/06/2018", "Due": "07/02/2018 12:00:00 AM"}, 1)["data"]
    assert data["NgayHenTra"] == "2018-07-02T00:00:00-04:00"


def test_a_filled_end_decides_whatever_the_status_says(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, "m.toml", MAPPING))
    assert mapping.event({"Key": "1", "Status": "Pending", "Closed": "x"}, 1)["data"]["TrangThaiHoSo"] == "10"


def test_a_date_that_cannot_be_read_refuses_the_row_without_repeating_it(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, "m.toml", MAPPING))
    with pytest.raises(RowRefused) as refused:
        mapping.event({"Key": "1", "Created": "Nguyễn 0905"}, 1)
    assert (refused.value.code, str(refused.value)) == ("BAD_DATE", "BAD_DATE NgayTiepNhan")


@pytest.mark.parametrize("given", ["2018-07-01T08:00:00", "2018-07-01T08:00:00-04:00"])
def test_last_words_are_of_the_moment_at_which_they_were_exported_unless_the_row_says_when(tmp_path: Path, given: str) -> None:
    mapping = read_mapping(written(tmp_path, "m.toml", f"exported_at = {given}\n" + MAPPING.replace("[ended]", 'time = "At"\n[ended]')))
    assert mapping.event({"Key": "1", "At": ""}, 1)["time"] == "2018-07-01T08:00:00-04:00"
    assert mapping.event({"Key": "1", "At": "06/26/2018 10:58:54 AM"}, 1)["time"] == "2018-06-26T10:58:54-04:00"


@pytest.mark.parametrize(
    ("change", "undated"),
    [
        ("", True),
        ("exported_at = 2018-07-01T08:00:00\n", False),
        ('kind = "progressed"\n', False),
    ],
)
def test_last_words_of_no_moment_are_known_as_such(tmp_path: Path, change: str, undated: bool) -> None:
    assert read_mapping(written(tmp_path, "m.toml", change + MAPPING)).undated is undated


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source = 1", "source"),
        (MAPPING.replace("America/New_York", "Mars/Base"), "time_zone"),
        (MAPPING + "\n[nonsense]\n", "nonsense"),
        ("[", "m.toml"),
        ('exported_at = "yesterday"\n' + MAPPING, "exported_at"),
        ('exported_at = 2018-07-01T08:00:00\nkind = "progressed"\n' + MAPPING, "exported_at"),
    ],
)
def test_a_faulty_mapping_says_what_and_where(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        read_mapping(written(tmp_path, "m.toml", text))


def test_a_mapping_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(b'source = "\xe1"')
    for name, why in (("m.toml", "not UTF-8"), ("not-there.toml", "No such file or directory")):
        with pytest.raises(CommandError) as fault:
            read_mapping(tmp_path / name)
        assert str(fault.value) == f"{tmp_path / name}: {why}"


def test_rows_go_on_after_the_last_one_that_was_answered(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, "m.toml", MAPPING))
    file = written(tmp_path, "f.csv", "Key,Created,Status,Closed\n1,,Open,\n2,,Open,\n3,,Open,\n")
    assert [number for number, _ in events(file, mapping, after=1)] == [2, 3]


def test_a_missing_column_is_named_before_anything_is_sent(tmp_path: Path) -> None:
    mapping = read_mapping(written(tmp_path, "m.toml", MAPPING))
    with pytest.raises(CommandError, match="no column Created, Status"):
        list(events(written(tmp_path, "f.csv", "Key,Closed\n1,\n"), mapping, after=0))


def test_an_event_log_needs_no_mapping_and_a_broken_line_is_counted(tmp_path: Path) -> None:
    file = written(tmp_path, "f.jsonl", '{"specversion": "1.0", "id": "1"}\n{broken\n[]\n')
    rows = [row for _, row in events(file, None, after=0)]
    assert rows[0] == {"specversion": "1.0", "id": "1"}
    assert [r.code for r in rows[1:] if isinstance(r, RowRefused)] == ["BAD_JSON", "NOT_AN_OBJECT"]


@pytest.mark.parametrize("name", ["f.csv", "f.xlsx"])
def test_a_file_that_cannot_be_read_that_way_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError):
        list(events(written(tmp_path, name, "a\n1\n"), None, after=0))
