"""What is known of the sending systems, kept in memory and published from here: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from dunghen.contracts.messages import FeedState
from services.ingest.wire.heartbeats import Heartbeat

MOST_SOURCES = 10_000
_ASIDE = "~"  # as `topics.OWN_KEY`: what begins so is ours, and readers of the topic pass it over


class FeedBook:
    """One FeedState a source. `take_changed` gives each state once after it changed."""

    def __init__(self, known: Iterable[FeedState] = ()) -> None:
        self._feeds = {feed.source: feed for feed in known}
        self._changed: set[str] = set()

    def resume(self, feed: FeedState) -> None:
        """A state read back from the topic; what has been counted since the start is newer."""
        self._feeds.setdefault(feed.source, feed)

    def pulled(self, source: str, service: str) -> int:
        """The instant up to which a source has answered for a service; 0 if it never has."""
        return max((feed.pulled.get(service, 0) for feed in self._of(source)), default=0)

    def held(self, source: str, service: str) -> int:
        """Since when it is to be asked again under another policy; 0: nothing waits for one."""
        return max((feed.held.get(service, 0) for feed in self._of(source)), default=0)

    def on_pull(self, source: str, service: str, pulled: Pulled, *, feeds: bool = True) -> None:
        """A whole answer of the source is stored.

        Without `feeds` that is no word of its feed: it is kept beside, for us alone.
        """
        feed = self._touched(source if feeds else _ASIDE + source, pulled.at)
        if feed is None:
            return
        feed.pulled[service] = pulled.at
        feed.held.pop(service, None)
        if pulled.held:
            feed.held[service] = pulled.held

    def on_delivery(self, source: str, now: int, units: list[str], counts: Counts) -> None:
        """`units`: of the records that were accepted, "" where unknown."""
        feed = self._touched(source, now)
        if feed is None:
            return
        feed.accepted_count += counts.accepted
        feed.refused_count += counts.refused
        feed.odd_code_count += counts.odd
        if counts.accepted:
            feed.record_at = now
        feed.units.update((unit, now) for unit in units if unit)

    def is_compared(self, source: str) -> bool:
        """Whether the source says how many it has sent: then no count may be lost, or records would be called missing that are not."""
        feed = self._feeds.get(source)
        return feed is not None and feed.sent_count >= 0

    def take_back(self, source: str, counts: Counts) -> None:
        """What was counted of a delivery that its sender will send again."""
        feed = self._feeds.get(source)
        if feed is not None:
            feed.accepted_count -= counts.accepted
            feed.refused_count -= counts.refused
            feed.odd_code_count -= counts.odd
            self._changed.add(source)

    def on_heartbeat(self, beat: Heartbeat, now: int) -> None:
        """A later heartbeat replaces an earlier one, by the source's own time."""
        feed = self._touched(beat.source, now)
        if feed is None or beat.sent_at < feed.sent_at:
            return
        feed.sent_at, feed.sent_record_at = beat.sent_at, beat.last_record_at
        if beat.sent_count >= 0:
            feed.sent_count, feed.counted_at_heartbeat = beat.sent_count, feed.accepted_count + feed.refused_count

    def take_changed(self) -> list[FeedState]:
        """Copies of what changed since the last call."""
        changed, self._changed = self._changed, set()
        return [_copy(self._feeds[source]) for source in sorted(changed)]

    def give_back(self, feeds: Iterable[FeedState]) -> None:
        """What could not be published is to be published again, in its newest state."""
        self._changed.update(feed.source for feed in feeds)

    def _of(self, source: str) -> list[FeedState]:
        return [feed for name in (source, _ASIDE + source) if (feed := self._feeds.get(name))]

    def _touched(self, source: str, now: int) -> FeedState | None:
        feed = self._feeds.get(source)
        if feed is None:
            if len(self._feeds) >= MOST_SOURCES:
                return None
            feed = self._feeds[source] = FeedState(source=source, seen_at=now)
        feed.seen_at = max(feed.seen_at, now)
        self._changed.add(source)
        return feed


def _copy(feed: FeedState) -> FeedState:
    return msgspec.structs.replace(feed, units=dict(feed.units), pulled=dict(feed.pulled), held=dict(feed.held))


class Pulled(NamedTuple):
    """What was asked of a source at an instant; `held`: since when it is to be asked again under another policy (0: nothing waits)."""

    at: int
    held: int = 0


class Counts(msgspec.Struct, frozen=True, gc=False):
    """Records of one delivery: accepted, refused, and accepted under a code of unknown shape."""

    accepted: int = 0
    refused: int = 0
    odd: int = 0
