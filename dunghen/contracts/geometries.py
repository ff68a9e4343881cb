"""What the map is drawn with, as bytes: a GeoJSON FeatureCollection, the shipped one or the last record of the topic `geometries`.

Top level: `planar` (true: a cartogram, x right and y up in no unit; false: longitude and latitude, CRS84), `name`, `bbox` of what is not
an inset, perhaps `around`: names of what lies outside (`name`, `english`, `at`: its middle). Each feature: `id` and `code` of the unit,
`name`, `inset` (drawn as a box of its own), `label` (a point with room for a text), and a Polygon or MultiPolygon, exterior rings
counter-clockwise (RFC 7946).
"""

from __future__ import annotations

import gzip
from hashlib import blake2b
from importlib import resources
from typing import Any

import msgspec

KEY = b"map"
LARGEST_BYTES = 900_000  # of a record's value: below Kafka's own limit of 1 MB
SHIPPED = "danang-cartogram.geojson"


def shipped() -> bytes:
    """The cartogram of the demo city, gzip."""
    return packed((resources.files("dunghen.domain") / "data" / SHIPPED).read_bytes())


def packed(text: bytes) -> bytes:
    """The same text is the same bytes."""
    return gzip.compress(text, 9, mtime=0)


def unpacked(body: bytes) -> dict[str, Any]:
    """The collection of a packed body. Raises ValueError for what is none."""
    try:
        collection: dict[str, Any] = msgspec.json.decode(gzip.decompress(body), type=dict[str, Any])
    except (OSError, EOFError, msgspec.DecodeError) as fault:
        raise ValueError("not a packed FeatureCollection") from fault
    return collection


def identity(body: bytes) -> str:
    """What a packed body is known by: 16 hex digits of its text, whatever library packed it."""
    return blake2b(gzip.decompress(body), digest_size=8).hexdigest()
