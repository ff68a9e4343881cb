"""What the answers look like, for OpenAPI: made of the same structs that are encoded."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI

from services.api.rows import CityRow, Row
from services.api.unit_page import UnitAnswer, UnitIdentity
from services.api.withdrawn import WithdrawnYear


class MapRow(Row, kw_only=True):
    """A unit; what follows `stale` only by an indicator: see `IndicatorRow`."""

    points: float | None = None
    maximum: int | None = None
    reason: str = ""
    standing: str = ""
    exact: str | None = None


class MapCity(CityRow, kw_only=True):
    """The city, likewise."""

    points: float | None = None
    maximum: int | None = None
    reason: str = ""
    standing: str = ""
    exact: str | None = None


class MapAnswer(msgspec.Struct, kw_only=True):
    """The map in one window, rate or indicator, and kind. `age_seconds` only where it is stale; `covers` only where it was asked for,
    `gone` (codes of units that left) only after a version; `withdrawn` only by an indicator as known at an instant: its set's years that
    were public then and were withdrawn since.
    """

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
    desks: dict[str, int] | None = None
    gone: list[str] | None = None
    withdrawn: list[WithdrawnYear] | None = None


class Was(msgspec.Struct, kw_only=True):
    """A row as it was at an instant, when its counters changed last, and since when it has its present band; None: not since then."""

    numerator: int
    denominator: int
    band: str
    few: bool
    value: float | None
    received: int
    finished: int
    pending: int
    overdue: int
    changed_at: str | None
    band_changed_at: str | None


class MapChange(msgspec.Struct, kw_only=True):
    """Frame `change` of the stream: the rows that changed, whole, and the city."""

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
    city: MapCity
    units: list[MapRow]


class ChangesAnswer(MapChange, kw_only=True):
    """The rows that changed; what they were (`before`, by code) only after an instant."""

    stale: bool = False
    age_seconds: int | None = None
    gone: list[str] = []
    since: str | None = None
    city_before: CityRow | None = None
    before: dict[str, Was] | None = None


class FeedNews(msgspec.Struct, kw_only=True):
    """A sending system that fell silent or speaks again."""

    source: str
    seen_at: str
    stale: bool
    units: list[str]


class Tick(msgspec.Struct, kw_only=True):
    """Frame `tick` of the stream. `version`: of the newest picture; ages in seconds, None where they are not known."""

    server_time: str
    kafka_lag_seconds: float | None
    version: int
    geometry: str
    stale: bool
    age_seconds: float | None
    feeds: list[FeedNews]


class ChangedFrame(msgspec.Struct):
    """Frame `changed` of the officials' stream: what is to be fetched again."""

    dossiers: list[str]
    units: list[str]
    notices: bool


class Feed(msgspec.Struct, kw_only=True):
    """One sending system; instants in ISO 8601. `missing`: records said to be sent and not counted, None: it never said."""

    source: str
    seen_at: str
    record_at: str | None
    accepted_count: int
    refused_count: int
    missing: int | None
    stale: bool
    units: list[str]


class FeedsAnswer(msgspec.Struct, kw_only=True):
    """All sending systems. `age_seconds` only where the picture is old: then every feed is stale, for nobody can say which still speak."""

    version: int
    feeds: list[Feed]
    stale: bool = False
    age_seconds: int | None = None


class UnitsAnswer(msgspec.Struct, kw_only=True):
    """All units of the shown day. `age_seconds` only where it is stale."""

    version: int
    units: list[UnitIdentity]
    stale: bool = False
    age_seconds: int | None = None


REFUSALS = {
    404: "There is no such unit, or nothing is known of that time",
    408: "The body did not come in time",
    410: "What was asked for is not kept any more",
    422: "A parameter is not valid",
    503: "The map is still being loaded",
}


KNOWN = {"description": "The reader has this version"}


def problem_schema() -> dict[str, Any]:
    """Every error, RFC 9457 with a code that stays."""
    texts = ("type", "title", "title_vi", "code", "detail")
    return {
        "type": "object",
        "required": [*texts, "status"],
        "properties": {**{key: {"type": "string"} for key in texts}, "status": {"type": "integer"}},
    }


_PROBLEM = {"content": {"application/problem+json": {"schema": problem_schema()}}}


def answers(of: type, what: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with this struct, or with a problem of these statuses."""
    return {**struct_answers(of, what), **refusals(*statuses)}


def struct_answers(of: type, what: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with this struct."""
    return {200: {"description": what, "content": {"application/json": {"schema": _inlined(of)}}}}


def body_of(struct: type, media_type: str = "application/json") -> dict[str, Any]:
    """`openapi_extra` of a route that reads its body itself."""
    return {"requestBody": {"required": True, "content": {media_type: {"schema": _inlined(struct)}}}}


def say_problems(app: FastAPI) -> None:
    """What is refused is a problem everywhere, also what is not valid, for which FastAPI describes a body of its own; and any route may say
    that the map is being loaded.
    """
    plain = app.openapi

    def described() -> dict[str, Any]:
        schema = plain()
        for route in (route for methods in schema["paths"].values() for route in methods.values()):
            _say_refusals(route)
        for name in ("HTTPValidationError", "ValidationError"):
            schema.get("components", {}).get("schemas", {}).pop(name, None)
        return schema

    app.openapi = described  # type: ignore[method-assign]


def _say_refusals(route: dict[str, Any]) -> None:
    responses = route["responses"]
    responses.setdefault("503", {"description": REFUSALS[503]})
    if "requestBody" in route or "parameters" in route:
        responses["422"] = {"description": REFUSALS[422]}
    if "requestBody" in route:
        responses["408"] = {"description": REFUSALS[408]}
    for status in [status for status in responses if status >= "400"]:
        responses[status] = {"description": responses[status]["description"], **_PROBLEM}


def map_answers() -> dict[int | str, dict[str, Any]]:
    """`responses` of the map's route."""
    return answers(MapAnswer, "The map", 404, 410) | {304: KNOWN}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of these statuses."""
    return {status: {"description": REFUSALS[status]} for status in statuses}


def file_answers(media_type: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with a file, or refuses with 404 and these."""
    of = {"type": "object"} if media_type.endswith("json") else {"type": "string", "format": "binary"}
    return {**refusals(404, *statuses), 200: {"description": "The file", "content": {media_type: {"schema": of}}}, 304: KNOWN}


def unit_answers() -> dict[int | str, dict[str, Any]]:
    """`responses` of a unit's route."""
    return answers(UnitAnswer, "The unit", 404) | {304: KNOWN}


def changes_answers() -> dict[int | str, dict[str, Any]]:
    """`responses` of what changed."""
    return answers(ChangesAnswer, "The changed rows", 404, 410) | {304: KNOWN}


def feeds_answers() -> dict[int | str, dict[str, Any]]:
    """`responses` of the list of feeds."""
    return answers(FeedsAnswer, "All feeds") | {304: KNOWN}


def units_answers() -> dict[int | str, dict[str, Any]]:
    """`responses` of the list of units."""
    return answers(UnitsAnswer, "All units") | {304: KNOWN}


def _inlined(of: type) -> dict[str, Any]:
    """A schema without references, which would point into another document."""
    (schema,), components = msgspec.json.schema_components([of], ref_template="{name}")

    def resolved(node: Any) -> Any:
        if isinstance(node, dict):
            return resolved(components[node["$ref"]]) if "$ref" in node else {key: resolved(value) for key, value in node.items()}
        return [resolved(each) for each in node] if isinstance(node, list) else node

    return dict(resolved(schema))
