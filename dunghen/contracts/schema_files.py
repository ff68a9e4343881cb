"""The JSON Schemas of the messages as files, and what would break who reads or has written them.

`python -m dunghen.contracts.schema_files` writes what has grown; it refuses a breaking change unless told `--breaking`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from dunghen.contracts import (
    band_webhooks,
    desks,
    facts,
    justifications,
    messages,
    people,
    reconciliations,
    statements,
    subscriptions,
)
from dunghen.contracts.topics import all_topics

FOLDER = Path(__file__).with_name("schemas")
BINARY = {"record", "cell"}  # messages that are not JSON: their layout is described where they are packed
BESIDE = ("FollowUp", "Level", "Task")  # JSON messages that stand in a topic beside the one that it is named for
_LOWEST, _HIGHEST = ("minimum", "exclusiveMinimum", "minLength", "minItems"), ("maximum", "exclusiveMaximum", "maxLength", "maxItems")

Schema = dict[str, Any]


class BreakingChange(Exception):
    """A message would no longer take what was written, or no longer say what readers look for."""


def names() -> tuple[str, ...]:
    """The messages that have a schema: all JSON messages of all topics."""
    return tuple(sorted({topic.message for topic in all_topics().values()} - BINARY | set(BESIDE)))


def struct(name: str) -> type[msgspec.Struct]:
    """The message of this name."""
    modules = (people, subscriptions, band_webhooks, statements, facts, justifications, reconciliations, desks, messages)
    found: type[msgspec.Struct] = next(getattr(module, name) for module in modules if hasattr(module, name))
    return found


def generated(name: str) -> Schema:
    """The schema of a message as the code defines it."""
    schema = msgspec.json.schema(struct(name))
    plain: Schema = msgspec.json.decode(msgspec.json.encode({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}))
    return plain


def on_file(name: str) -> Schema | None:
    """The schema as it was published; None for a new message."""
    file = FOLDER / f"{name}.json"
    return msgspec.json.decode(file.read_bytes()) if file.exists() else None


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Everything that `old` took and `new` refuses, and every field that `new` no longer has, each with its place."""
    return list(_Comparison(old, new, members_stay=True).of(old, new, "$"))


def unforeseen(old: Schema, new: Schema) -> list[str]:
    """Everything that who writes by `new` may say and who reads by `old` refuses, each with its place, as of a change from `new` to `old`.

    Members that `old` has not are passed over by every reader.
    """
    return list(_Comparison(new, old, members_stay=False).of(new, old, "$"))


def write(*, breaking: bool = False) -> list[str]:
    """Writes the schemas that differ and gives their names. Raises BreakingChange before anything is written."""
    changed = [name for name in names() if generated(name) != on_file(name)]
    published = {name: old for name in changed if (old := on_file(name))}
    faults = [f"{name} {fault}" for name, old in published.items() for fault in breaking_changes(old, generated(name))]
    if faults and not breaking:
        raise BreakingChange("\n".join(faults))
    for name in changed:
        text = msgspec.json.format(msgspec.json.encode(generated(name)), indent=1) + b"\n"
        (FOLDER / f"{name}.json").write_bytes(text)
    return changed


class _Comparison:
    """Two schemas, with the documents to which their references lead. `members_stay`: a field that is gone is a fault, an object that is
    closed too."""

    def __init__(self, old_root: Schema, new_root: Schema, *, members_stay: bool) -> None:
        self.old_root, self.new_root, self.members_stay = old_root, new_root, members_stay
        self._within: list[tuple[int, int]] = []  # pairs that are being compared: a schema may contain itself

    def of(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        old, new = _followed(old, self.old_root), _followed(new, self.new_root)
        pair = id(old), id(new)
        if pair in self._within:
            return
        self._within.append(pair)
        before, after = _alternatives(old), _alternatives(new)
        if len(before) > 1 or len(after) > 1:
            yield from self._each_is_taken(before, after, where)
        else:
            yield from _narrowed(old, new, where)
            yield from self._fields(old, new, where)
            yield from self._elements(old, new, where)
        self._within.remove(pair)

    def _each_is_taken(self, old: list[Schema], new: list[Schema], where: str) -> Iterator[str]:
        for option in old:
            faults = [list(self.of(option, other, where)) for other in new]
            if all(faults):
                yield f"{where}: no longer takes one of its alternatives ({min(faults, key=len)[0]})"

    def _fields(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in before:
            if name not in after and "properties" in new and self.members_stay:
                yield f"{where}.{name}: is gone"
            elif name in after:
                yield from self.of(before[name], after[name], f"{where}.{name}")
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))) if before else ():
            yield f"{where}.{name}: is now required"
        if self.members_stay and new.get("additionalProperties") is False is not old.get("additionalProperties"):
            yield f"{where}: takes no other members any more"

    def _elements(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        for key in ("items", "additionalProperties"):
            if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
                yield from self.of(old[key], new[key], f"{where}[]")
        for i, (before, after) in enumerate(zip(old.get("prefixItems", ()), new.get("prefixItems", ()), strict=False)):
            yield from self.of(before, after, f"{where}[{i}]")


def _followed(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = root
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        schema = found
    return schema


def _alternatives(schema: Schema) -> list[Schema]:
    return next((schema[key] for key in ("anyOf", "oneOf") if key in schema), [schema])


def _narrowed(old: Schema, new: Schema, where: str) -> Iterator[str]:
    if new and not old:
        yield f"{where}: took anything"
        return
    if "type" in new and (old.get("type", new["type"]), new["type"]) not in ((new["type"], new["type"]), ("integer", "number")):
        yield f"{where}: was {old['type']}, is {new['type']}"
    if (words := _words(new)) is not None and not set(_words(old) or [...]) <= set(words):
        yield f"{where}: takes fewer values"
    for key in ("pattern", "format"):
        if key in new and old.get(key) != new[key]:
            yield f"{where}: another {key}"
    if any(key in new and old.get(key, new[key] - 1) < new[key] for key in _LOWEST):
        yield f"{where}: a higher lower bound"
    if any(key in new and old.get(key, new[key] + 1) > new[key] for key in _HIGHEST):
        yield f"{where}: a lower upper bound"


def _words(schema: Schema) -> list[Any] | None:
    """What alone is taken; None where it is not listed."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def main() -> int:
    """Exit code 1 and the list of faults where a change would break something."""
    try:
        changed = write(breaking="--breaking" in sys.argv[1:])
    except BreakingChange as fault:
        print(fault)  # noqa: T201 - a command
        return 1
    print("\n".join(changed) or "nothing has changed")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
