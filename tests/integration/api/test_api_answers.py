from __future__ import annotations

import io
from typing import Any

import jsonschema
import openpyxl
import pytest
from api_world import BODIES, MONDAY_8_00, World, score

from dunghen.contracts.topics import UNIT_SCORES
from dunghen.domain.access import What
from services.api.access_table import ROUTES
from tests.eventually import eventually_async as eventually


async def test_an_answer_has_a_strong_tag_and_is_not_sent_twice(world: World) -> None:
    first = await world.http.get("/api/v1/map", params={"window": "7d"})
    assert first.headers["etag"].startswith('"')
    again = await world.http.get("/api/v1/map", params={"window": "7d"}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await world.http.get("/api/v1/map", params={"window": "30d"}, headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/map", "/api/v1/units/20242", "/api/v1/definitions"])
async def test_answers_are_compressed_for_those_who_take_that(world: World, path: str) -> None:
    packed, plain = [await world.http.get(path, headers={"Accept-Encoding": coding}) for coding in ("gzip, br", "identity")]
    assert (packed.headers.get("content-encoding"), "content-encoding" in plain.headers) == ("gzip", False)
    assert (packed.text, packed.headers["vary"]) == (plain.text, "Accept-Encoding")
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.headers.get("etag", "1") != plain.headers.get("etag", "2")  # a strong tag is of the bytes that are sent


async def test_the_date_of_an_answer_is_the_clock_of_the_city(world: World) -> None:
    answer = await world.http.get("/api/v1/map")
    assert answer.headers["date"] == "Mon, 16 Nov 2026 01:00:00 GMT"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/map?window=fortnight", 422, "INVALID_PARAMETER"),
        ("/api/v1/map?rate=best", 422, "INVALID_PARAMETER"),
        ("/api/v1/stream?kind=ward", 422, "INVALID_PARAMETER"),
        ("/api/v1/changes", 422, "INVALID_PARAMETER"),
        ("/api/v1/units/99999", 404, "UNKNOWN_UNIT"),
        ("/api/v1/units/20242?window=fortnight", 422, "INVALID_PARAMETER"),
        ("/api/v1/units/20242?as_of=2026-11-17", 422, "INVALID_PARAMETER"),
        ("/api/v1/units/99999/badge.svg", 404, "UNKNOWN_UNIT"),
        ("/api/v1/units/20242/badge.svg?window=2026-10", 422, "INVALID_PARAMETER"),
        ("/api/v1/nothing", 404, "NOT_FOUND"),
        ("/assets/../../settings.py", 404, "NOT_FOUND"),
        ("/api/v1/session", 401, "UNAUTHENTICATED"),
        ("/api/v1/units/20242/dossiers", 401, "UNAUTHENTICATED"),
        ("/api/v1/dossiers/000.01.31.H17-260105-0001", 401, "UNAUTHENTICATED"),
        ("/api/v1/notices", 401, "UNAUTHENTICATED"),
    ],
)
async def test_what_cannot_be_answered_is_a_problem_with_a_code_that_stays(world: World, path: str, status: int, code: str) -> None:
    answer = await world.http.get(path)
    assert (answer.status_code, answer.json()["code"], answer.headers["content-type"]) == (status, code, "application/problem+json")
    assert "fortnight" not in answer.text


async def test_who_is_not_signed_in_reads_at_officials_how_one_gets_a_link(world: World) -> None:
    answer = await world.http.get("/officials")
    assert (answer.status_code, answer.headers["cache-control"], answer.headers["content-type"]) == (
        401,
        "no-store",
        "text/html; charset=utf-8",
    )
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "liên kết đăng nhập dùng một lần" in answer.text
    assert "one-time link" in answer.text
    assert (await world.http.get("/officials.html")).status_code == 404  # only behind the session's headers


async def test_officials_routes_are_not_for_other_sites(world: World) -> None:
    assert "access-control-allow-origin" not in (await world.http.get("/api/v1/notices")).headers
    assert "access-control-allow-origin" not in (await world.http.options("/api/v1/units/20242/dossiers")).headers
    assert (await world.http.options("/api/v1/map")).headers["access-control-allow-origin"] == "*"


async def test_sheets_and_geojson_say_the_same_as_json(world: World) -> None:
    rows = (await world.map())["units"]
    sheet = await world.http.get("/api/v1/map.xlsx")
    names, *lines = openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True)
    assert sheet.headers["content-disposition"] == 'attachment; filename="dunghen-month-official-all.xlsx"'
    told = [dict(zip(names, line, strict=True)) for line in lines]
    assert [{k: unit[k] for k in ("code", "name", "value", "numerator", "few", "band")} for unit in told] == [
        {k: row[k] for k in ("code", "name", "value", "numerator", "few", "band")} for row in rows
    ]
    assert {unit["as_of"].date().isoformat() for unit in told} == {"2026-11-16"}
    csv = (await world.http.get("/api/v1/map.csv")).content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in csv[1:]] == [row["code"] for row in rows]
    shapes = (await world.http.get("/api/v1/map.geojson")).json()
    assert [{k: f["properties"][k] for k in rows[0]} for f in shapes["features"]] == rows
    assert shapes["features"][0]["geometry"]["type"] == "Polygon"
    assert shapes["features"][2]["geometry"] is None


async def test_changes_since_a_version_are_the_rows_that_are_other(world: World) -> None:
    before = await world.map()
    none = (await world.http.get("/api/v1/changes", params={"since": before["version"]})).json()
    assert none["units"] == []
    gone = await world.http.get("/api/v1/changes", params={"since": 5})
    assert (gone.status_code, gone.json()["code"]) == (410, "VERSION_GONE")


async def test_a_unit_that_left_is_said_to_who_asks_what_is_other(world: World) -> None:
    before = await world.map()
    since = {"updated_since": before["version"]}
    same = (await world.http.get("/api/v1/map", params=since)).json()
    assert (same["units"], same["gone"], same["stale"]) == ([], [], False)
    units = [unit for unit in BODIES["units"]["units"] if unit["code"] != "20194"]
    await world.policy(2, {**BODIES, "units": {"units": units}})
    await world.scores(score("20242", 95, 6, policy=2), score("H17.10", 7, 3, policy=2))
    await world.say(UNIT_SCORES, "20194", None)  # it counts no dossier any more
    await world.levels(policy=2)
    told = await eventually(lambda: without_a_unit(world, since))
    assert (told["gone"], "20242" in {unit["code"] for unit in told["units"]}) == (["20194"], True)
    assert (await world.http.get("/api/v1/changes", params={"since": before["version"]})).json() == told
    for wrong in ({"as_of": "2026-11-13"}, {"known_at": "2026-11-16T07:00:00+07:00"}):
        assert (await world.http.get("/api/v1/map", params={**since, **wrong})).json()["code"] == "INVALID_PARAMETER"


async def without_a_unit(world: World, since: dict[str, Any]) -> dict[str, Any] | None:
    answer: dict[str, Any] = (await world.http.get("/api/v1/map", params=since)).json()
    return answer if answer["gone"] else None


KEPT_BY_NOBODY = {"/api/v1/stream"}  # an answer that does not end


@pytest.mark.parametrize(
    "path",
    sorted(
        {path for (method, path), what in ROUTES.items() if what is What.OPEN and "/api/" in path and "{" not in path.replace("{code}", "")}
        - KEPT_BY_NOBODY
    ),
)
async def test_every_public_answer_has_a_strong_tag_of_its_content_and_is_not_sent_twice(world: World, path: str) -> None:
    needed: dict[str, Any] = {"/api/v1/changes": {"since": (await world.map())["version"]}, "/api/v1/facts": {"unit": "20242"}}
    asked: dict[str, Any] = {"url": path.replace("{code}", "20242"), "params": needed.get(path, {})}
    first = await world.http.get(**asked)
    if first.status_code == 404:  # nothing of that kind in this city
        return
    assert (first.status_code, first.headers["etag"][0]) == (200, '"')
    again = await world.http.get(**asked, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = await world.http.get(**asked, headers={"If-None-Match": '"other"', "Accept-Encoding": "identity"})
    assert other.status_code == 200
    assert other.content == first.content


async def test_a_unit_is_told_in_all_windows_and_rates(world: World) -> None:
    unit = (await world.http.get("/api/v1/units/20242")).json()
    assert set(unit["windows"]) == {"today", "7d", "30d", "90d", "month", "quarter", "year"}
    assert unit["windows"]["quarter"]["first"] == "2026-10-01"
    assert unit["windows"]["month"]["rates"]["official"]["numerator"] == 95
    assert [u["code"] for u in (await world.http.get("/api/v1/units")).json()["units"]] == ["20242", "20194", "H17.10"]


async def test_a_badge_is_a_picture_that_any_site_may_show_and_is_not_sent_twice(world: World) -> None:
    first = await world.http.get("/api/v1/units/20242/badge.svg", params={"lang": "en"})
    assert first.headers["content-type"] == "image/svg+xml"
    assert first.headers["access-control-allow-origin"] == "*"
    assert "max-age=60" in first.headers["cache-control"]
    assert all(part in first.text for part in ("Phường Hải Châu", "B · 95.0 %", "n = 100", "1–16/11/2026"))
    again = await world.http.get("/api/v1/units/20242/badge.svg?lang=en", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_feeds_and_definitions_are_open(world: World) -> None:
    await world.feed("H17.31", MONDAY_8_00, "20242")
    words = (await world.http.get("/api/v1/definitions")).json()
    assert words["bands"]["green"]["from"] == 0.9
    assert words["errors"]["NOT_READY"]["status"] == 503
    assert (await world.http.get("/api/v1/feeds")).status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json", "/docs"])
async def test_operators_find_what_they_look_for(world: World, path: str) -> None:
    answer = await world.http.get(path)
    assert answer.status_code == 200


async def test_figures_of_the_api_are_for_this_machine_alone(world: World) -> None:
    handed_on = await world.http.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    assert (handed_on.status_code, handed_on.json()["code"]) == (401, "UNAUTHENTICATED")


async def test_pages_that_are_not_built_say_what_to_do(open_world: Any, tmp_path: Any) -> None:
    async with open_world(static=tmp_path) as world:
        answer = await world.http.get("/")
        assert (answer.status_code, "make setup" in answer.text) == (503, True)
        (tmp_path / "assets").mkdir()
        (tmp_path / "index.html").write_text("<h1>map</h1>")
        (tmp_path / "wall.html").write_text("<h1>wall</h1>")
        (tmp_path / "assets" / "index-abc.js").write_text("1")
        assert (await world.http.get("/")).text == "<h1>map</h1>"
        assert (await world.http.get("/wall")).text == "<h1>wall</h1>"
        script = await world.http.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip"})
        assert ("immutable" in script.headers["cache-control"], script.headers["content-encoding"], script.text) == (True, "gzip", "1")
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        plain = await world.http.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
        assert ("content-encoding" in plain.headers, plain.text) == (False, "1")
        assert plain.headers["etag"] != script.headers["etag"]
        again = await world.http.get("/wall", headers={"If-None-Match": (await world.http.get("/wall")).headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def answer_schema(document: dict[str, Any], path: str) -> dict[str, Any]:
    schema: dict[str, Any] = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize(("path", "address"), [("/api/v1/units", "/api/v1/units"), ("/api/v1/units/{code}", "/api/v1/units/20242")])
async def test_the_published_schema_of_the_units_is_what_is_sent(world: World, path: str, address: str) -> None:
    schema = answer_schema((await world.http.get("/openapi.json")).json(), path)
    body = (await world.http.get(address)).json()
    jsonschema.validate(body, schema)
    assert set(body) | {"age_seconds"} == set(schema["properties"])  # that one only where it is stale


async def test_the_published_schema_of_the_map_is_what_is_sent(world: World) -> None:
    schema = answer_schema((await world.http.get("/openapi.json")).json(), "/api/v1/map")
    body = (await world.http.get("/api/v1/map")).json()
    jsonschema.validate(body, schema)
    row, by_an_indicator = schema["properties"]["units"]["items"], {"points", "maximum", "exact", "reason", "standing"}
    assert set(body["units"][0]) == set(row["required"]) == set(row["properties"]) - by_an_indicator
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**body, "version": "1"}, schema)
