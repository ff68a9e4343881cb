"""How answers leave: JSON bytes with a strong ETag made of the data's version and the question; GeoJSON."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.api.geometries import Drawing
from services.api.rows import Row

WORTH_PACKING = 1024  # bytes: below it the answer fits into one packet either way
LEVEL = 5  # of compression


def tagged(request: Request, body: bytes, tag: str, media_type: str = "application/json") -> Response:
    """The answer, as gzip for a reader that takes it, or 304 where the reader has it already."""
    if takes_gzip(request) and len(body) >= WORTH_PACKING:
        return packed(request, _compressed(body), tag, media_type)
    return plain(request, body, tag, media_type)


def packed(request: Request, body: bytes, tag: str, media_type: str) -> Response:
    """The same for what is gzip already. Its tag is another one than the plain bytes': a strong tag is of what was sent."""
    answer = plain(request, body, f"{tag}-gz", media_type)
    if answer.status_code == 200:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def takes_gzip(request: Request) -> bool:
    """Whether the reader asks for it."""
    return "gzip" in request.headers.get("accept-encoding", "")


@lru_cache(maxsize=32)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=LEVEL, mtime=0)  # once for all who ask for the same version


def plain(request: Request, body: bytes, tag: str, media_type: str) -> Response:
    """The same for what is not packed: as it is, or 304."""
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
    return tagged(request, body, content_tag(body), media_type)


def content_tag(body: bytes) -> str:
    """A tag that is the content's own."""
    return blake2b(body, digest_size=12).hexdigest()


def untagged(request: Request, body: bytes, media_type: str = "application/json") -> Response:
    """An answer that nobody may keep: it says its own age."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if takes_gzip(request) and len(body) >= WORTH_PACKING:
        return Response(
            gzip.compress(body, compresslevel=LEVEL, mtime=0), headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type
        )
    return Response(body, headers=headers, media_type=media_type)


def as_shown(request: Request, body: bytes, age: float | None, media_type: str = "application/json") -> Response:
    """What says its freshness itself (`freshness.py`): with the content's tag; where it is old, for nobody to keep, and sent also to who
    has what was live.
    """
    return hashed(request, body, media_type) if age is None else untagged(request, body, media_type)


def with_next(request: Request, answer: Response, after: str) -> Response:
    """A page of a list, whose header Link names the next page; `after` "": the last one."""
    if after:
        query = urlencode({**request.query_params, "after": after})
        answer.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return answer


def geojson_of(rows: Iterable[Row], heading: Mapping[str, object], drawing: Drawing) -> bytes:
    """The map's areas with each unit's row as properties; without an area: no geometry. `planar`: a cartogram, not boundaries. What all are
    of (`heading`, `stale`, `age_seconds`) are foreign members at the top.
    """
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
