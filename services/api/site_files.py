"""Built files as they leave: texts are compressed once for everybody who takes that."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from services.api.answers import packed, tagged, takes_gzip

TEXTS = (".js", ".css", ".html", ".svg")


def file_answer(request: Request, file: Path, headers: Mapping[str, str]) -> Response:
    """The file with these headers; a text as gzip where the reader takes it, or 304 where it has it already."""
    if file.suffix not in TEXTS:
        return FileResponse(file, headers=dict(headers))
    stat = file.stat()
    tag = f"{stat.st_mtime_ns:x}-{stat.st_size:x}"
    if takes_gzip(request):
        answer = packed(request, _compressed(file, stat.st_mtime_ns), tag, _type(file))
    else:
        answer = tagged(request, file.read_bytes(), tag, _type(file))
    answer.headers.update(headers)
    return answer


def whole_file(request: Request, file: Path, headers: Mapping[str, str]) -> Response:
    """A page that nobody keeps: always whole, with these headers."""
    if takes_gzip(request):
        body, packing = _compressed(file, file.stat().st_mtime_ns), {"Content-Encoding": "gzip"}
    else:
        body, packing = file.read_bytes(), {}
    return Response(body, headers={**headers, **packing, "Vary": "Accept-Encoding"}, media_type=_type(file))


@lru_cache(maxsize=64)
def _compressed(file: Path, _mtime: int) -> bytes:
    return gzip.compress(file.read_bytes(), compresslevel=9, mtime=0)


def _type(file: Path) -> str:
    kind = guess_type(file.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8"
