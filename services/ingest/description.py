"""What ingest takes and answers, as OpenAPI 3.1, made of the same structs that are decoded and encoded.

`python -m services.ingest.description` writes it to `dunghen/contracts/openapi-ingest.json`; `/openapi.json` answers with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dunghen import contracts
from dunghen.contracts.refusals import Refusal
from services.ingest.answers import Body
from services.ingest.wire.allow_list import DossierItem, NamedItem, StepItem
from services.ingest.wire.deliveries import EVENT_TYPES
from services.ingest.wire.desk_events import DeskEventItem
from services.ingest.wire.facts import FactItem
from services.ingest.wire.heartbeats import HeartbeatBody
from services.ingest.wire.statements import FollowUpItem, TaskItem

FILE = Path(contracts.__file__).with_name("openapi-ingest.json")
REF = "#/components/schemas/{name}"
ANSWERS = {
    200: "All were accepted (`error_code`: the source's success word), or some: `error_code` 1, and a line an item in `results`",
    400: "The body as a whole cannot be understood",
    401: "No valid key",
    403: "The key is not for this source, or for none of these units; or without keys: not a program of this machine",
    408: "The body did not arrive in time",
    413: "Larger than this server takes",
    415: "Not JSON in UTF-8",
    422: "All were refused: a line an item",
    429: "Too many requests with this key: send the same again after `Retry-After`",
    503: "Not stored for certain: send the same again after `Retry-After`",
}


TEXT = {"type": "string"}
DRY_RUN = {"name": "dry_run", "in": "query", "schema": {"type": "boolean"}, "description": "says what would be refused and stores nothing"}
SENDER = {
    "name": "MaDinhDanhDV",
    "in": "query",
    "schema": {"type": "string"},
    "description": "the sender, where the envelope does not say it",
}


def described() -> str:
    """The document as text with sorted keys."""
    return json.dumps(_document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _document() -> dict[str, Any]:
    structs = (
        Body,
        _without_raw(DossierItem),
        _without_raw(StepItem),
        NamedItem,
        FactItem,
        TaskItem,
        FollowUpItem,
        DeskEventItem,
        HeartbeatBody,
    )
    _, schemas = msgspec.json.schema_components(structs, ref_template=REF)
    both = (DRY_RUN, SENDER)
    paths = {
        "/sync/DongBoHoSoMC": _post("Whole dossiers", _sync("DongBoHoSoMC", "DossierItem"), both),
        "/sync/CapNhatTienDoHoSoMC": _post("Steps of dossiers", _sync("CapNhatTienDoHoSoMC", "StepItem"), both),
        "/events": _post("CloudEvents 1.0, structured: one, or a batch", {"anyOf": [_cloud_event(), _list(_cloud_event())]}, (DRY_RUN,)),
        "/facts": _post("What is told of units: figures, tasks, follow-ups; one of the lists at least", _told(), (DRY_RUN,)),
        "/desk-events": _post("What happened at desks", _object(source=TEXT, events=_list(_ref("DeskEventItem"))), (DRY_RUN,)),
        "/heartbeats": _post("What a source says of itself", _ref("HeartbeatBody"), ()),
    }
    codes = ", ".join(code.value for code in Refusal)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Đúng Hẹn ingest",
            "version": "1",
            "description": f"Members that are not named here are skipped. Refusals: {codes}.",
        },
        "paths": paths,
        "components": {
            "schemas": msgspec.json.decode(msgspec.json.encode(schemas)),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
    }


def _without_raw(struct: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The same with anything where bytes are kept as they came, which have no schema."""
    fields = [(field.name, Any if field.type is msgspec.Raw else field.type, None) for field in msgspec.structs.fields(struct)]
    return msgspec.defstruct(struct.__name__, fields, namespace={"__doc__": struct.__doc__})


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": REF.format(name=name)}


def _list(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _object(**members: Mapping[str, Any]) -> dict[str, Any]:
    """`time` may be left out everywhere: then a statement is of when it arrives."""
    optional = ("service", "time", "facts", "tasks", "follow_ups")  # of the lists one is enough
    return {"type": "object", "required": [name for name in members if name not in optional], "properties": members}


def _told() -> dict[str, Any]:
    lists = {"facts": "FactItem", "tasks": "TaskItem", "follow_ups": "FollowUpItem"}
    return _object(source=TEXT, **{name: _list(_ref(item)) for name, item in lists.items()})


def _sync(service: str, item: str) -> dict[str, Any]:
    """The envelope, or its array alone with the sender in the query."""
    envelope = _object(madonvi=TEXT, data=_list(_ref(item)), service={"const": service}, time=TEXT)
    return {"anyOf": [envelope, _list(_ref(item))]}


def _cloud_event() -> dict[str, Any]:
    data = {"anyOf": [_ref(name) for name in ("DossierItem", "StepItem", "NamedItem")]}
    return _object(specversion={"const": "1.0"}, id=TEXT, source=TEXT, type={"enum": sorted(EVENT_TYPES)}, data=data, time=TEXT)


def _post(what: str, body: Mapping[str, Any], parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    answer = {"application/json": {"schema": _ref("Body")}}
    return {
        "post": {
            "summary": what,
            "parameters": list(parameters),
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {str(status): {"description": why, "content": answer} for status, why in ANSWERS.items()},
        }
    }


if __name__ == "__main__":
    FILE.write_text(described(), encoding="utf-8")
