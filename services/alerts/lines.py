"""Which lines are closed, and until when: a mail server or an endpoint that is away, a channel that has sent enough for this minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from dunghen.platform.retries import LONGEST_PEACE, Retries


@dataclass
class Pace:
    """At most so many messages a minute, evenly, with a burst of a tenth of that; 0: as many as there are. One for a process."""

    per_minute: float
    _free_at: float = 0.0

    def take(self, now: float) -> float:
        """0 where a message may go now, and it counts; else the seconds until one may."""
        if not self.per_minute:
            return 0.0
        gap = 60.0 / self.per_minute
        burst = gap * max(1.0, self.per_minute / 10)
        free_at = max(self._free_at, now - burst + gap)
        if free_at > now:
            return free_at - now
        self._free_at = free_at + gap
        return 0.0


@dataclass
class Lines:
    """State of one partition, lost with it: a new owner finds out anew."""

    retries: Retries = field(default_factory=Retries)
    paces: Mapping[str, Pace] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    _closed_until: dict[str, float] = field(default_factory=dict)

    def closed(self, line: str) -> bool:
        return self._closed_until.get(line, 0.0) > monotonic()

    def take(self, channel: str, line: str) -> bool:
        """Whether one more may go through this channel now; if not, the line is closed until one may."""
        pace = self.paces.get(channel)
        wait = pace.take(monotonic()) if pace else 0.0
        if wait:
            self._closed_until[line] = monotonic() + wait
        return not wait

    def away(self, line: str, after: float) -> None:
        """It failed: closed for a while, the longer the more often in a row, and at least as long as it asks for itself."""
        self.failures[line] = self.failures.get(line, 0) + 1
        wait = max(self.retries.wait(self.failures[line]), min(after, LONGEST_PEACE))
        self._closed_until[line] = monotonic() + wait

    def answered(self, line: str) -> None:
        self.failures.pop(line, None)
