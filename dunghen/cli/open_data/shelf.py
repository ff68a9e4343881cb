"""The folder of open data: a folder a day, a folder in it for each revision, an index and the hashes of all.

`2026-11-13/r1/units.parquet`. A revision, once there, is never changed: what the dossiers say of that day later is the next one beside it.
Everything becomes visible at once, by renaming; what was left half done by a crash is made good by the next run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA_VERSION = 1
INDEX, SUMS, MANIFEST = "index.json", "SHA256SUMS", "manifest.json"


class Put(NamedTuple):
    """Which revision holds the tables, and whether it was made now."""

    revision: int
    new: bool


def put(shelf: Path, day: str, tables: Mapping[str, pa.Table], told: Mapping[str, object]) -> Put:
    """Puts a day's tables on the shelf, where the newest revision does not hold the same. `told`: what goes into the manifest beside."""
    newest = max((int(folder.name[1:]) for folder in (shelf / day).glob("r[0-9]*")), default=0)
    if newest and _holds(shelf / day / f"r{newest}", tables):
        return Put(newest, new=False)
    (shelf / day).mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=shelf))
    try:
        files = [_written(made / f"{name}.parquet", table) for name, table in tables.items()]
        manifest = {"day": day, "revision": newest + 1, "schema_version": SCHEMA_VERSION, **told, "files": files}
        _write(made / MANIFEST, _json(manifest))
        made.chmod(0o755)
        made.rename(shelf / day / f"r{newest + 1}")
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return Put(newest + 1, new=True)


def write_index(shelf: Path, licence: Mapping[str, object]) -> None:
    """Says again what is on the shelf, out of the manifests: the index, and the hashes as `sha256sum -c` reads them."""
    manifests = [(file.parent.relative_to(shelf), json.loads(file.read_bytes())) for file in sorted(shelf.glob(f"*/r*/{MANIFEST}"))]
    manifests.sort(key=lambda one: (one[1]["day"], one[1]["revision"]))
    days: dict[str, list[Any]] = {}
    for folder, manifest in manifests:
        files = [{**file, "path": f"{folder}/{file['name']}"} for file in manifest["files"]]
        days.setdefault(manifest["day"], []).append({**manifest, "files": files})
    lines = [f"{file['sha256']}  {file['path']}\n" for revisions in days.values() for one in revisions for file in one["files"]]
    listed = [{"day": day, "revisions": revisions} for day, revisions in days.items()]
    _replace(shelf / SUMS, "".join(lines).encode())
    _replace(shelf / INDEX, _json({"licence": licence, "schema_version": SCHEMA_VERSION, "days": listed}))


def _holds(folder: Path, tables: Mapping[str, pa.Table]) -> bool:
    """By what they say, not by their bytes: those change with the writer's version."""
    return all(_read(folder / f"{name}.parquet") == table for name, table in tables.items())


def _read(file: Path) -> pa.Table | None:
    return pq.read_table(file) if file.exists() else None


def _written(file: Path, table: pa.Table) -> dict[str, object]:
    pq.write_table(table, file, compression="zstd")
    body = file.read_bytes()
    return {"name": file.name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "rows": table.num_rows}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _write(file: Path, body: bytes) -> None:
    with file.open("wb") as out:
        out.write(body)
        os.fsync(out.fileno())


def _replace(file: Path, body: bytes) -> None:
    new = file.with_name(f".{file.name}.new")
    _write(new, body)
    new.replace(file)


def columns(rows: Iterable[Mapping[str, object]], schema: pa.Schema) -> pa.Table:
    """Rows as a table; a member that a row lacks is null."""
    return pa.Table.from_pylist(list(rows), schema=schema)
