"""A file of boundaries is read, matched and made into one coverage; what is wrong is listed with its place, and nothing is guessed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from dunghen.cli.boundaries.areas import FileError, read_areas
from dunghen.cli.boundaries.making import Wanted, body_of, made
from dunghen.cli.boundaries.matching import Fields, match
from dunghen.contracts.geometries import identity, packed, shipped, unpacked
from dunghen.domain.units import Unit
from tests import made_up_boundaries as city

HAI_CHAU = Unit("20242", "Hải Châu", "locality", "Phường", wire_codes=("H17.31.01",), aliases=("Phường Thạch Thang",))
THANH_KHE = Unit("20209", "Thanh Khê", "locality", "Phường")
TAM_MY = Unit("20965", "Tam Mỹ", "locality", "Xã")
NAMESAKE = Unit("20999", "Tam Mỹ", "locality", "Phường")
UNITS = (HAI_CHAU, THANH_KHE, TAM_MY, NAMESAKE)
SQUARE = {"type": "Polygon", "coordinates": [[[108, 16], [108.1, 16], [108.1, 16.1], [108, 16.1], [108, 16]]]}
BOW_TIE = {"type": "Polygon", "coordinates": [[[108, 16], [108.1, 16.1], [108.1, 16], [108, 16.1], [108, 16]]]}


def matched(*properties: dict[str, Any], fields: Fields | None = None) -> Any:
    return match([(f"features[{i}]", p) for i, p in enumerate(properties)], UNITS, fields or Fields())


@pytest.mark.parametrize(
    "properties",
    [
        {"code": "20242"},
        {"MA_XA": 20242},
        {"id": "H17.31.01"},
        {"name": "Phường Hải Châu"},
        {"ten": "Hai Chau"},
        {"TEN_XA": "UBND phường Hải Châu"},
        {"ten_xa": "P. Hải Châu"},
        {"name": "Hải Châu", "population": 20209},
    ],
)
def test_a_unit_is_found_by_any_code_of_it_or_by_its_name_however_spelt(properties: dict[str, Any]) -> None:
    assert matched(properties).found == {"20242": 0}


def test_the_fields_that_are_named_are_the_only_ones_that_are_read() -> None:
    assert matched({"code": "20242", "khu": "Thanh Khê"}, fields=Fields(code="none", name="KHU")).found == {"20209": 0}


def test_a_name_of_two_units_is_listed_not_guessed_and_its_type_or_a_code_decides() -> None:
    unsure = matched({"name": "Tam My"})
    assert unsure.found == {}
    assert unsure.ignored == ["features[0]: Tam My: may be Xã Tam Mỹ (20965) or Phường Tam Mỹ (20999)"]
    assert {unit.code for unit in unsure.missing} == {"20242", "20209", "20965", "20999"}
    assert matched({"name": "xã Tam Mỹ"}, {"name": "Tam Mỹ", "code": "20999"}).found == {"20965": 0, "20999": 1}


def test_two_areas_of_one_unit_are_a_fault_and_a_code_wins_over_a_name() -> None:
    twice = matched({"name": "Hải Châu"}, {"name": "Phường Thạch Thang"})
    assert twice.faults == ["Phường Hải Châu (20242): is there 2 times (features[0], features[1]); is the file from before a merger?"]
    assert matched({"name": "Hải Châu"}, {"code": "20242"}).found == {"20242": 1}


def test_what_is_no_unit_is_listed_with_its_name() -> None:
    assert matched({"name": "Atlantis"}, {}).ignored == [
        "features[0]: Atlantis: is no unit of this city",
        "features[1]: no name: is no unit of this city",
    ]


def refused(tmp_path: Path, content: Any) -> str:
    file = tmp_path / "b.geojson"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    with pytest.raises(FileError) as fault:
        read_areas(file)
    return str(fault.value)


def of(*geometries: Any, **more: Any) -> dict[str, Any]:
    features = [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in geometries]
    return {"type": "FeatureCollection", "features": features, **more}


PROJECTED = {"type": "Polygon", "coordinates": [[[545123, 1780000], [546000, 1780000], [546000, 1781000], [545123, 1780000]]]}
SWAPPED = {"type": "Polygon", "coordinates": [[[16, 108], [16.1, 108], [16.1, 108.1], [16, 108]]]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ({"type": "Topology"}, "is no GeoJSON FeatureCollection"),
        (of(), "has no features"),
        (
            of(SQUARE, crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3405"}}),
            "crs: is urn:ogc:def:crs:EPSG::3405; longitude",
        ),
        (of(PROJECTED), "features[0]: (545123, 1.78e+06): is not longitude and latitude but projected"),
        (of(SWAPPED), "features[0]: (16, 108): latitude stands before longitude"),
        (of(SQUARE, BOW_TIE), "features[1]: geometry: Self-intersection[108.05 16.05]; --repair mends it"),
        (of(SQUARE, {"type": "Point", "coordinates": [108, 16]}), "features[1]: geometry: is Point; Polygon or MultiPolygon is needed"),
        (of(SQUARE, None, 7), "features[1]: is no feature with a geometry"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_is_wrong_and_where(tmp_path: Path, content: Any, said: str) -> None:
    text = refused(tmp_path, content)
    assert said in text
    assert text.startswith("nothing was changed:")


@pytest.mark.parametrize("crs", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326"])
def test_longitude_and_latitude_may_be_named_and_crossed_outlines_mended(tmp_path: Path, crs: str) -> None:
    file = city.written(tmp_path / "b.geojson", of(BOW_TIE, crs={"type": "name", "properties": {"name": crs}}))
    (area,) = read_areas(file, repair=True)
    assert area.geometry.is_valid
    assert area.geometry.area == pytest.approx(0.005)


CITY_UNITS = [Unit(code, unit["name"], "locality") for code, unit in city.places().items()]


@pytest.fixture(scope="module")
def exact() -> dict[str, Any]:
    return city.areas()


def outlines(collection: dict[str, Any]) -> dict[str, Any]:
    return {f["id"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in collection["features"] if f["geometry"]}


def test_simplified_boundaries_still_share_their_borders_and_every_unit_is_where_it_was(exact: dict[str, Any]) -> None:
    collection = made(exact, CITY_UNITS, Wanted(points=3000, boxed=("20333",)))
    drawn = outlines(collection)
    assert shapely.coverage_is_valid(list(drawn.values()))
    assert sum(map(shapely.get_num_coordinates, drawn.values())) <= 3000 < sum(map(shapely.get_num_coordinates, exact.values()))
    for code, area in exact.items():
        assert shapely.intersection(area, drawn[code]).area > 0.9 * shapely.union(area, drawn[code]).area
    for feature in collection["features"]:
        inset = feature["properties"]["inset"]
        assert inset == (feature["id"] == "20333")
        assert inset or shapely.contains_xy(drawn[feature["id"]], *feature["properties"]["label"])
    assert unpacked(body_of(collection)) == collection


def test_borders_digitised_twice_become_one(exact: dict[str, Any]) -> None:
    """A few metres of difference, on both sides: slits and overlaps all along."""

    def shaken(code: str, area: Any) -> Any:
        return shapely.make_valid(shapely.transform(area, lambda points: points + 2e-5 * np.sin(points[:, ::-1] * 1e5 + int(code))))

    drawn = outlines(made({code: shaken(code, area) for code, area in exact.items()}, CITY_UNITS, Wanted(boxed=("20333",))))
    assert shapely.coverage_is_valid(list(drawn.values()))
    assert {area.geom_type for area in drawn.values()} == {"Polygon"}
    assert shapely.union_all(list(drawn.values())).area == pytest.approx(shapely.union_all(list(exact.values())).area, rel=0.001)


def test_units_that_overlap_are_refused_by_name_and_size(exact: dict[str, Any]) -> None:
    grown = {**exact, city.HAI_CHAU: shapely.buffer(exact[city.HAI_CHAU], 0.01)}
    with pytest.raises(FileError) as fault:
        made(grown, CITY_UNITS, Wanted(boxed=("20333",)))
    assert all("Hải Châu (20242)" in line and line.endswith("km²") for line in fault.value.faults)
    made(grown, CITY_UNITS, Wanted(share=0.9, boxed=("20333",)))


def test_a_unit_far_out_at_sea_is_an_inset_and_does_not_shrink_the_map(exact: dict[str, Any]) -> None:
    collection = made({**exact, "20333": city.HOANG_SA_SQUARE}, CITY_UNITS, Wanted())
    assert [f["id"] for f in collection["features"] if f["properties"]["inset"]] == ["20333"]
    assert collection["bbox"][2] < 110


def test_an_area_inside_another_is_no_unit_of_its_own(exact: dict[str, Any]) -> None:
    inside = shapely.buffer(shapely.point_on_surface(exact[city.HAI_CHAU]), 0.0001)
    with pytest.raises(FileError, match=r"Hoàng Sa \(20333\)"):
        made({**exact, "20333": inside}, CITY_UNITS, Wanted(share=1.0))


def test_a_packed_geometry_has_one_identity_and_what_is_none_is_refused() -> None:
    text = json.dumps(unpacked(shipped())).encode()
    assert identity(packed(text)) == identity(gzip.compress(text, 1)) != identity(shipped())
    with pytest.raises(ValueError, match="not a packed"):
        unpacked(b"no")
    with pytest.raises(ValueError, match="not a packed"):
        unpacked(packed(b"[]"))
