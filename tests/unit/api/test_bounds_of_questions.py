"""Whatever number, date, instant or cursor stands in a question: what no store and no calendar holds is no fault of ours."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from whole_app import WholeApp, whole_app

HUGE = [str(1 << 63), str(-(1 << 63) - 1), str(10**30), "9" * 5000, "-1", "1e400", "NaN"]
DATES = ["0001-01-01", "9999-12-31", "1969-12-31", "10000-01-01", "99999999999999999999", "-99999999999999999999", "1e300", "inf", "NaN"]
INSTANTS = [
    *DATES,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.999999",
    "2026-11-16T08:00:00+23:59",
]
PERIODS = ["0000", "0001", "9999", "0001-01", "9999-12", "9999-Q4", "0001-01-01", "9999-12-31", "1970", "1970-01", "99999999999999999999"]
VERSIONS = ["9" * 18, "9" * 19, "0", "٣", *INSTANTS]
GIVEN = {
    "/api/v1/changes": {"since": "1"},
    "/api/v1/facts": {"unit": "20242"},
    "/api/v1/units/{code}/justifications": {"about": "RANKED.POINTS", "period": "2025"},
}
ENDLESS = ("/api/v1/stream", "/api/v1/officials/stream")
CODES = {"/api/v1/rankings/": "RANKED", "/api/v1/officials/rankings/": "RANKED", "/api/v1/dossiers/": "D1"}


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[WholeApp]:
    async with whole_app(tmp_path) as made:
        yield made


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


CURSORS = [
    before + cursor(f"[{n},{rest}]") for n in (1 << 63, -(1 << 63) - 1, 10**30) for rest in ('"d"', '1,"d"') for before in ("", "0.")
]
NAMED = {"after": CURSORS, "since": VERSIONS, "window": PERIODS, "period": PERIODS, "month": PERIODS}


def values_of(parameter: Mapping[str, Any]) -> list[str]:
    """What nobody should send for a parameter, by its name or by its type."""
    schema = parameter["schema"]
    types = {(one.get("type"), one.get("format")) for one in (schema, *schema.get("anyOf", ()))}
    found = list(NAMED.get(parameter["name"], ()))
    found += HUGE if ("integer", None) in types else []
    return found + (DATES if ("string", "date") in types else INSTANTS if ("string", "date-time") in types else [])


def questions(said: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(path as declared, path as asked, query) of everything that is read and takes such a parameter."""
    for path, methods in said["paths"].items():
        if path in ENDLESS or "get" not in methods:
            continue
        code = next((code for start, code in CODES.items() if path.startswith(start)), "20242")
        asked = path.replace("{code}", code).replace("{desk}", "20242.Q01")
        for parameter in methods["get"].get("parameters", ()):
            if parameter["in"] == "query":
                for value in values_of(parameter):
                    yield path, asked, {**GIVEN.get(path, {}), parameter["name"]: value}


async def test_no_number_date_instant_or_cursor_makes_a_fault_of_ours(app: WholeApp) -> None:
    wrong, seen = dict[str, int](), set[tuple[str, str]]()
    for path, asked, query in questions(app.said()):
        answer = await app.http.get(asked, params=query, headers=dict(app.operator))
        seen |= {(path, name) for name in query}
        if answer.status_code not in (200, 304, 403, 404, 410, 422):
            wrong[f"{asked}?{str(query)[:120]}"] = answer.status_code
    assert wrong == {}
    assert {name for _, name in seen} >= {
        "after",
        "since",
        "limit",
        "as_of",
        "known_at",
        "updated_since",
        "year",
        "days",
        "status",
        "window",
    }
    assert {path for path, name in seen if name == "after"} >= {
        f"/api/v1/{path}"
        for path in ("facts", "tasks", "notices", "follow-ups", "units/{code}/dossiers", "units/{code}/explanation/dossiers")
    }


@pytest.mark.parametrize("path", ["/units/20242/dossiers", "/notices", "/units/20242/explanation/dossiers"])
async def test_a_made_up_cursor_with_a_number_that_no_store_holds_is_not_valid(app: WholeApp, path: str) -> None:
    for after in CURSORS:
        answer: httpx.Response = await app.http.get(f"/api/v1{path}", params={"after": after}, headers=dict(app.operator))
        assert (answer.status_code, answer.json()["detail"]) == (422, "not valid: after")
