"""What is to be written to a topic of which the whole is kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass

Records = list[tuple[bytes, bytes | None]]  # (key, value or None for a tombstone)


@dataclass(frozen=True, slots=True)
class Change:
    """`reason`: why these `records`, or why none."""

    records: Records
    reason: str
