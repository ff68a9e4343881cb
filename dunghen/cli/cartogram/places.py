"""Where the units of a city are, and the former communes that they were made from: out of the package vietnamadminunits (MIT)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dunghen.cli.data_folder import CommandError

Point = npt.NDArray[np.float64]
KM_PER_DEGREE = np.array([111.32, 110.57])
MARGIN_DEGREES = 0.6  # how far around the city other communes are looked for: they say where the border is
BELIEVABLE = 2.2  # radii of a unit; a former commune further off was geocoded as its district


@dataclass(frozen=True, slots=True)
class Plane:
    """Degrees to kilometres around a point."""

    longitude: float
    latitude: float

    def km(self, latitude: float, longitude: float) -> Point:
        at = np.array([longitude - self.longitude, latitude - self.latitude])
        km: Point = at * KM_PER_DEGREE * [np.cos(np.radians(self.latitude)), 1.0]
        return km


@dataclass(frozen=True, slots=True)
class Place:
    """A former commune: the present unit that it is in (None: another province), its middle in km, its bounds as given."""

    unit: str | None
    at: Point
    bounds: str | None


def places(codes: Sequence[str], plane: Plane | None = None) -> tuple[Plane, list[Place]]:
    """The former communes of these units and around them, on a plane that is true at their middle if none is given.

    Raises CommandError for units that the package does not have.
    """
    folder = _package_data()
    database = sqlite3.connect(folder / "dataset.db")
    database.row_factory = sqlite3.Row
    marks = ",".join("?" * len(codes))
    units = {row["wardCode"]: dict(row) for row in database.execute(f"select * from admin_units where wardCode in ({marks})", list(codes))}
    unknown = [code for code in codes if code not in units]
    if unknown:
        database.close()
        raise CommandError(f"nobody knows where these units are: {', '.join(unknown[:10])}; import boundaries instead")
    plane = plane or Plane(_middle(units, "wardLon"), _middle(units, "wardLat"))
    new_of = _successors(folder, units)
    around = database.execute(
        "select * from admin_units_legacy where wardLat between ? and ? and wardLon between ? and ? order by wardCode, wardKey",
        _window(units),
    ).fetchall()
    database.close()
    return plane, _placed(plane, units, new_of, around)


def _package_data() -> Path:
    spec = find_spec("vietnamadminunits")
    if spec is None or spec.origin is None:
        raise CommandError("the positions of communes are in a package that is not here: pip install vietnamadminunits")
    return Path(spec.origin).parent / "data"


def _middle(units: Mapping[str, Any], column: str) -> float:
    return round(float(np.median([unit[column] for unit in units.values()])), 2)


def _window(units: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Where nine tenths of the units are and a margin: what lies far out at sea is no reason to look at half the country."""
    lat, lon = (np.array([unit[name] for unit in units.values()]) for name in ("wardLat", "wardLon"))
    spread = [(float(np.quantile(v, 0.02)) - MARGIN_DEGREES, float(np.quantile(v, 0.98)) + MARGIN_DEGREES) for v in (lat, lon)]
    return (*spread[0], *spread[1])


def _successors(folder: Path, units: Mapping[str, Any]) -> dict[str, str]:
    """Present code by the package's key of a former commune; one that was divided counts where most of it went."""
    made = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    code = {(unit["provinceKey"], unit["wardKey"]): number for number, unit in units.items()}
    found: dict[str, str] = {}
    for region in sorted({unit["provinceKey"] for unit in units.values()}):
        for new, olds in made["DICT_PROVINCE_WARD_NO_DIVIDED"].get(region, {}).items():
            found |= {old: code[region, new] for old in olds if (region, new) in code}
        for old, parts in made["DICT_PROVINCE_WARD_DIVIDED"].get(region, {}).items():
            for part in parts:
                if part["isDefaultNewWard"] and (region, part["newWardKey"]) in code:
                    found[old] = code[region, part["newWardKey"]]
    return found


def _placed(plane: Plane, units: Mapping[str, Any], new_of: Mapping[str, str], around: Sequence[sqlite3.Row]) -> list[Place]:
    provinces = {key.partition("_")[0] for key in new_of}
    found = []
    for row in around:
        unit = new_of.get(f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey']}")
        at = plane.km(row["wardLat"], row["wardLon"])
        if row["provinceKey"] in provinces and (unit is None or not _believable(plane, at, units[unit])):
            continue
        found.append(Place(unit, at, row["wardBounds"]))
    seen = {place.unit for place in found}
    return found + [
        Place(code, plane.km(unit["wardLat"], unit["wardLon"]) + 0.01, None) for code, unit in sorted(units.items()) if code not in seen
    ]


def _believable(plane: Plane, at: Point, unit: Mapping[str, Any]) -> bool:
    away = float(np.linalg.norm(at - plane.km(unit["wardLat"], unit["wardLon"])))
    radius = float(np.sqrt(unit["wardAreaKm2"] / np.pi))
    return away < BELIEVABLE * radius
