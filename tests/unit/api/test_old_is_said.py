"""What is served while the board, the projector or Kafka is away says that it is old, on every open route that shows what is live
(architecture.md §7); and nobody who holds the tag of what was live is told that it still is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from whole_app import WholeApp, whole_app

from dunghen.domain.access import What
from services.api.access_table import ROUTES

Said = tuple[bool, int | None]  # stale, age in seconds


def in_json(answer: httpx.Response) -> Said:
    body = answer.json()
    return body["stale"], body.get("age_seconds")


def in_csv(answer: httpx.Response) -> Said:
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    ((stale, age),) = {(row["map_stale"], row["map_age_seconds"]) for row in rows}
    return {"true": True, "false": False}[stale], int(age) if age else None


def in_xlsx(answer: httpx.Response) -> Said:
    columns, *rows = load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    ((stale, age),) = {(row[columns.index("map_stale")], row[columns.index("map_age_seconds")]) for row in rows}
    return bool(stale), age


def in_a_picture(answer: httpx.Response) -> Said:
    return "url(#old)" in answer.text, None


READ: Mapping[str, Callable[[httpx.Response], Said]] = {".csv": in_csv, ".xlsx": in_xlsx, ".svg": in_a_picture}
THEN = "2026-11-16T07:59:30%2B07:00"
PAST = ["", "window=2026-10", "as_of=2026-11-15", f"known_at={THEN}"]
QUERIES = {
    "changes": ["since=7", f"since={THEN}"],
    "facts": ["unit=20242", "code=TEST.TOLD"],
    "map": [*PAST, "include=covers", "updated_since=7", "indicator=TEST.TOLD"],
    **dict.fromkeys(("map.csv", "map.xlsx", "map.geojson", "units/{code}"), PAST),
}
CODES = {"rankings/{code}": ["RANKED"], "units/{code}/indicators": ["20242", "H17"], "units/{code}/look-ahead": ["20242", "H17"]}
NOT_LIVE = {
    "stream": "its frames `snapshot` and `tick` say it: tests of streams",
    "geometry": "shapes, no figures",
    "definitions": "words, no figures",
    "procedures": "rules, no figures",
    "reconciliations": "each with the instant at which it was made",
}
OPEN = [
    path.removeprefix("/api/v1/") for (method, path), what in ROUTES.items() if what is What.OPEN and method == "GET" and "/api/v1/" in path
]
LIVE = [
    f"/api/v1/{path.replace('{code}', code)}?{query}".rstrip("?")
    for path in OPEN
    if path not in NOT_LIVE
    for code in CODES.get(path, ["20242"])
    for query in QUERIES.get(path, [""])
]


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[WholeApp]:
    async with whole_app(tmp_path) as made:
        yield made


def said(answer: httpx.Response, address: str) -> Said | None:
    """None where it says nothing of it."""
    try:
        return READ.get(Path(address.partition("?")[0]).suffix, in_json)(answer)
    except (KeyError, ValueError):
        return None


def test_every_open_route_is_looked_at() -> None:
    assert set(NOT_LIVE) < set(OPEN)
    assert len(LIVE) > 25


@pytest.mark.parametrize("trouble", [{"lag_seconds": 90.0}, {"silent_seconds": 90}], ids=["Kafka away", "projector dead"])
async def test_what_is_old_says_so_and_is_sent_to_who_holds_what_was_live(app: WholeApp, trouble: dict[str, Any]) -> None:
    assert {address: wrong for address in LIVE if (wrong := await wrong_with(app, address, trouble))} == {}


async def wrong_with(app: WholeApp, address: str, trouble: Mapping[str, Any]) -> str:
    """What an address does not do: live, old, live again."""
    app.hear()
    live = await app.http.get(address)
    if live.status_code != 200 or said(live, address) != (False, None):
        return f"live: {live.status_code} {live.text[:200]}"
    held = {"if-none-match": live.headers["etag"]} if "etag" in live.headers else {}
    app.hear(**trouble)
    old = await app.http.get(address, headers=held)
    if old.status_code != 200 or old.headers.get("etag") in held.values():
        return f"old: {old.status_code}, the tag of what was live"
    ages = (None,) if address.partition("?")[0].endswith(".svg") else (90, 91, 92)
    if (told := said(old, address)) not in [(True, age) for age in ages]:
        return f"old: {told}"
    app.hear()
    again = await app.http.get(address, headers=held)
    return "" if again.status_code == (304 if held else 200) else f"again: {again.status_code}"


async def test_no_feed_is_said_to_speak_while_nobody_can_know(app: WholeApp) -> None:
    assert [(feed["source"], feed["stale"]) for feed in (await app.http.get("/api/v1/feeds")).json()["feeds"]] == [("S", False)]
    app.hear(silent_seconds=90)
    assert [(feed["source"], feed["stale"]) for feed in (await app.http.get("/api/v1/feeds")).json()["feeds"]] == [("S", True)]


async def test_in_geojson_it_stands_at_the_top_beside_the_features(app: WholeApp) -> None:
    app.hear(lag_seconds=90.0)
    body = (await app.http.get("/api/v1/map.geojson")).json()
    assert (body["type"], body["stale"], {feature["properties"]["stale"] for feature in body["features"]}) == (
        "FeatureCollection",
        True,
        {False},
    )
