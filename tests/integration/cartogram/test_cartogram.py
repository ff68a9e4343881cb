"""The cartogram is made of the catalogue: the shipped one again, and that of a city that nobody has prepared."""

from __future__ import annotations

import json
import sqlite3
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import shapely

from dunghen.cli.boundaries.command import draw_to_file
from dunghen.cli.cartogram.drawing import cartogram
from dunghen.cli.cartogram.hints import NO_HINTS
from dunghen.cli.data_folder import CommandError
from dunghen.contracts.geometries import shipped, unpacked
from dunghen.domain.units import Unit


def outlines(collection: dict[str, Any]) -> dict[str, Any]:
    return {feature["id"]: shapely.from_geojson(json.dumps(feature["geometry"])) for feature in collection["features"]}


def test_the_shipped_cartogram_comes_out_again(tmp_path: Path) -> None:
    """Another processor rounds otherwise: a cell may differ by a hair, not in shape or place."""
    said: list[str] = []
    draw_to_file("demo", tmp_path / "again.geojson", said.append)
    again, stored = json.loads((tmp_path / "again.geojson").read_text()), unpacked(shipped())
    assert again["bbox"] == pytest.approx(stored["bbox"], abs=1.0)
    assert {one["name"]: one["at"] for one in again["around"]} == {
        one["name"]: pytest.approx(one["at"], abs=1.0) for one in stored["around"]
    }
    new, old = outlines(again), outlines(stored)
    assert new.keys() == old.keys()
    for code, cell in old.items():
        assert shapely.intersection(cell, new[code]).area > 0.9 * shapely.union(cell, new[code]).area, code
    assert said == [f"{tmp_path / 'again.geojson'}: 94 units"]


def test_a_city_without_hints_gets_equal_cells_that_touch_and_are_the_same_every_time() -> None:
    units = communes_of("thanhphohue")
    first = cartogram(units, NO_HINTS)
    cells = outlines(first)
    assert len(cells) == len(units) > 30
    areas = [cell.area for cell in cells.values()]
    assert max(areas) < 1.2 * min(areas)
    whole = shapely.union_all([shapely.buffer(cell, 0.02) for cell in cells.values()])
    assert whole.geom_type == "Polygon"
    for feature in first["features"]:
        assert shapely.contains_xy(cells[feature["id"]], *feature["properties"]["label"])
    assert cartogram(units[::-1], NO_HINTS) == first


def test_units_that_nobody_knows_are_named() -> None:
    with pytest.raises(CommandError, match="A-1"):
        cartogram([Unit("A-1", "Bronx", "locality")], NO_HINTS)


def communes_of(province: str) -> list[Unit]:
    spec = find_spec("vietnamadminunits")
    assert spec is not None
    assert spec.origin is not None
    database = sqlite3.connect(Path(spec.origin).parent / "data" / "dataset.db")
    rows = database.execute("select wardCode, wardShort from admin_units where provinceKey = ?", (province,)).fetchall()
    database.close()
    return [Unit(code, name, "locality") for code, name in rows]
