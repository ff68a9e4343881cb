"""A made-up coverage of the shipped city: Voronoi cells around its places, where they roughly are, as an official file might look."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from dunghen.contracts.geometries import shipped, unpacked

HOANG_SA, HAI_CHAU = "20333", "20242"
DEGREE_KM = np.array([1 / 107.0, 1 / 110.6])
MIDDLE = np.array([108.0, 15.6])
HOANG_SA_SQUARE = shapely.box(111.5, 16.4, 112.0, 16.7)


def places() -> dict[str, dict[str, Any]]:
    """Code, name and label point of all 94 units."""
    return {feature["id"]: feature["properties"] for feature in unpacked(shipped())["features"]}


def areas(step: float = 0.002) -> dict[str, Any]:
    """93 cells that share their borders point by point, in degrees; Hoàng Sa apart."""
    on_land = {code: unit for code, unit in places().items() if not unit["inset"]}
    points = shapely.MultiPoint(np.array([unit["label"] for unit in on_land.values()]) * DEGREE_KM + MIDDLE)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.buffer(points, 1.0), ordered=True))
    land = shapely.buffer(points, 0.06, quad_segs=3)
    return {code: shapely.segmentize(shapely.intersection(cell, land), step) for code, cell in zip(on_land, cells, strict=True)}


def plain(code: str, unit: dict[str, Any]) -> dict[str, Any]:
    return {"ma_xa": code, "ten_xa": unit["name"]}


def collection(shapes: dict[str, Any], properties: Callable[[str, dict[str, Any]], dict[str, Any]] = plain) -> dict[str, Any]:
    """As a file has it."""
    known = places()
    features = [
        {"type": "Feature", "properties": properties(code, known[code]), "geometry": json.loads(shapely.to_geojson(area))}
        for code, area in shapes.items()
    ]
    return {"type": "FeatureCollection", "features": features}


def written(file: Path, content: dict[str, Any]) -> Path:
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return file
