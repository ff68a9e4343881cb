"""From a city's catalogue to the FeatureCollection that its map is drawn from (contracts/geometries.py)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import box
from shapely.ops import unary_union

from dunghen.cli.cartogram.diffusion import equalise
from dunghen.cli.cartogram.foam import relaxed
from dunghen.cli.cartogram.hints import Hints, Neighbour
from dunghen.cli.cartogram.places import Plane, places
from dunghen.cli.cartogram.places import Point as At
from dunghen.cli.cartogram.settling import settled
from dunghen.cli.cartogram.shore import ellipse, mesh
from dunghen.domain.units import Unit

GRID_KM = 0.01
ROOMY = 0.165  # km a px of the wall at 1080p: with more room than this a label stands where it is most in the middle


def cartogram(units: Sequence[Unit], hints: Hints) -> dict[str, Any]:
    """Planar coordinates, x right and y up, about a kilometre before the warp. Raises CommandError where nobody knows where a unit is."""
    plane, found = places([unit.code for unit in units], Plane(hints.middle[1], hints.middle[0]) if hints.middle else None)
    apart = {*hints.islands, *hints.boxed}
    net = mesh([place for place in found if place.unit not in apart], plane, hints.bay)
    equalise(net, hints.bay.units if hints.bay else 0.0)
    cells: dict[str, Any] = dict(zip(net.codes, settled(relaxed(net)), strict=True))
    bounds = unary_union(list(cells.values())).bounds
    _set_apart(cells, hints, bounds)
    names = {unit.code: unit.name for unit in units}
    features = [_feature(code, names[code], cells[code], inset=code in hints.boxed) for code in sorted(cells)]
    around = [_written(one, bounds) for one in hints.around]
    return {"type": "FeatureCollection", "planar": True, "bbox": [round(v, 2) for v in bounds], "around": around, "features": features}


def _written(one: Neighbour, bounds: tuple[float, float, float, float]) -> Mapping[str, Any]:
    x0, y0, x1, y1 = bounds
    return {"name": one.name, "english": one.english, "at": [round(x0 + one.right * (x1 - x0), 2), round(y1 - one.down * (y1 - y0), 2)]}


def _set_apart(cells: dict[str, Any], hints: Hints, bounds: tuple[float, float, float, float]) -> None:
    """Islands beside their neighbour, boxes in the upper right corner."""
    side = (sum(cell.area for cell in cells.values()) / len(cells)) ** 0.5
    for code, island in hints.islands.items():
        corner = cells[island.beside].bounds
        cells[code] = ellipse(np.array([corner[2] + side * island.east, corner[3] + side * island.north]), side * 0.6, side * 0.5)
    for row, code in enumerate(hints.boxed):
        top = bounds[3] - row * side * 1.3
        cells[code] = box(bounds[2] - side * 1.25, top - side, bounds[2], top)


def _feature(code: str, name: str, cell: Any, *, inset: bool) -> Mapping[str, Any]:
    label = [round(float(v), 2) for v in label_point(cell, name)]
    outline = json.loads(shapely.to_geojson(shapely.set_precision(shapely.orient_polygons(cell), GRID_KM)))
    return {"type": "Feature", "id": code, "properties": {"code": code, "name": name, "inset": inset, "label": label}, "geometry": outline}


def label_point(cell: Any, name: str) -> At:
    """Where a number over one or two lines of name has most room; of the places with room enough, the one nearest the middle."""
    middle = np.array(cell.centroid.coords[0])
    half = _label_size(name) / 2
    x0, y0, x1, y1 = cell.bounds
    shapely.prepare(cell)
    best, where = -9.0, middle
    for x in np.linspace(x0, x1, 31)[1:-1]:
        for y in np.linspace(y0, y1, 31)[1:-1]:
            point = np.array([x, y])
            room = _room(cell, point, half)
            score = room - 0.002 * float(np.linalg.norm(point - middle))
            if score > best:
                best, where = score, point
    return where


def _label_size(name: str) -> At:
    """In px: width of the longest line, height of all."""
    words, two = name.split(), len(name) > 9
    halves = [max(len(" ".join(words[:h])), len(" ".join(words[h:]))) for h in range(1, len(words))]
    longest = min(halves, default=0) if two else len(name)
    return np.array([max(70.0, 7.7 * longest), 25.0 + 18.0 * (1 + two)])


def _room(cell: Any, point: At, half: At) -> float:
    """The largest scale, up to ROOMY, at which a box of these proportions around the point lies in the cell; 0 for none."""
    scales = np.arange(0.06, ROOMY + 0.001, 0.005)
    held = shapely.contains(cell, shapely.box(*(point[:, None] - half[:, None] * scales), *(point[:, None] + half[:, None] * scales)))
    return float(scales[held].max()) if held.any() else 0.0
