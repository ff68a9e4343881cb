"""All that is sent as it happens, as AsyncAPI 3: topics, streams of server-sent events, webhooks; made of their files and structs.

`python -m services.api.asyncapi_file` writes it; `/asyncapi.json` answers with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from dunghen import contracts
from dunghen.contracts import schema_files
from dunghen.contracts.topics import LEVEL_KEY, UNIT_SCORES, Topic, all_topics
from dunghen.contracts.webhooks import BandsChanged, NoticesPosted, WebhookTried
from services.api.schema import ChangedFrame, MapAnswer, MapChange, Tick

FILE = Path(contracts.__file__).with_name("asyncapi.json")
SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
PACKED = {
    "record": "dunghen/domain/record_layout.py",
    "cell": "dunghen/contracts/cells.py",
}  # messages that are not JSON, and where they are laid out
STREAMS: dict[str, tuple[str, dict[str, type[msgspec.Struct]]]] = {
    "map": ("/api/v1/stream", {"snapshot": MapAnswer, "change": MapChange, "tick": Tick}),
    "officials": ("/api/v1/officials/stream", {"changed": ChangedFrame}),
}
WEBHOOKS: dict[str, tuple[str, type[msgspec.Struct]]] = {
    "dossier.notice": ("services.alerts", NoticesPosted),
    "unit.bands_changed": ("services.api", BandsChanged),
    "webhook.test": ("services.api", WebhookTried),
}
JSON = dict[str, Any]


@cache
def described() -> str:
    """The document as text with sorted keys."""
    return json.dumps(_document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _document() -> JSON:
    topics = all_topics()
    schemas, messages = _components(topics.values())
    channels = {name: _topic_channel(topic) for name, topic in topics.items()}
    channels |= {f"stream-{name}": _stream_channel(name) for name in STREAMS}
    channels |= {f"webhook-{name}": _channel(None, [name], {}, "receivers") for name in WEBHOOKS}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Đúng Hẹn", "version": "1", "description": "What is sent as it happens. What is asked for: /openapi.json."},
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {"host": "localhost:9092", "protocol": "kafka", "description": "inside the city's own network"},
            "api": {"host": "localhost:8000", "protocol": "http", "description": "server-sent events"},
            "receivers": {
                "host": "receiver.example",
                "protocol": "https",
                "description": "who is posted to: each has an address of its own",
            },
        },
        "channels": channels,
        "operations": _operations(topics.values()),
        "components": {"messages": messages, "schemas": schemas},
    }


def _components(topics: Iterable[Topic]) -> tuple[JSON, JSON]:
    """(schemas, messages). References stand on the document, so that a struct that several messages have is there once."""
    posted = {name: struct for name, (_, struct) in WEBHOOKS.items()}
    framed = {f"{stream}.{event}": struct for stream, (_, events) in STREAMS.items() for event, struct in events.items()}
    structs = {name: schema_files.struct(name) for name in schema_files.names()} | framed | posted
    places, schemas = msgspec.json.schema_components(structs.values(), ref_template="#/components/schemas/{name}")
    messages = {name: _message(name, place) for name, place in zip(structs, places, strict=True)}
    packed = {topic.message for topic in topics} & PACKED.keys()
    return dict(msgspec.json.decode(msgspec.json.encode(schemas))), messages | {name: _packed(name) for name in packed}


def _message(name: str, place: JSON) -> JSON:
    return {"name": name, "contentType": "application/json", "payload": {"schemaFormat": SCHEMA_FORMAT, "schema": place}}


def _packed(name: str) -> JSON:
    return {"name": name, "contentType": "application/octet-stream", "summary": f"packed bytes, laid out in {PACKED[name]}"}


def _topic_channel(topic: Topic) -> JSON:
    """The topic's own settings go along as they are in its file; those that AsyncAPI has no member for, too."""
    names = [topic.message, "Level"] if topic.name == UNIT_SCORES else [topic.message]
    policy = topic.config.get("cleanup.policy", "delete").split(",")
    kafka = {"topic": topic.name, "partitions": topic.partitions, "topicConfiguration": {"cleanup.policy": policy}}
    config = {"x-topic-config": topic.config} if topic.config else {}
    described = f"Key: {topic.key}." + (f" Under {LEVEL_KEY.decode()}: Level." if topic.name == UNIT_SCORES else "")
    return {**_channel(topic.name, names, {"kafka": kafka}, "kafka"), "description": described, **config}


def _stream_channel(name: str) -> JSON:
    address, events = STREAMS[name]
    found = _channel(address, [f"{name}.{event}" for event in events], {}, "api")
    return {**found, "description": "Server-sent events; what may be asked for is in /openapi.json."}


def _channel(address: str | None, messages: Iterable[str], bindings: JSON, server: str) -> JSON:
    """`address` None: each receiver has its own."""
    return {
        "address": address,
        "servers": [{"$ref": f"#/servers/{server}"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        **({"bindings": bindings} if bindings else {}),
    }


def _operations(topics: Iterable[Topic]) -> JSON:
    """By who does it: every program sends or receives by itself."""
    found: JSON = {}
    for topic in topics:
        found[f"{topic.owner}.sends.{topic.name}"] = _operation("send", topic.name)
        found |= {f"{reader}.receives.{topic.name}": _operation("receive", topic.name) for reader in topic.readers}
    for name in STREAMS:
        found[f"services.api.sends.stream-{name}"] = _operation("send", f"stream-{name}", {"http": {"method": "GET"}})
    for name, (owner, _) in WEBHOOKS.items():
        found[f"{owner}.sends.webhook-{name}"] = _operation("send", f"webhook-{name}", {"http": {"method": "POST"}})
    return found


def _operation(action: str, channel: str, bindings: JSON | None = None) -> JSON:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, **({"bindings": bindings} if bindings else {})}


if __name__ == "__main__":
    FILE.write_text(described(), encoding="utf-8")
