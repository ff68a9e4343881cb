from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dunghen.cli.open_data import shelf as shelves
from dunghen.cli.open_data.shelf import Put, put, write_index

TOLD = {"as_of": "2026-11-13", "known_at": "2026-11-14T02:00:00+07:00", "policy": 1}
LICENCE = {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}


def tables(finished: int) -> dict[str, pa.Table]:
    return {"units": pa.table({"unit": ["20242"], "finished": [finished]}), "indicators": pa.table({"unit": ["20242"]})}


def test_the_same_day_with_the_same_figures_is_one_revision(tmp_path: Path) -> None:
    assert put(tmp_path, "2026-11-13", tables(5), TOLD) == Put(1, new=True)
    first = (tmp_path / "2026-11-13/r1/units.parquet").read_bytes()
    assert put(tmp_path, "2026-11-13", tables(5), {**TOLD, "known_at": "later"}) == Put(1, new=False)
    assert (tmp_path / "2026-11-13/r1/units.parquet").read_bytes() == first
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["2026-11-13"]


def test_a_restatement_stands_beside_what_was_said_before(tmp_path: Path) -> None:
    for finished in (5, 6, 5):  # back again is a third
        put(tmp_path, "2026-11-13", tables(finished), TOLD)
    put(tmp_path, "2026-11-12", tables(1), TOLD)
    write_index(tmp_path, LICENCE)
    read = [pq.read_table(tmp_path / f"2026-11-13/r{n}/units.parquet").to_pydict()["finished"] for n in (1, 2, 3)]
    assert read == [[5], [6], [5]]
    index = json.loads((tmp_path / "index.json").read_bytes())
    assert (index["licence"], index["schema_version"]) == (LICENCE, 1)
    assert [(day["day"], [one["revision"] for one in day["revisions"]]) for day in index["days"]] == [
        ("2026-11-12", [1]),
        ("2026-11-13", [1, 2, 3]),
    ]


def test_sizes_hashes_and_rows_are_those_of_the_files(tmp_path: Path) -> None:
    put(tmp_path, "2026-11-13", tables(5), TOLD)
    write_index(tmp_path, LICENCE)
    (day,) = json.loads((tmp_path / "index.json").read_bytes())["days"]
    for file in day["revisions"][0]["files"]:
        body = (tmp_path / file["path"]).read_bytes()
        assert (file["bytes"], file["sha256"], file["rows"]) == (len(body), hashlib.sha256(body).hexdigest(), 1)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)


def test_what_fails_half_way_leaves_nothing_and_the_next_run_does_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pq.write_table
    monkeypatch.setattr(
        shelves.pq, "write_table", lambda table, file, **more: whole(table, file, **more) if "units" in file.name else 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        put(tmp_path, "2026-11-13", tables(5), TOLD)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
    monkeypatch.undo()
    assert put(tmp_path, "2026-11-13", tables(5), TOLD) == Put(1, new=True)
