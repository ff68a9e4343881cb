"""When a sending system counts as silent (`architecture.md` §8): one rule for what is shown of it and for what is told on its word."""

from __future__ import annotations

from dataclasses import dataclass

from dunghen.domain.calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a feed may be silent: so many working seconds, and so many seconds at all."""

    working_seconds: int
    seconds: int

    def is_stale(self, seen_at: int, now: int, calendar: WorkingCalendar | None) -> bool:
        """Working seconds are counted, not asked whether it is open now: at 07:00 nobody is late yet, and nothing turns fresh by itself."""
        if now - seen_at > self.seconds:
            return True
        return calendar is not None and calendar.between(seen_at, now) > self.working_seconds
