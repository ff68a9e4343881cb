"""How answers leave: JSON bytes with a strong ETag made of the data's version and the question; CSV that is safe to open; GeoJSON."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dunghen.domain.marks import IN_A_WINDOW
from services.api.geometries import Drawing
from services.api.rows import Row

BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
WORTH_PACKING = 1024  # bytes: below it the answer fits into one packet either way
LEVEL = 5  # of compression
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def tagged(request: Request, body: bytes, tag: str, media_type: str = "application/json") -> Response:
    """The answer, as gzip for a reader that takes it, or 304 where the reader has it already."""
    if takes_gzip(request) and len(body) >= WORTH_PACKING:
        return packed(request, _compressed(body), tag, media_type)
    return _answer(request, body, tag, media_type)


def packed(request: Request, body: bytes, tag: str, media_type: str) -> Response:
    """The same for what is gzip already. Its tag is another one than the plain bytes': a strong tag is of what was sent."""
    answer = _answer(request, body, f"{tag}-gz", media_type)
    if answer.status_code == 200:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def takes_gzip(request: Request) -> bool:
    """Whether the reader asks for it."""
    return "gzip" in request.headers.get("accept-encoding", "")


@lru_cache(maxsize=32)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=LEVEL, mtime=0)  # once for all who ask for the same version


def _answer(request: Request, body: bytes, tag: str, media_type: str) -> Response:
    headers = {"ETag": f'"{tag}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if has_it(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def has_it(request: Request, tag: str) -> bool:
    """Whether the reader says that it holds what has this tag."""
    asked = request.headers.get("if-none-match", "")
    return f'"{tag}"' in (part.strip().removeprefix("W/") for part in asked.split(",")) or asked.strip() == "*"


def hashed(request: Request, body: bytes, media_type: str = "application/json") -> Response:
    """The same for what is made of more than one version: the tag is the content's."""
    return tagged(request, body, blake2b(body, digest_size=12).hexdigest(), media_type)


def untagged(request: Request, body: bytes, media_type: str = "application/json") -> Response:
    """An answer that nobody may keep: it says its own age."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if takes_gzip(request) and len(body) >= WORTH_PACKING:
        return Response(
            gzip.compress(body, compresslevel=LEVEL, mtime=0), headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type
        )
    return Response(body, headers=headers, media_type=media_type)


def csv_of(rows: Iterable[Row], heading: Mapping[str, object]) -> bytes:
    """The map as a sheet: one line a unit."""
    rows = list(rows)
    of = type(rows[0]) if rows else Row
    names = [name for name in of.__struct_fields__ if name not in ("counts", *IN_A_WINDOW)]
    above = ("as_of", "known_at", "version", "window", "indicator" if heading.get("indicator") else "rate")
    lines = (
        [getattr(row, name) for name in names] + [row.counts[name] for name in IN_A_WINDOW] + [heading[name] for name in above]
        for row in rows
    )
    return sheet_of([*names, *IN_A_WINDOW, *above], lines)


def sheet_of(names: Iterable[str], lines: Iterable[Iterable[object]]) -> bytes:
    """CSV for spreadsheets: comma separated, with a byte order mark; no cell of text can be taken for a formula."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    for line in lines:
        writer.writerow(map(_cell, line))
    return out.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_BEGINS):
        return "'" + value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def geojson_of(rows: Iterable[Row], heading: Mapping[str, object], drawing: Drawing) -> bytes:
    """The map's areas with each unit's row as properties; without an area: no geometry. `planar`: a cartogram, not boundaries."""
    shapes = drawing.features
    features = [
        {
            "type": "Feature",
            "id": row.code,
            "geometry": shapes.get(row.code, {}).get("geometry"),
            "properties": {
                **msgspec.to_builtins(row),
                **{k: v for k, v in shapes.get(row.code, {}).get("properties", {}).items() if k in ("inset", "label")},
            },
        }
        for row in rows
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "planar": drawing.planar, **heading, "features": features})
