"""What the answers look like, for OpenAPI: made of the same structs that are encoded."""

from __future__ import annotations

from typing import Any

import msgspec

from services.api.rows import CityRow, Row


class MapAnswer(msgspec.Struct, kw_only=True):
    """The map in one window, rate and kind. `age_seconds` only where it is stale; `covers` only where it was asked for."""

    as_of: str
    known_at: str
    version: int
    policy: int
    window: str
    first: str
    last: str
    rate: str
    kind: str
    stale: bool
    city: CityRow
    units: list[Row]
    age_seconds: int | None = None
    covers: dict[str, int] | None = None


def problem_schema() -> dict[str, Any]:
    """Every error, RFC 9457 with a code that stays."""
    texts = ("type", "title", "title_vi", "code", "detail")
    return {
        "type": "object",
        "required": [*texts, "status"],
        "properties": {**{key: {"type": "string"} for key in texts}, "status": {"type": "integer"}},
    }


def map_answers() -> dict[int | str, dict[str, Any]]:
    """`responses` of the map's route."""
    problem = {"content": {"application/problem+json": {"schema": problem_schema()}}}
    return {
        200: {"description": "The map", "content": {"application/json": {"schema": _inlined(MapAnswer)}}},
        304: {"description": "The reader has this version"},
        404: {"description": "Nothing is known of that time", **problem},
        422: {"description": "A parameter is not valid", **problem},
        503: {"description": "The map is still being loaded", **problem},
    }


def _inlined(of: type) -> dict[str, Any]:
    """A schema without references, which would point into another document."""
    (schema,), components = msgspec.json.schema_components([of], ref_template="{name}")

    def resolved(node: Any) -> Any:
        if isinstance(node, dict):
            return resolved(components[node["$ref"]]) if "$ref" in node else {key: resolved(value) for key, value in node.items()}
        return [resolved(each) for each in node] if isinstance(node, list) else node

    return dict(resolved(schema))
