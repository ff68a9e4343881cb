"""Cursors of lists that are in memory: where a page ended, as text that only this server makes sense of."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TypeVar

import msgspec

Place = tuple[int | str, ...]
Item = TypeVar("Item")


class BadCursor(ValueError):
    """Not a cursor, or one of another list."""


def page_of(items: Sequence[tuple[Place, Item]], limit: int, after: str) -> tuple[list[Item], str]:
    """(a page, the cursor of the next one, "" on the last) of items in order of their places. Raises BadCursor."""
    rest = [(place, item) for place, item in items if place > place_of(after, items[0][0])] if after and items else list(items)
    page = rest[:limit]
    return [item for _, item in page], _text(page[-1][0]) if len(rest) > limit else ""


def _text(place: Place) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(after: str, like: Place) -> Place:
    """The place that a cursor says, of the same shape as `like`. Raises BadCursor."""
    try:
        found: Place = tuple(msgspec.json.decode(urlsafe_b64decode(after + "=" * (-len(after) % 4)), type=list[int | str]))
    except (msgspec.MsgspecError, ValueError) as fault:
        raise BadCursor from fault
    if [type(part) for part in found] != [type(part) for part in like]:
        raise BadCursor
    return found
