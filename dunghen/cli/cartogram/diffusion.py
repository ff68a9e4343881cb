"""Gastner and Newman 2004: density diffuses until it is even, and carries the borders along. All units get one area, no border is torn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from dunghen.cli.cartogram.places import Point as At
from dunghen.cli.cartogram.shore import Mesh

GRID, PADDING, ROUNDS, UNTIL = 256, 0.35, 3, 3000.0


def equalise(mesh: Mesh, bay_units: float) -> None:
    """Moves the vertices of the mesh, and its bay."""
    mesh.bay = shapely.segmentize(mesh.bay, 0.5)
    for _ in range(ROUNDS):
        field = _Field.over(mesh, bay_units)
        water = shapely.get_coordinates(mesh.bay)
        moved = field.carry(np.vstack([mesh.vertices, water]))
        mesh.vertices = moved[: len(mesh.vertices)]
        mesh.bay = shapely.set_coordinates(mesh.bay, moved[len(mesh.vertices) :]).buffer(0)


@dataclass(frozen=True, slots=True)
class _Field:
    """Density on a grid of `step` km from `corner`, as cosines."""

    corner: At
    step: float
    cosines: At
    basis: At

    @classmethod
    def over(cls, mesh: Mesh, bay_units: float) -> _Field:
        size = float(np.ptp(mesh.vertices, axis=0).max())
        step = size * (1 + 2 * PADDING) / GRID
        corner = (mesh.vertices.max(0) + mesh.vertices.min(0)) / 2 - size * (0.5 + PADDING)
        gx, gy = np.meshgrid(*(corner[k] + step * (np.arange(GRID) + 0.5) for k in (0, 1)), indexing="ij")
        cells = mesh.cells()
        each = sum(cell.area for cell in cells) / len(cells)
        density = np.ones((GRID, GRID))
        for cell in cells:
            density[shapely.contains_xy(cell, gx, gy)] = each / cell.area
        if mesh.bay.area:
            density[shapely.contains_xy(mesh.bay, gx, gy)] = bay_units * each / mesh.bay.area
        basis = _cosines(GRID)
        return cls(corner, step, basis @ density @ basis.T, basis)

    def carry(self, points: At) -> At:
        """The points after the density is even; steps grow while both estimates of a step agree."""
        at, time, step = (points - self.corner) / self.step - 0.5, 0.0, 0.05
        while time < UNTIL:
            first = self._speed(time, at)
            second = self._speed(time + step, at + first * step)
            error = float(np.abs(second - first).max()) * step
            if error > 0.5 and step > 1e-3:
                step /= 2
                continue
            at, time = at + (first + second) / 2 * step, time + step
            step *= 1.6 if error < 0.1 else 1.0
        moved: At = at * self.step + self.corner + self.step / 2
        return moved

    def _speed(self, time: float, at: At) -> At:
        waves = np.pi * np.arange(GRID) / GRID
        faded = self.cosines * np.exp(-(waves[:, None] ** 2 + waves[None, :] ** 2) * time)
        density = self.basis.T @ faded @ self.basis
        return np.stack([_between(-slope / density, at) for slope in np.gradient(density)], 1)


def _cosines(n: int) -> At:
    """The orthonormal DCT-II as a matrix."""
    k = np.arange(n)
    basis: At = np.cos(np.pi * k[:, None] * (2 * k[None, :] + 1) / (2 * n)) * np.sqrt(2 / n)
    basis[0] /= np.sqrt(2)
    return basis


def _between(values: At, at: At) -> At:
    """Bilinear; beyond the edge as at the edge."""
    held = np.clip(at, 0, GRID - 1)
    low = np.minimum(held.astype(int), GRID - 2)
    (i, j), (u, v) = low.T, (held - low).T
    found: At = (values[i, j] * (1 - u) + values[i + 1, j] * u) * (1 - v) + (values[i, j + 1] * (1 - u) + values[i + 1, j + 1] * u) * v
    return found
