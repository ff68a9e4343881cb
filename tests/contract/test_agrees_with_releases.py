"""What earlier releases wrote and still write is read, and what this one writes they read: messages, topics, stores, HTTP.

Held against the releases' own files in the history, so that a schema on file that was changed with the code is found, too.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import kept_layouts
import pytest
from openapi_changes import changes

from dunghen.contracts import schema_files
from dunghen.contracts.schema_files import breaking_changes, unforeseen
from tests.releases import RELEASES, ROOT, Release, file_of, files_of, run_in, unpacked

CONTRACTS = "dunghen/contracts"
DESCRIPTIONS = ("openapi.json", "openapi-ingest.json")

# What this release says and an earlier one does not expect, and why nothing breaks by it.
TOLERATED = {
    "KeyRecord $.scope: takes fewer values": "a key of a kind that is not known opens nothing (KeyBook.take)",
    "openapi.json GET /api/v1/rankings answer 200 $.rate: no longer takes one of its alternatives ($.rate: was null, is string) (read)": (
        "null only where `indicator` was asked for, which the earlier one did not know"
    ),
}


@cache
def found(release: Release) -> tuple[str, ...]:
    """Everything in which this release and an earlier one do not agree."""
    return (*_messages(release), *_descriptions(release), *kept_layouts.unreadable(_layouts(release), kept_layouts.told()))


def _messages(release: Release) -> list[str]:
    faults = []
    for file in files_of(release, f"{CONTRACTS}/schemas"):
        name, old = Path(file).stem, json.loads(file_of(release, file) or b"")
        if name not in schema_files.names():
            faults.append(f"{name}: is gone")
        else:
            new = schema_files.generated(name)
            faults += [f"{name} {fault}" for fault in (*breaking_changes(old, new), *unforeseen(old, new))]
    return faults


def _descriptions(release: Release) -> list[str]:
    faults = []
    for name in DESCRIPTIONS:
        old, new = file_of(release, f"{CONTRACTS}/{name}"), (ROOT / CONTRACTS / name).read_bytes()
        faults += [f"{name} {fault}" for fault in changes(json.loads(old or b"{}"), json.loads(new))]
    return faults


@cache
def _layouts(release: Release) -> kept_layouts.Layouts:
    with TemporaryDirectory() as folder:
        given: kept_layouts.Layouts = json.loads(run_in(unpacked(release, Path(folder)), "-P", kept_layouts.__file__))
        return given


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_this_release_and_an_earlier_one_read_each_other(release: Release) -> None:
    faults = sorted({*found(release)} - TOLERATED.keys())
    assert faults == [], "\n".join(faults)


@pytest.mark.slow
def test_nothing_is_tolerated_that_is_not_there() -> None:
    assert TOLERATED.keys() - {fault for release in RELEASES for fault in found(release)} == set()


# Each rule finds what it is for: the message, layout or description of today, changed, as the one that comes after it.


def document() -> Any:
    return json.loads((ROOT / CONTRACTS / "openapi.json").read_bytes())


def of_map(of: Any) -> Any:
    return of["paths"]["/api/v1/map"]["get"]


def answer_of_map(of: Any) -> Any:
    return of_map(of)["responses"]["200"]["content"]["application/json"]["schema"]


def body_of_webhooks(of: Any) -> Any:
    schema = of["paths"]["/api/v1/webhooks"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return of["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def parameter(of: Any, name: str) -> Any:
    return next(each for each in of_map(of)["parameters"] if each["name"] == name)


def told_to_others(of: Any) -> Any:
    first = next(iter(of["webhooks"].values()))["post"]["requestBody"]["content"]["application/json"]["schema"]
    return of["components"]["schemas"][first["$ref"].rpartition("/")[2]] if "$ref" in first else first


BREAK_READERS: dict[str, Callable[[Any], Any]] = {
    "a path is gone": lambda d: d["paths"].pop("/api/v1/map"),
    "a method is gone": lambda d: d["paths"]["/api/v1/webhooks"].pop("post"),
    "a parameter is gone": lambda d: of_map(d)["parameters"].remove(parameter(d, "window")),
    "a parameter is required": lambda d: parameter(d, "window").update(required=True),
    "a new parameter is required": lambda d: of_map(d)["parameters"].append({"in": "query", "name": "new", "required": True, "schema": {}}),
    "a parameter takes fewer words": lambda d: parameter(d, "rate")["schema"]["enum"].remove("statutory"),
    "a parameter takes less": lambda d: parameter(d, "indicator")["schema"].update(pattern="^$"),
    "a member of a body is required": lambda d: body_of_webhooks(d)["required"].append("window"),
    "a member of a body is gone": lambda d: body_of_webhooks(d)["properties"].pop("window"),
    "an answer is gone": lambda d: of_map(d)["responses"].pop("200"),
    "an answer of another kind": lambda d: of_map(d)["responses"]["200"].update(content={"text/plain": {"schema": {}}}),
    "a member of an answer is gone": lambda d: answer_of_map(d)["properties"].pop("version"),
    "a member of an answer may be missing": lambda d: answer_of_map(d)["required"].remove("version"),
    "a member of an answer has another type": lambda d: answer_of_map(d)["properties"].update(version={"type": "string"}),
    "a member of an answer may be null": lambda d: answer_of_map(d)["properties"].update(
        version={"anyOf": [{"type": "integer"}, {"type": "null"}]}
    ),
    "a webhook is gone": lambda d: d["webhooks"].clear(),
}


@pytest.mark.parametrize("change", BREAK_READERS.values(), ids=BREAK_READERS)
def test_a_change_that_breaks_who_asks_or_reads_is_found(change: Callable[[Any], Any]) -> None:
    new = document()
    change(new)
    assert len(changes(document(), new)) >= 1


def grow(d: Any) -> None:
    d["paths"]["/api/v1/new"] = copy.deepcopy(d["paths"]["/api/v1/map"])
    of_map(d)["parameters"].append({"in": "query", "name": "new", "required": False, "schema": {"type": "string"}})
    parameter(d, "rate")["schema"]["enum"].append("fifth")
    answer_of_map(d)["properties"]["new"] = {"type": "string"}
    answer_of_map(d)["required"].append("new")
    of_map(d)["responses"]["418"] = {"description": "new"}


def test_what_grows_is_let_through_and_so_is_the_end_of_what_was_deprecated() -> None:
    new = document()
    grow(new)
    assert changes(document(), new) == []
    old = document()
    of_map(old)["deprecated"] = True
    new["paths"].pop("/api/v1/map")
    assert changes(old, new) == []


def test_an_object_that_is_closed_is_found() -> None:
    old = schema_files.generated("DossierEvent")
    new = copy.deepcopy(old)
    new["$defs"]["DossierEvent"]["additionalProperties"] = False
    assert breaking_changes(old, new) == ["$: takes no other members any more"]


def test_a_message_that_an_earlier_reader_would_refuse_is_found() -> None:
    old = schema_files.generated("DossierEvent")
    new = copy.deepcopy(old)
    fields = new["$defs"]["DossierEvent"]["properties"]
    fields["kind"]["enum"].append("reopened")
    fields["status"]["maximum"] = 99
    fields["weight"] = {"type": "integer", "default": 0}
    assert unforeseen(old, new) == ["$.kind: takes fewer values", "$.status: a lower upper bound"]
    assert breaking_changes(old, new) == []


BREAK_LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "topic facts: is gone": lambda now: now["topics"].pop("facts"),
    "topic facts: another key": lambda now: now["topics"]["facts"].update(key="dossier code"),
    "topic facts: another message": lambda now: now["topics"]["facts"].update(message="Task"),
    "topic facts: another partitions": lambda now: now["topics"]["facts"].update(partitions=99),
    "topic facts: another owner": lambda now: now["topics"]["facts"].update(owner="services.api"),
    "topic facts: another cleanup.policy": lambda now: now["topics"]["facts"].update({"cleanup.policy": "neither"}),
    "records of layout 3 are not read any more": lambda now: now.update({"records read": [4]}),
    "counters: one is gone or has another place (new ones come behind)": lambda now: now["counters"].insert(3, "new"),
    "edition of traits: is lower": lambda now: now["editions"].update(traits=1),
    "edition of counters: is lower": lambda now: now["editions"].update(counters=1),
    "store access.audit: is gone": lambda now: now["stores"].pop("access.audit"),
    "store api.notices: another version": lambda now: now["stores"].update({"api.notices": 12}),
}


@pytest.mark.parametrize("fault", BREAK_LAYOUTS)
def test_a_layout_that_is_not_read_any_more_is_found(fault: str) -> None:
    then, now = kept_layouts.told(), kept_layouts.told()
    BREAK_LAYOUTS[fault](now)
    assert list(kept_layouts.unreadable(then, now)) == [fault]


def test_layouts_may_grow() -> None:
    then, now = kept_layouts.told(), kept_layouts.told()
    now["topics"]["new"] = then["topics"]["facts"]
    now["counters"].append("new")
    now["records read"].append(4)
    now["record"] = 4
    now["stores"]["api.new"] = 0
    assert list(kept_layouts.unreadable(then, now)) == []
