"""The true shape: Voronoi cells of the former communes, dissolved into the present units, in a coast made of their bounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import Point, Polygon, box
from shapely.ops import polygonize, unary_union

from dunghen.cli.cartogram.hints import Bay
from dunghen.cli.cartogram.places import Place, Plane
from dunghen.cli.cartogram.places import Point as At

STEP_KM = 0.5  # between two vertices of a border
HORIZON_KM = 400.0


@dataclass(slots=True)
class Mesh:
    """Cells as rings of vertex numbers, counter-clockwise; neighbours use the same vertices. `bay`: water that is to stay open."""

    codes: list[str]
    vertices: At
    rings: list[list[int]]
    bay: Any

    def cells(self) -> list[Polygon]:
        return [Polygon(self.vertices[ring]) for ring in self.rings]


def mesh(places: Sequence[Place], plane: Plane, bay: Bay | None) -> Mesh:
    """The units of `places` as one mesh; distances in km."""
    water = ellipse(plane.km(bay.latitude, bay.longitude), bay.radius_km, bay.radius_km) if bay else Polygon()
    land = unary_union([_in_bounds(plane, place.bounds) for place in places if place.unit and place.bounds])
    land = land.buffer(3).buffer(-3).difference(water).buffer(-0.8).buffer(0.8)
    cells = _cells(places)
    land = largest(land.difference(unary_union([cell for place, cell in zip(places, cells, strict=True) if not place.unit])))
    land = largest(land.buffer(-1).buffer(1.6).buffer(-0.6))
    codes = sorted({place.unit for place in places if place.unit})
    raw = [
        shapely.set_precision(unary_union([c for p, c in zip(places, cells, strict=True) if p.unit == code]).intersection(land), 0.01)
        for code in codes
    ]
    return _woven(codes, _whole(raw, land), water.difference(land))


def ellipse(middle: At, rx: float, ry: float) -> Any:
    return affinity.translate(affinity.scale(Point(0, 0).buffer(1, 24), rx, ry), *middle)


def largest(geometry: Any) -> Polygon:
    """The largest part without its holes."""
    return Polygon(max(getattr(geometry, "geoms", [geometry]), key=lambda part: part.area).exterior)


def _in_bounds(plane: Plane, bounds: str, grow: float = 1.15) -> Any:
    a, b = (plane.km(*map(float, corner.split(","))) for corner in bounds.split("–"))
    rx, ry = grow * np.maximum(b - a, 0.8) / 2
    return ellipse((a + b) / 2, rx, ry)


def _cells(places: Sequence[Place]) -> list[Any]:
    """The Voronoi cell of each place."""
    horizon = box(-HORIZON_KM, -HORIZON_KM, HORIZON_KM, HORIZON_KM)
    faces = list(shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints([place.at for place in places]), extend_to=horizon)))
    tree = shapely.STRtree(faces)
    return [faces[tree.query(Point(place.at), predicate="intersects")[0]] for place in places]


def _whole(raw: Sequence[Any], land: Any) -> list[Polygon]:
    """Each unit in one piece: a stray piece joins the unit that it borders most."""
    tree = shapely.STRtree(list(raw))
    faces = [face for face in polygonize(unary_union([cell.boundary for cell in raw])) if face.within(land.buffer(0.1))]
    home = [int(tree.nearest(face.representative_point())) for face in faces]
    main = {i: largest(unary_union([f for f, h in zip(faces, home, strict=True) if h == i])) for i in range(len(raw))}
    parts = defaultdict(list)
    for face, owner in zip(faces, home, strict=True):
        stays = main[owner].covers(face.representative_point())
        parts[owner if stays else max(main, key=lambda i: main[i].intersection(face).length)].append(face)
    return [largest(unary_union(parts[i])) for i in range(len(raw))]


def _woven(codes: list[str], cells: Sequence[Polygon], bay: Any) -> Mesh:
    numbers: dict[tuple[float, float], int] = {}
    rings = []
    for cell in cells:
        ring: list[int] = []
        corners = np.array(shapely.orient_polygons(cell).exterior.coords)
        for a, b in pairwise(corners):
            ring += [numbers.setdefault((round(p[0], 4), round(p[1], 4)), len(numbers)) for p in _steps(a, b)[:-1]]
        rings.append(ring)
    return Mesh(codes, np.array(list(numbers)), rings, bay)


def _steps(a: At, b: At) -> list[At]:
    """Points from a to b, the same ones for both neighbours of the border, whichever way they walk it."""
    forward = tuple(a) < tuple(b)
    low, high = (a, b) if forward else (b, a)
    count = max(1, int(np.ceil(np.linalg.norm(b - a) / STEP_KM)))
    points = [low + (high - low) * t / count for t in range(count + 1)]
    return points if forward else points[::-1]
