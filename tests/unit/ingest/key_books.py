"""The port `Keys` under test."""

from __future__ import annotations

from dataclasses import dataclass, field

from dunghen.contracts.keys import KeyBook


@dataclass
class Keys:
    """A book, or none yet."""

    book: KeyBook | None = field(default_factory=KeyBook)

    def current(self) -> KeyBook | None:
        return self.book
