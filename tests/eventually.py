"""Waiting in tests: ask again and again until a deadline. For all of them, also for tests/compose, which has the standard library only."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

try:
    from httpx import HTTPError
except ImportError:  # tests/compose runs on any python3
    HTTPError = OSError  # type: ignore[misc]

AWAY: tuple[type[Exception], ...] = (
    HTTPError,
    HTTPException,
    OSError,
    json.JSONDecodeError,
)  # refused, cut off, not ready: the very thing that is waited out


class NotInTime(AssertionError):
    """What was waited for did not come."""


def eventually(check: Callable[[], Any], within: float = 90, every: float = 0.05, what: str = "it") -> Any:
    """The first true answer of `check`, asked every so many seconds. Raises NotInTime with its last answer if none comes in `within`."""
    until = time.monotonic() + within
    while not (last := _asked(check)) or isinstance(last, AWAY):
        if time.monotonic() >= until:
            raise NotInTime(f"{what}: not within {within:g} s; last: {last!r}")
        time.sleep(every)
    return last


async def eventually_async(check: Callable[[], Any], within: float = 90, every: float = 0.05, what: str = "it") -> Any:
    """The same inside an event loop; `check` may be a coroutine function."""
    until = time.monotonic() + within
    while not (last := await _awaited(check)) or isinstance(last, AWAY):
        if time.monotonic() >= until:
            raise NotInTime(f"{what}: not within {within:g} s; last: {last!r}")
        await asyncio.sleep(every)
    return last


def _asked(check: Callable[[], Any]) -> Any:
    try:
        return check()
    except AWAY as fault:
        return fault


async def _awaited(check: Callable[[], Any]) -> Any:
    found = _asked(check)
    try:
        return await found if inspect.isawaitable(found) else found
    except AWAY as fault:
        return fault
