"""Every message has a schema, examples that hold and examples that must not; a change that breaks readers or old records does not pass."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from dunghen.contracts import messages, schema_files
from dunghen.contracts.topics import all_topics

EXAMPLES = sorted(Path(schema_files.__file__).with_name("examples").glob("*.json"))
STRUCTS = {name: schema_files.struct(name) for name in schema_files.names()}


def parts(file: Path) -> tuple[str, str]:
    """(message, good or bad) of an example."""
    name, verdict, _ = file.stem.split(".")
    return name, verdict


def test_every_json_message_of_every_topic_has_a_schema_and_no_schema_stands_alone() -> None:
    on_disk = {file.stem for file in schema_files.FOLDER.glob("*.json")}
    assert on_disk == set(schema_files.names())
    assert {t.message for t in all_topics().values()} - schema_files.BINARY <= on_disk


def test_every_message_has_good_and_bad_examples_and_no_example_stands_alone() -> None:
    assert {parts(file) for file in EXAMPLES} == {(name, verdict) for name in STRUCTS for verdict in ("good", "bad")}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_schema_and_decoder_agree_with_the_example(file: Path) -> None:
    name, verdict = parts(file)
    text = file.read_bytes()
    published = schema_files.on_file(name)
    assert published is not None
    assert Draft202012Validator(published).is_valid(msgspec.json.decode(text)) == (verdict == "good")
    if verdict == "good":
        decoded = msgspec.json.decode(text, type=STRUCTS[name])
        assert msgspec.json.decode(messages.encode(decoded), type=STRUCTS[name]) == decoded
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(text, type=STRUCTS[name])


@pytest.mark.parametrize("name", STRUCTS)
def test_no_message_breaks_what_was_published(name: str) -> None:
    published = schema_files.on_file(name)
    assert published is not None
    assert schema_files.breaking_changes(published, schema_files.generated(name)) == []


@pytest.mark.parametrize("name", STRUCTS)
def test_the_published_schema_is_what_the_code_defines(name: str) -> None:
    assert schema_files.on_file(name) == schema_files.generated(name), "run: python -m dunghen.contracts.schema_files"


def drop(schema: Any) -> None:
    del schema["properties"]["due"]


def require(schema: Any) -> None:
    schema["required"].append("source")


def retype(schema: Any) -> None:
    schema["properties"]["due"] = {"type": "string"}


def narrow_kinds(schema: Any) -> None:
    schema["properties"]["kind"]["enum"].remove("retracted")


def lower_bound(schema: Any) -> None:
    schema["properties"]["status"]["maximum"] = 9


def raise_bound(schema: Any) -> None:
    schema["properties"]["status"]["minimum"] = 1


def shorten(schema: Any) -> None:
    schema["properties"]["dossier"]["maxLength"] = 40


def repattern(schema: Any) -> None:
    schema["properties"]["id"]["pattern"] = "^[0-9a-f]{32}$"


def narrow_steps(schema: Any) -> None:
    schema["properties"]["steps"]["items"]["prefixItems"][0]["maximum"] = 5


BREAKS = [drop, require, retype, narrow_kinds, lower_bound, raise_bound, shorten, repattern, narrow_steps]


@pytest.mark.parametrize("change", BREAKS, ids=lambda change: change.__name__)
def test_the_check_fails_for_a_breaking_change(change: Callable[[Any], None]) -> None:
    old = schema_files.generated("DossierEvent")
    new = copy.deepcopy(old)
    change(new["$defs"]["DossierEvent"])
    assert len(schema_files.breaking_changes(old, new)) == 1
    assert "$." in schema_files.breaking_changes(old, new)[0]


def test_the_check_lets_a_message_grow() -> None:
    old = schema_files.generated("DossierEvent")
    new = copy.deepcopy(old)
    fields = new["$defs"]["DossierEvent"]["properties"]
    fields["weight"] = {"type": "integer", "default": 0}
    fields["kind"]["enum"].append("reopened")
    fields["dossier"]["maxLength"] = 80
    assert schema_files.breaking_changes(old, new) == []


def test_a_breaking_change_is_not_written_unless_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    narrower = schema_files.generated("DossierEvent")
    lower_bound(narrower["$defs"]["DossierEvent"])
    for file in schema_files.FOLDER.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    real = schema_files.generated
    monkeypatch.setattr(schema_files, "FOLDER", tmp_path)
    monkeypatch.setattr(schema_files, "generated", lambda name: narrower if name == "DossierEvent" else real(name))
    with pytest.raises(schema_files.BreakingChange, match=r"DossierEvent \$\.status: a lower upper bound"):
        schema_files.write()
    assert schema_files.write(breaking=True) == ["DossierEvent"]
    assert schema_files.on_file("DossierEvent") == narrower
