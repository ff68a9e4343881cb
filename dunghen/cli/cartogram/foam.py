"""A dry foam: borders pull themselves straight and short, cells push towards one area, and no two junctions ever change places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from shapely import affinity
from shapely.geometry import Point, Polygon
from shapely.ops import unary_union

from dunghen.cli.cartogram.places import Point as At
from dunghen.cli.cartogram.shore import Mesh, largest

ROUNDS, TENSION, PRESSURE, ROUNDNESS = 500, 0.10, 0.03, 0.015
SHORTEST, WIDE, MOST = 4.2, 1.1, 0.35  # km; how much wider than tall cells come out; the longest step
ARM = 2.4  # a spit of coast thinner than twice this is rounded off


def relaxed(mesh: Mesh) -> list[Polygon]:
    """The cells after relaxing, in the order of the mesh."""
    foam = _Foam(mesh)
    for _ in range(ROUNDS):
        foam.step()
    return foam.cells()


class _Foam:
    """Junctions `at`; each cell is a walk over junctions, and along the coast between two of them. Relaxed in a space stretched upwards."""

    def __init__(self, mesh: Mesh) -> None:
        vertices = mesh.vertices * [1, WIDE]
        owners, sides = defaultdict(set), defaultdict(set)
        for i, ring in enumerate(mesh.rings):
            for a, b in _around(ring):
                owners[a].add(i)
                sides[frozenset((a, b))].add(i)
        coast = {v for side, cells in sides.items() if len(cells) == 1 for v in side}
        joints = [v for v, cells in owners.items() if len(cells) >= 3 or (len(cells) == 2 and v in coast)]
        number = {v: k for k, v in enumerate(joints)}
        self.walks = [
            [(number[a], len(sides[frozenset((a, b))]) == 1) for a, b in _around(ring) if a in number] for ring in mesh.rings
        ]  # (junction, whether the coast comes next)
        outline = largest(unary_union([Polygon(vertices[ring]) for ring in mesh.rings]).buffer(0.01))
        self.line = largest(outline.buffer(-ARM).buffer(2 * ARM).buffer(-ARM)).exterior
        self.at = vertices[joints].copy()
        self.shore = [k for k, v in enumerate(joints) if v in coast]
        pairs = {tuple(sorted((a, b))) for walk in self.walks for (a, along), (b, _) in _around(walk) if not along}
        self.left, self.right = np.array(sorted(pairs)).T
        self.goal = Polygon(self.line).area / len(mesh.rings)

    def step(self) -> None:
        force = np.zeros_like(self.at)
        self._pull(force)
        for walk in self.walks:
            self._push(force, walk)
        self.at = self.at + np.clip(force, -MOST, MOST)
        for k in self.shore:
            self.at[k] = self.line.interpolate(self.line.project(Point(self.at[k]))).coords[0]

    def cells(self) -> list[Polygon]:
        return [affinity.scale(Polygon([p for _, p in self._ring(walk)]), 1, 1 / WIDE, origin=(0, 0)) for walk in self.walks]

    def _pull(self, force: At) -> None:
        """Borders shorten, and push apart where they are too short to be seen."""
        way = self.at[self.right] - self.at[self.left]
        length = np.linalg.norm(way, axis=1, keepdims=True)
        pull = TENSION * way / length * np.where(length < SHORTEST, 1 - (SHORTEST / length) ** 2, 1)
        np.add.at(force, self.left, pull)
        np.add.at(force, self.right, -pull)

    def _push(self, force: At, walk: list[tuple[int, bool]]) -> None:
        """A cell that is too small grows, one that is too large shrinks, and each is drawn to a circle."""
        ring = self._ring(walk)
        points = np.array([p for _, p in ring])
        ahead, behind = np.roll(points, -1, 0), np.roll(points, 1, 0)
        area = (points[:, 0] * ahead[:, 1] - points[:, 1] * ahead[:, 0]).sum() / 2
        outward = np.stack([ahead[:, 1] - behind[:, 1], behind[:, 0] - ahead[:, 0]], 1) / 2
        away = points - points.mean(0)
        far = np.linalg.norm(away, axis=1, keepdims=True)
        radius = (self.goal / np.pi) ** 0.5 * 1.1
        moves = PRESSURE * (self.goal - area) / self.goal**0.5 * outward + ROUNDNESS * (radius - far) * away / far
        for (joint, _), move in zip(ring, moves, strict=True):
            if joint is not None:
                force[joint] += move

    def _ring(self, walk: list[tuple[int, bool]]) -> list[tuple[int | None, At]]:
        points: list[tuple[int | None, At]] = []
        for (joint, along), (following, _) in _around(walk):
            points.append((joint, self.at[joint]))
            if along:
                points += [(None, p) for p in self._coast(self.at[joint], self.at[following])]
        return points

    def _coast(self, a: At, b: At) -> list[At]:
        """Points of the coast strictly between a and b, the shorter way round."""
        start, end, whole = self.line.project(Point(a)), self.line.project(Point(b)), self.line.length
        ahead = (end - start) % whole
        if ahead <= whole / 2:
            return self._along(start, ahead)
        return self._along(end, whole - ahead)[::-1]

    def _along(self, start: float, run: float) -> list[At]:
        count = max(1, int(run / 1.2))
        return [np.array(self.line.interpolate((start + run * i / count) % self.line.length).coords[0]) for i in range(1, count)]


def _around(ring: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Each with the one after it, the last with the first."""
    return zip(ring, ring[1:] + ring[:1], strict=True)
