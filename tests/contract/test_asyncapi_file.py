"""The published description of what is sent: as the code is, whole in itself, and true of what is really sent.

AsyncAPI's own schema cannot be fetched in a build, so its rules that matter are said here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from dunghen.contracts import schema_files
from dunghen.contracts.topics import all_topics
from services.api.asyncapi_file import FILE, PACKED, described

DOCUMENT = json.loads(described())
EXAMPLES = sorted(Path(schema_files.__file__).with_name("examples").glob("*.json"))


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(each)


def followed(reference: str) -> Any:
    found: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_the_description_of_what_is_sent_is_the_one_on_file() -> None:
    assert FILE.read_text(encoding="utf-8") == described(), "run: python -m services.api.asyncapi_file"


def test_every_reference_leads_somewhere() -> None:
    references = [node["$ref"] for node in nodes(DOCUMENT) if "$ref" in node]
    assert len(references) > 100
    assert all(followed(reference) is not None for reference in references)


def test_it_has_the_members_that_asyncapi_3_wants_and_no_others() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert set(DOCUMENT) <= {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    assert set(DOCUMENT["info"]) >= {"title", "version"}
    assert all({"host", "protocol"} <= set(server) for server in DOCUMENT["servers"].values())
    for channel in DOCUMENT["channels"].values():
        assert {name for name in channel if not name.startswith("x-")} <= {"address", "servers", "messages", "bindings", "description"}
        assert channel["messages"]
        assert all(server["$ref"].startswith("#/servers/") for server in channel["servers"])
        assert all(message["$ref"].startswith("#/components/messages/") for message in channel["messages"].values())
    for operation in DOCUMENT["operations"].values():
        assert set(operation) <= {"action", "channel", "bindings"}
        assert operation["action"] in ("send", "receive")
        assert operation["channel"]["$ref"].startswith("#/channels/")
    for name, message in DOCUMENT["components"]["messages"].items():
        assert ("payload" in message) == (name not in PACKED)


def test_every_topic_is_there_with_who_writes_and_who_reads_it() -> None:
    for topic in all_topics().values():
        channel = DOCUMENT["channels"][topic.name]
        assert channel["bindings"]["kafka"]["partitions"] == topic.partitions
        assert f"{topic.owner}.sends.{topic.name}" in DOCUMENT["operations"]
        assert all(f"{reader}.receives.{topic.name}" in DOCUMENT["operations"] for reader in topic.readers)
    used = {operation["channel"]["$ref"].removeprefix("#/channels/") for operation in DOCUMENT["operations"].values()}
    assert used == set(DOCUMENT["channels"])


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_its_schemas_take_what_the_topics_hold_and_refuse_what_they_do_not(file: Path) -> None:
    name, verdict, _ = file.stem.split(".")
    schema = {**followed(f"#/components/messages/{name}/payload")["schema"], "components": DOCUMENT["components"]}
    assert Draft202012Validator(schema).is_valid(msgspec.json.decode(file.read_bytes())) == (verdict == "good")
