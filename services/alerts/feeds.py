"""The topic `feeds` as alerts needs it: whether what is known of a unit may be old, so that nobody is told on the word of a silent feed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from dunghen.contracts.messages import decode_feed
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.feeds import Patience


@dataclass
class UnitFeeds:
    """The newest contact of any feed that ever spoke of a unit. A unit of which none did is not called silent: nothing was promised."""

    patience: Patience
    calendar: Callable[[], WorkingCalendar]
    _seen: dict[str, int] = field(default_factory=dict)

    def take(self, _key: bytes | None, value: bytes | None) -> None:
        """One record of the topic; what cannot be read says nothing."""
        if value is None:
            return
        try:
            feed = decode_feed(value)
        except msgspec.DecodeError:
            return
        for unit in feed.units:
            self._seen[unit] = max(feed.seen_at, self._seen.get(unit, 0))

    def stale(self, unit: str, now: int) -> bool:
        """Whether all its feeds are silent at an instant of the city's clock."""
        seen_at = self._seen.get(unit)
        return seen_at is not None and self.patience.is_stale(seen_at, now, self.calendar())
