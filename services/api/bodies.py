"""Bodies of what is posted to us: small, of a known shape, nothing of which is repeated in an answer."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec
from starlette.requests import Request

from services.api.problems import ProblemError

T = TypeVar("T")
MOST_BYTES = 4000
SECONDS = 10.0  # until a body must have arrived


async def read_bounded(request: Request, most: int) -> bytes | None:
    """The body; None where it has more than `most` bytes, of which no more are read then. Raises ProblemError where it comes too late."""
    body = b""
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    return None
    except TimeoutError:
        raise ProblemError("TOO_SLOW") from None
    return body


async def read_json(request: Request, kind: type[T], most: int = MOST_BYTES) -> T:
    """The body as `kind`. Raises ProblemError where it is no such thing, comes too late, or has more than `most` bytes."""
    body = await read_bounded(request, most)
    if body is None:
        raise ProblemError("INVALID_PARAMETER", "the body is too long")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ProblemError("INVALID_PARAMETER", "the body is not what this address takes") from None
