"""Bodies of what our own pages post: small JSON of a known shape, nothing of which is repeated in an answer."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import Request

from services.api.problems import ProblemError

T = TypeVar("T")
MOST_BYTES = 4000


async def read_json(request: Request, kind: type[T]) -> T:
    """The body as `kind`. Raises ProblemError where it is no such thing, or too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ProblemError("INVALID_PARAMETER", "the body is too long")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProblemError("INVALID_PARAMETER", "the body is not what this address takes") from None
