"""When a partition stops instead of pouring its source into the dead letters (`architecture.md` §5). Pure: told offsets, gives a reason.

A record now and then that nobody can read costs one letter. Many of them mean that the writer or the reader is at fault: each further
letter would be one more event that is missing from the numbers until somebody replays it. Standing still loses nothing, and is seen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum


class Stop(StrEnum):
    """Why the brake holds."""

    RUN = "RUN"
    RATIO = "RATIO"


@dataclass(frozen=True, slots=True)
class BrakePolicy:
    """How many records may be set aside: at most `run` one after the other, and at most `ratio` of the last `window`. 0: no such limit."""

    run: int = 100
    ratio: float = 0.2
    window: int = 1000


@dataclass(slots=True)
class Brake:
    """State of one partition; a takeover begins with a new one. `held`: why it holds, once it does."""

    policy: BrakePolicy = field(default_factory=BrakePolicy)
    held: Stop | None = None
    _bad: deque[int] = field(default_factory=deque)  # offsets of what was set aside within the window
    _run: int = 0

    def take(self, offset: int) -> Stop | None:
        """Told of each unusable record in the order of the source: None, it may be set aside; else stop before it, for this reason.

        Usable ones need not be told: a source without holes numbers them too.
        """
        if self.held is not None:
            return self.held
        run = self._run + 1 if self._bad and self._bad[-1] == offset - 1 else 1
        while self._bad and self._bad[0] <= offset - self.policy.window:
            self._bad.popleft()
        self.held = self._judge(run)
        if self.held is None:
            self._bad.append(offset)
            self._run = run
        return self.held

    @property
    def count(self) -> int:
        """How many were set aside within the window."""
        return len(self._bad)

    def _judge(self, run: int) -> Stop | None:
        policy = self.policy
        if policy.run and run > policy.run:
            return Stop.RUN
        if policy.ratio and len(self._bad) + 1 > policy.ratio * policy.window:
            return Stop.RATIO
        return None
