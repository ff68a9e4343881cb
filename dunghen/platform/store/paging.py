"""Cursors: the place of the last document of a page in the order of its query, as text that may go into a link."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from dunghen.platform.store.port import Body, CursorError, Document, Page, Query, Scalar

Whole = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]  # the greatest numbers that a store holds; it takes no others
_decode = msgspec.json.Decoder(tuple[str | Whole | float | bool | None, ...]).decode


@dataclass(frozen=True, slots=True)
class Position:
    """The values of the members a query is ordered by, and the id."""

    values: tuple[Scalar, ...]
    id: str


def member(document: Document, path: str) -> Any:
    """What a document has at a path; None where it has nothing."""
    if path == "id":
        return document.id
    return _inside(document.body, path.split("."))


def _inside(body: Body, names: Sequence[str]) -> Any:
    value: Any = body
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def position(query: Query) -> Position | None:
    """Where the page of a query begins, None at the beginning; raises CursorError."""
    if not query.after:
        return None
    try:
        values = _decode(base64.urlsafe_b64decode(query.after + "=" * (-len(query.after) % 4)))
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise CursorError("not a cursor") from None
    if len(values) != len(query.order_by) + 1 or not isinstance(values[-1], str):
        raise CursorError("a cursor of another query")
    return Position(values[:-1], values[-1])


def page(query: Query, found: list[Document]) -> Page:
    """A page of the documents found, of which the one beyond the limit only tells that there is a next page."""
    if len(found) <= query.limit:
        return Page(found, "")
    last = found[query.limit - 1]
    values = [*(member(last, path) for path in query.order_by), last.id]
    return Page(found[: query.limit], base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("="))
