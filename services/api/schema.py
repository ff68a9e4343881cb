"""What the answers look like, for OpenAPI: made of the same structs that are encoded."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI

from services.api.rows import CityRow, Row
from services.api.unit_page import UnitAnswer, UnitIdentity


class MapRow(Row, kw_only=True):
    """A unit; what follows `stale` only by an indicator: see `IndicatorRow`."""

    points: float | None = None
    maximum: int | None = None
    reason: str = ""
    standing: str = ""


class MapCity(CityRow, kw_only=True):
    """The city, likewise."""

    points: float | None = None
    maximum: int | None = None
    reason: str = ""
    standing: str = ""


class MapAnswer(msgspec.Struct, kw_only=True):
    """The map in one window, rate or indicator, and kind. `age_seconds` only where it is stale; `covers` only where it was asked for."""

    as_of: str
    known_at: str
    version: int
    policy: int
    window: str
    first: str
    last: str
    rate: str | None
    indicator: str | None
    kind: str
    stale: bool
    city: MapCity
    units: list[MapRow]
    age_seconds: int | None = None
    covers: dict[str, int] | None = None
    facts: dict[str, int] | None = None


class UnitsAnswer(msgspec.Struct, kw_only=True):
    """All units of the shown day."""

    version: int
    units: list[UnitIdentity]


REFUSALS = {
    404: "There is no such unit, or nothing is known of that time",
    422: "A parameter is not valid",
    503: "The map is still being loaded",
}


def problem_schema() -> dict[str, Any]:
    """Every error, RFC 9457 with a code that stays."""
    texts = ("type", "title", "title_vi", "code", "detail")
    return {
        "type": "object",
        "required": [*texts, "status"],
        "properties": {**{key: {"type": "string"} for key in texts}, "status": {"type": "integer"}},
    }


_PROBLEM = {"content": {"application/problem+json": {"schema": problem_schema()}}}


def answers(of: type, what: str, *refusals: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with this struct, or with a problem of these statuses."""
    return struct_answers(of, what) | {status: {"description": REFUSALS[status], **_PROBLEM} for status in (*refusals, 503)}


def struct_answers(of: type, what: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with this struct."""
    return {200: {"description": what, "content": {"application/json": {"schema": _inlined(of)}}}}


def say_problems(app: FastAPI) -> None:
    """What is not valid is a problem like every other error (422, `problems`): FastAPI describes a body of its own there."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        schema = plain()
        for route in (route for methods in schema["paths"].values() for route in methods.values()):
            if "422" in route["responses"]:
                route["responses"]["422"] = {"description": REFUSALS[422], **_PROBLEM}
        for name in ("HTTPValidationError", "ValidationError"):
            schema.get("components", {}).get("schemas", {}).pop(name, None)
        return schema

    app.openapi = described  # type: ignore[method-assign]


def map_answers() -> dict[int | str, dict[str, Any]]:
    """`responses` of the map's route."""
    return answers(MapAnswer, "The map", 404, 422) | {304: {"description": "The reader has this version"}}


def file_answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with a file."""
    refused: dict[int | str, dict[str, Any]] = {status: {"description": REFUSALS[status], **_PROBLEM} for status in (404, 422, 503)}
    return {200: {"description": "The file", "content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}} | refused


def unit_answers() -> dict[int | str, dict[str, Any]]:
    """`responses` of a unit's route."""
    return answers(UnitAnswer, "The unit", 404, 422)


def units_answers() -> dict[int | str, dict[str, Any]]:
    """`responses` of the list of units."""
    return answers(UnitsAnswer, "All units")


def _inlined(of: type) -> dict[str, Any]:
    """A schema without references, which would point into another document."""
    (schema,), components = msgspec.json.schema_components([of], ref_template="{name}")

    def resolved(node: Any) -> Any:
        if isinstance(node, dict):
            return resolved(components[node["$ref"]]) if "$ref" in node else {key: resolved(value) for key, value in node.items()}
        return [resolved(each) for each in node] if isinstance(node, list) else node

    return dict(resolved(schema))
