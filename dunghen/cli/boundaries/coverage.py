"""Areas as one coverage: no overlaps, borders that neighbours share, simplified together, in the form that the map is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import STRtree, affinity

KM_PER_DEGREE = 111.32
GRID, SLIT = 5e-5, 2e-4  # of a degree: five metres, nearer points are the same; twenty, what is thinner is no land
SMALL = 0.002  # of a unit's largest piece: below that a piece at another unit's border is a slip of the pen
OVERLAP_SHARE = 0.005  # of the smaller of two areas; borders digitised twice differ by less
FAR = 3.0  # an inset lies so many times further out than nine tenths of the units
START_KM, STEPS = 0.02, 12
DIGITS = 5  # of a degree, as they are written
FOUR_CORNERS = 4


@dataclass(frozen=True, slots=True)
class Plane:
    """Degrees to kilometres and back: true to scale at the middle of the city."""

    squeeze: float

    @classmethod
    def of(cls, areas: Mapping[str, Any]) -> Plane:
        middle = float(np.median([area.centroid.y for area in areas.values()]))
        return cls(float(np.cos(np.radians(middle))))

    def flat(self, geometry: Any) -> Any:
        return affinity.scale(geometry, KM_PER_DEGREE * self.squeeze, KM_PER_DEGREE, origin=(0, 0))

    def round(self, geometry: Any) -> Any:
        """Back to degrees, on the grid: simplifying only leaves points out, so none of them moves."""
        back = affinity.scale(geometry, 1 / (KM_PER_DEGREE * self.squeeze), 1 / KM_PER_DEGREE, origin=(0, 0))
        return shapely.transform(back, lambda points: np.round(np.round(points / GRID) * GRID, DIGITS))


def overlaps(flat: Mapping[str, Any], share: float = OVERLAP_SHARE) -> list[tuple[str, str, float]]:
    """Pairs of units whose areas overlap by more than this share of the smaller: (one, other, km²), the worst first."""
    codes, shapes = list(flat), list(flat.values())
    left, right = STRtree(shapes).query(shapes, predicate="intersects")
    found = []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        if a < b:
            common = shapely.intersection(shapes[a], shapes[b]).area
            if common > share * min(shapes[a].area, shapes[b].area):
                found.append((codes[a], codes[b], common))
    return sorted(found, key=lambda pair: -pair[2])


def noded(areas: Mapping[str, Any]) -> dict[str, Any]:
    """The same areas in degrees with every border shared point by point, on the grid. What two claim goes to one, slits to a neighbour."""
    codes = list(areas)
    shapes = [shapely.set_precision(area, GRID) for area in areas.values()]
    lines = shapely.union_all([shapely.boundary(area) for area in shapes], grid_size=GRID)
    tree, faces, stray = STRtree(shapes), dict[int, list[Any]](), list[tuple[int | None, Any]]()
    for face in shapely.get_parts(shapely.polygonize([lines])):
        owners = tree.query(shapely.point_on_surface(face), predicate="intersects")
        if owners.size:
            faces.setdefault(int(owners.min()), []).append(face)
        elif _is_slit(face):
            stray.append((None, face))
    whole = dict[int, list[Any]]()
    for owner, parts in faces.items():
        pieces = shapely.get_parts(shapely.union_all(parts, grid_size=GRID))
        largest = max(piece.area for piece in pieces)
        whole[owner] = [piece for piece in pieces if piece.area >= SMALL * largest]
        stray += [(owner, piece) for piece in pieces if piece.area < SMALL * largest]
    _fill(stray, whole)
    return {codes[i]: shapely.union_all(parts, grid_size=GRID) for i, parts in sorted(whole.items())}


def _is_slit(face: Any) -> bool:
    """Left over where a border was digitised twice: thinner than anything that could be seen."""
    return bool(2 * face.area / face.length < SLIT)


def _fill(stray: list[tuple[int | None, Any]], whole: dict[int, list[Any]]) -> None:
    """Each stray piece joins the unit that it borders most; an islet that borders nobody stays with its own."""
    owners = [(i, part) for i, parts in whole.items() for part in parts]
    tree = STRtree([part for _, part in owners])
    for own, piece in stray:
        near = [owners[k] for k in tree.query(piece, predicate="intersects").tolist()]
        border, best = max(((shapely.intersection(part, piece).length, i) for i, part in near), default=(0.0, -1))
        if border > 0:
            whole[best].append(piece)
        elif own is not None and not _is_slit(piece):
            whole[own].append(piece)


def simplified(flat: Mapping[str, Any], points: int) -> dict[str, Any]:
    """As coarse as needed to have so many points in all, at most; neighbours keep one common border, nobody vanishes."""
    shapes = np.array(list(flat.values()), dtype=object)
    for step in range(STEPS):
        coarse = shapely.coverage_simplify(shapes, START_KM * 1.6**step)
        if shapely.get_num_coordinates(coarse).sum() <= points:
            break
    return dict(zip(flat, coarse, strict=True))


def insets(flat: Mapping[str, Any]) -> set[str]:
    """Units that lie so far out at sea that the map would be mostly water: drawn in a box of their own."""
    middles = np.array([[area.centroid.x, area.centroid.y] for area in flat.values()])
    away = np.linalg.norm(middles - np.median(middles, axis=0), axis=1)
    if len(away) < FOUR_CORNERS:
        return set()
    limit = FAR * float(np.quantile(away, 0.9, method="lower"))
    return {code for code, distance in zip(flat, away.tolist(), strict=True) if distance > limit}


def label_point(area: Any) -> tuple[float, float]:
    """Where a text has most room: the middle of the largest circle inside, in a space where text is as wide as it is tall."""
    largest = max(shapely.get_parts(area), key=lambda part: part.area)
    tall = affinity.scale(largest, 1, 1.6, origin=(0, 0))
    middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(tall))[0]
    return float(middle[0]), float(middle[1]) / 1.6
