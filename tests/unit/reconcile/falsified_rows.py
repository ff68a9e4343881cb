"""Answers of the map with one member of one row other than it is."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

NOT_FIGURES = {"feed_seen_at", "stale", "stale_units"}  # not what the raw events say, nor the policy


def rows_of(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {**{row["code"]: row for row in shown["units"]}, "city": shown["city"]}


def other_than(value: Any) -> Any:
    """What no reader would see at once."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return value + 1e-9 if isinstance(value, float) else "red" if value is None else f"{value}x"


def falsified(shown: dict[str, Any], unit: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The answer with one member of one row other than it is, for each of them that is a figure; and its name."""
    paths: list[tuple[str, ...]] = []
    row = rows_of(shown)[unit]
    for member, value in row.items():
        if member not in NOT_FIGURES | {"covers"} | (set() if unit == "city" else {"code"}):
            paths += [(member,)] if not isinstance(value, dict) else [(member, *rest) for rest in inside(value)]
    for path in paths:
        wrong = copy.deepcopy(shown)
        at = rows_of(wrong)[unit]
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = other_than(at[path[-1]])
        yield ".".join(path), wrong


def inside(value: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, one in value.items():
        yield from ((name, *rest) for rest in inside(one)) if isinstance(one, dict) else [(name,)]
