"""A file of areas, read and checked for itself: GeoJSON in longitude and latitude (CRS84), valid polygons. Everything wrong is listed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from dunghen.cli.data_folder import CommandError

LONGITUDE_FIRST = ("CRS84", "EPSG::4326", "EPSG:4326", "4326", "WGS84")  # how files of GeoJSON 2008 name it; RFC 7946 has no other
CONVERT = "convert it first: ogr2ogr -t_srs OGC:CRS84 new.geojson old.geojson"


class FileError(CommandError):
    """Everything that is wrong with a file of boundaries, one fault a line."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(["nothing was changed:", *(f"  {fault}" for fault in faults)]))


@dataclass(frozen=True, slots=True)
class Area:
    """One feature: where it stands in the file, its properties, and its Polygon or MultiPolygon in degrees."""

    place: str
    properties: dict[str, Any]
    geometry: Any


def read_areas(file: Path, *, repair: bool = False) -> list[Area]:
    """The areas of a FeatureCollection. `repair` mends self-crossing outlines instead of refusing them. Raises FileError."""
    try:
        content = json.loads(file.read_bytes())
    except OSError as fault:
        raise FileError([f"{file.name}: cannot be read: {fault.strerror}"]) from None
    except ValueError as fault:
        raise FileError([f"{file.name}: is no JSON: {fault}"]) from None
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection" or not isinstance(content.get("features"), list):
        raise FileError([f"{file.name}: is no GeoJSON FeatureCollection"])
    _check_crs(file.name, content.get("crs"))
    faults: list[str] = []
    areas = [area for area in _areas(content["features"], faults, repair) if area is not None]
    _check_degrees(file.name, areas)
    if faults or not areas:
        raise FileError(faults or [f"{file.name}: has no features"])
    return areas


def _check_crs(name: str, crs: Any) -> None:
    """RFC 7946 knows no `crs`; older files name it."""
    if crs is None:
        return
    named = str((crs.get("properties") or {}).get("name", crs.get("type"))) if isinstance(crs, dict) else str(crs)
    if not named.upper().replace("/", ":").endswith(LONGITUDE_FIRST):
        raise FileError([f"{name}: crs: is {named}; longitude and latitude (CRS84) are needed. {CONVERT}"])


def _areas(features: list[Any], faults: list[str], repair: bool) -> Iterator[Area | None]:
    for index, feature in enumerate(features):
        place = f"features[{index}]"
        try:
            geometry = shape(feature["geometry"])
            properties = dict(feature.get("properties") or {})
        except (TypeError, KeyError, AttributeError, ValueError, shapely.errors.ShapelyError):
            faults.append(f"{place}: is no feature with a geometry")
            continue
        if "id" in feature:
            properties.setdefault("id", feature["id"])
        yield _checked(Area(place, properties, geometry), faults, repair)


def _checked(area: Area, faults: list[str], repair: bool) -> Area | None:
    geometry = shapely.force_2d(area.geometry)
    if geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty:
        faults.append(f"{area.place}: geometry: is {geometry.geom_type}; Polygon or MultiPolygon is needed")
        return None
    if repair and not geometry.is_valid:
        geometry = polygons_of(shapely.make_valid(geometry))
    if not geometry.is_valid:
        faults.append(f"{area.place}: geometry: {shapely.is_valid_reason(geometry)}; --repair mends it")
        return None
    return Area(area.place, area.properties, geometry)


def polygons_of(geometry: Any) -> Any:
    """Only the areas of a mixed geometry, as one."""
    parts = [part for part in shapely.get_parts(geometry, return_index=False) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def _check_degrees(name: str, areas: list[Area]) -> None:
    """Projected coordinates and swapped axes, said with the place where they were seen."""
    for area in areas:
        x0, y0, x1, y1 = area.geometry.bounds
        wide, tall = max(-x0, x1), max(-y0, y1)
        if wide <= 180 and tall <= 90:
            continue
        if wide <= 90 and tall <= 180:
            raise FileError([f"{name}: {area.place}: ({x0:g}, {y0:g}): latitude stands before longitude; GeoJSON has longitude first"])
        raise FileError([f"{name}: {area.place}: ({x0:g}, {y0:g}): is not longitude and latitude but projected. {CONVERT}"])
