"""An equal-area power diagram grown from the places of the cells, with a few rounds of Lloyd: compact cells that hold a label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from shapely import affinity
from shapely.geometry import Polygon
from shapely.ops import unary_union

from dunghen.cli.cartogram.places import Point as At
from dunghen.cli.cartogram.shore import largest

ROUNDS, PULL, WIDE = 14, 0.5, 1.12
NEAR, FAR_KM = 25, 400.0
EVEN = 1.05  # largest area over smallest


def settled(cells: Sequence[Polygon]) -> list[Polygon]:
    """The cells inside their common outline. One of coast or border stays there: cut off from it, it is pulled back to its stretch."""
    outline = _stretched(largest(unary_union([cell.buffer(0.02) for cell in cells])), WIDE)
    seeds = np.array([cell.centroid.coords[0] for cell in cells]) * [1, WIDE]
    weights, goal = np.zeros(len(seeds)), outline.area / len(seeds)
    home = _homes(cells, outline)
    now: list[Any] = []
    for k in range(ROUNDS + 40):
        now = _power_cells(seeds, weights, outline)
        areas = np.array([cell.area for cell in now])
        weights += 0.4 * (goal - areas)
        if k < ROUNDS:
            middles = [seed if cell.is_empty else cell.centroid.coords[0] for seed, cell in zip(seeds, now, strict=True)]
            seeds += PULL * (np.array(middles) - seeds)
        if k < ROUNDS + 15:
            for i, stretch in home.items():
                if now[i].buffer(0.01).intersection(outline.exterior).length < 3:
                    seeds[i] += 0.3 * (stretch - seeds[i])
        elif areas.max() / areas.min() < EVEN:
            break
    return [_stretched(cell, 1 / WIDE) for cell in now]


def _stretched(geometry: Any, factor: float) -> Any:
    return affinity.scale(geometry, 1, factor, origin=(0, 0))


def _homes(cells: Sequence[Polygon], outline: Polygon) -> dict[int, At]:
    touching = [_stretched(cell, WIDE).buffer(0.05).intersection(outline.exterior) for cell in cells]
    return {i: np.array(touch.centroid.coords[0]) for i, touch in enumerate(touching) if touch.length > 0.03}


def _power_cells(seeds: At, weights: At, outline: Polygon) -> list[Any]:
    """The outline cut by the half planes between each seed and its neighbours."""
    found = []
    for i, seed in enumerate(seeds):
        cell: Any = outline
        for j in np.argsort(((seeds - seed) ** 2).sum(1))[1 : NEAR + 1]:
            way = seeds[j] - seed
            middle = seed + way * (0.5 + (weights[i] - weights[j]) / (2 * way @ way))
            ahead = way / (way @ way) ** 0.5 * FAR_KM
            aside = np.array([-ahead[1], ahead[0]])
            cell = cell.intersection(Polygon([middle + aside, middle - aside, middle - aside - ahead, middle + aside - ahead]))
        found.append(max(getattr(cell, "geoms", [cell]), key=lambda part: part.area))
    return found
