"""Whether what is shown is old, as every answer of the live picture says it (architecture.md §7), pure; see `Follower.stale_age`."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

Answer = TypeVar("Answer", bound=msgspec.Struct)


def freshness(age: float | None) -> dict[str, Any]:
    """`stale`, and only where it is true `age_seconds`. `age`: real seconds where what is shown is old, None while all is well."""
    return {"stale": False} if age is None else {"stale": True, "age_seconds": round(age)}


def aged(answer: Answer, age: float | None) -> Answer:
    """An answer that has these members, with what they are."""
    return answer if age is None else msgspec.structs.replace(answer, **freshness(age))
