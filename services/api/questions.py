"""How a route reads its question."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


def on_the_loop(question: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """For `Depends`: makes a question out of a request's parameters where the request is answered.

    FastAPI makes what is no coroutine in a thread of its own; under load each such hop waits for the loop's turn to be over, twice.
    """

    async def read(**parameters: Any) -> T:
        return question(**parameters)

    read.__signature__ = inspect.signature(question, eval_str=True)  # type: ignore[attr-defined]
    return read
