"""The folder of open data as it is: an index, hashes, and files that never change once they are there (decision 0030)."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from services.api.answers import hashed
from services.api.problems import ProblemError

INDEX, SUMS = "index.json", "SHA256SUMS"
KEPT = "public, max-age=31536000, immutable"
_REVISION = re.compile(r"\d{4}-\d{2}-\d{2}/r\d{1,6}/(?:[a-z]{1,20}\.parquet|manifest\.json)", re.ASCII)  # nothing else is ever read


def open_data_routes(folder: Path | None) -> APIRouter:
    """`folder` None: none is published here."""
    router = APIRouter(include_in_schema=False)

    @router.get("/open-data/{path:path}")
    def get_open_data(request: Request, path: str) -> Response:
        """The index at the folder's own address; 404 for what is not there."""
        file = _file(folder, path or INDEX)
        if path in ("", INDEX):
            return hashed(request, file.read_bytes())
        if path == SUMS:
            return hashed(request, file.read_bytes(), "text/plain; charset=utf-8")
        return FileResponse(file, headers={"Cache-Control": KEPT}, media_type="application/json" if path.endswith(".json") else None)

    return router


def _file(folder: Path | None, path: str) -> Path:
    known = path in (INDEX, SUMS) or _REVISION.fullmatch(path)
    if folder is None or not known or not (folder / path).is_file():
        raise ProblemError("NOT_FOUND")
    return folder / path
