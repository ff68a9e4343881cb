"""What a change of the description of an HTTP interface breaks: for who asks (paths, parameters, bodies) and for who reads (answers)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dunghen.contracts.schema_files import Schema, breaking_changes, unforeseen

METHODS = ("get", "post", "put", "patch", "delete")


def changes(old: Schema, new: Schema) -> list[str]:
    """Everything that breaks who was written for `old` and talks to `new`, each with its place."""
    return [*_paths(old, new), *_posted(old, new)]


def _operations(document: Schema, kind: str) -> dict[str, Schema]:
    found = document.get(kind, {})
    return {f"{method.upper()} {path}": found[path][method] for path in found for method in METHODS if method in found[path]}


def _paths(old: Schema, new: Schema) -> Iterator[str]:
    after = _operations(new, "paths")
    for name, before in _operations(old, "paths").items():
        if name not in after:
            yield from () if before.get("deprecated") else (f"{name}: is gone",)
            continue
        yield from (f"{name} {fault}" for fault in _asked(old, new, before, after[name]))
        yield from (f"{name} {fault}" for fault in _answered(old, new, before, after[name]))


def _posted(old: Schema, new: Schema) -> Iterator[str]:
    """What we post to others: a body that is read, not taken."""
    after = _operations(new, "webhooks")
    for name, before in _operations(old, "webhooks").items():
        if name not in after:
            yield f"{name}: is gone"
        else:
            contents = before["requestBody"]["content"], after[name]["requestBody"]["content"]
            yield from (f"{name} {fault}" for fault in _read(old, new, *contents))


def _asked(old: Schema, new: Schema, before: Schema, after: Schema) -> Iterator[str]:
    were, are = _parameters(before), _parameters(after)
    for key, parameter in were.items():
        if key not in are:
            yield f"parameter {key[1]}: is gone"
        else:
            yield from (f"parameter {key[1]} {fault}" for fault in breaking_changes(*_within(old, new, parameter, are[key])))
    for key, parameter in are.items():
        if parameter.get("required") and not were.get(key, {}).get("required"):
            yield f"parameter {key[1]}: is now required"
    body, now = before.get("requestBody"), after.get("requestBody", {})
    if now.get("required") and not (body or {}).get("required"):
        yield "body: is now required"
    for kind, content in (body or {}).get("content", {}).items():
        if kind not in now.get("content", {}):
            yield f"body {kind}: is gone"
        else:
            yield from (f"body {fault}" for fault in breaking_changes(*_within(old, new, content, now["content"][kind])))


def _answered(old: Schema, new: Schema, before: Schema, after: Schema) -> Iterator[str]:
    for status, answer in before["responses"].items():
        if not status.startswith("2"):
            continue
        if status not in after["responses"]:
            yield f"answer {status}: is gone"
        else:
            contents = answer.get("content", {}), after["responses"][status].get("content", {})
            yield from (f"answer {status} {fault}" for fault in _read(old, new, *contents))


def _read(old: Schema, new: Schema, before: Schema, after: Schema) -> Iterator[str]:
    """Of what we say: nothing that was read is gone, and nothing comes that readers of then do not expect (`(read)`: as `unforeseen`)."""
    for kind, content in before.items():
        if kind not in after:
            yield f"{kind}: is gone"
            continue
        pair = _within(old, new, content, after[kind])
        yield from (fault for fault in breaking_changes(*pair) if fault.endswith("is gone"))
        yield from (f"{fault} (read)" for fault in unforeseen(*pair))


def _parameters(operation: Schema) -> dict[tuple[str, str], Schema]:
    return {(given["in"], given["name"]): given for given in operation.get("parameters", ())}


def _within(old: Schema, new: Schema, before: Any, after: Any) -> tuple[Schema, Schema]:
    """The schemas of two places, each with the document to which its references lead."""
    return {**before.get("schema", {}), "components": old.get("components", {})}, {
        **after.get("schema", {}),
        "components": new.get("components", {}),
    }
