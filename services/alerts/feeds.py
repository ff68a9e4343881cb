"""The topic `feeds` as alerts needs it: whether what is known of a unit may be old, so that nobody is told on the word of a silent feed,
and which feeds are silent, so that their owners are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from dunghen.contracts import topics
from dunghen.contracts.messages import decode_feed
from dunghen.domain.calendar import WorkingCalendar
from dunghen.domain.feeds import Patience

SEVERAL = 3
TOGETHER_SECONDS = 86400


@dataclass
class UnitFeeds:
    """The newest contact of any feed that ever spoke of a unit. A unit of which none did is not called silent: nothing was promised."""

    patience: Patience
    calendar: Callable[[], WorkingCalendar | None]
    _seen: dict[str, int] = field(default_factory=dict)
    _sources: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)  # the last contact of each, and of which units it spoke

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """One record of the topic; no value: the source is no more, and its silence none; what cannot be read says nothing."""
        if (key or b"").startswith(topics.OWN_KEY):  # what ingest keeps for itself
            return
        if value is None:
            self._sources.pop((key or b"").decode(errors="replace"), None)
            return
        try:
            feed = decode_feed(value)
        except msgspec.DecodeError:
            return
        self._sources[feed.source] = (max(feed.seen_at, self.seen_at(feed.source)), frozenset(feed.units))
        for unit in feed.units:
            self._seen[unit] = max(feed.seen_at, self._seen.get(unit, 0))

    def stale(self, unit: str, now: int) -> bool:
        """Whether all its feeds are silent at an instant of the city's clock."""
        seen_at = self._seen.get(unit)
        return seen_at is not None and self.patience.is_stale(seen_at, now, self.calendar())

    def silent(self, now: int) -> Iterable[tuple[str, int]]:
        """Every source that is silent at an instant of the city's clock, with its last contact."""
        calendar = self.calendar()
        return [(name, seen) for name, (seen, _) in self._sources.items() if seen and self.patience.is_stale(seen, now, calendar)]

    def all_silent(self, now: int) -> int:
        """Where every source is silent, and several since about the same time, the last contact of any: then it is us. 0: not so."""
        newest, silent = max((seen for seen, _ in self._sources.values()), default=0), dict(self.silent(now))
        together = sum(seen >= newest - TOGETHER_SECONDS for seen in silent.values())
        return newest if len(silent) == len(self._sources) and together >= SEVERAL else 0

    def seen_at(self, source: str) -> int:
        """The last contact of a source; 0: it is not known."""
        return self._sources.get(source, (0,))[0]

    def sources_of(self, unit: str) -> Sequence[str]:
        """The sources that spoke of a unit, in the order of their names."""
        return sorted(name for name, (_, units) in self._sources.items() if unit in units)

    def units_of(self, source: str) -> int:
        """Of how many units a source spoke."""
        return len(self._sources[source][1]) if source in self._sources else 0
