"""The geometry of a city out of matched areas: checked as a coverage, simplified, labelled, packed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from dunghen.cli.boundaries import coverage
from dunghen.cli.boundaries.areas import FileError, polygons_of
from dunghen.contracts.geometries import LARGEST_BYTES, packed
from dunghen.domain.units import Unit

POINTS = 15_000  # of all outlines together: about 80 kB on the way to a browser
GONE_SHARE = 0.5  # of its area that a unit may lose by all this before it is a fault


@dataclass(frozen=True, slots=True)
class Wanted:
    """`share`: overlap that is taken for inexact digitising; `points`: how fine. `boxed`: units that are insets in any case."""

    share: float = coverage.OVERLAP_SHARE
    points: int = POINTS
    boxed: Collection[str] = ()


def made(areas: Mapping[str, Any], units: Sequence[Unit], wanted: Wanted) -> dict[str, Any]:
    """The FeatureCollection of contracts/geometries.py, in degrees. Units of `boxed` need no area. Raises FileError."""
    plane = coverage.Plane.of(areas)
    flat = {code: plane.flat(area) for code, area in areas.items()}
    names = {unit.code: unit.full_name for unit in units}
    _refuse_overlaps(flat, names, wanted.share)
    shared = {code: plane.flat(area) for code, area in coverage.noded(areas).items()}
    coarse = coverage.simplified(shared, wanted.points)
    _refuse_losses(flat, coarse, names)
    boxed = coverage.insets(flat) | (set(wanted.boxed) & names.keys())
    features = []
    for unit in sorted(units, key=lambda u: u.code):
        area = polygons_of(plane.round(coarse[unit.code])) if unit.code in coarse else None
        label = (0.0, 0.0) if area is None else coverage.label_point(area)
        properties = {
            "code": unit.code,
            "name": unit.name,
            "inset": unit.code in boxed,
            "label": [round(v, coverage.DIGITS) for v in label],
        }
        features.append({"type": "Feature", "id": unit.code, "properties": properties, "geometry": _outline(area)})
    shown = [shapely.box(*plane.round(coarse[code]).bounds) for code in coarse if code not in boxed]
    bbox = [round(value, coverage.DIGITS) for value in shapely.union_all(shown).bounds]
    return {"type": "FeatureCollection", "planar": False, "bbox": bbox, "features": features}


def _outline(area: Any) -> Any:
    """Rings wound as RFC 7946 says; None for an inset without an outline of its own."""
    return None if area is None else json.loads(shapely.to_geojson(shapely.orient_polygons(area)))


def body_of(collection: Mapping[str, Any]) -> bytes:
    """As it is carried. Raises FileError for what no record can hold."""
    body = packed(json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode())
    if len(body) * 4 // 3 > LARGEST_BYTES:
        raise FileError([f"{len(body) // 1000} kB are too much for one record: choose fewer --points"])
    return body


def _refuse_overlaps(flat: Mapping[str, Any], names: Mapping[str, str], share: float) -> None:
    found = coverage.overlaps(flat, share)
    if found:
        raise FileError([f"{names[a]} ({a}) and {names[b]} ({b}) overlap by {common:.3f} km²" for a, b, common in found])


def _refuse_losses(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """A unit that lies inside others, or is smaller than what is drawn, would be nothing on the map."""
    lost = [code for code, area in before.items() if code not in after or after[code].area < GONE_SHARE * area.area]
    if lost:
        raise FileError([f"{names[code]} ({code}): nothing of it is left beside the others: choose more --points" for code in lost])
