"""Which feeds are silent, pure. A feed is one sending system; a unit is as fresh as the freshest of its feeds (architecture.md §8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dunghen.contracts.messages import FeedState
from services.api.board_messages import FeedView


def view_of(feed: FeedState, stale: bool) -> FeedView:
    """What is shown of a feed. Missing = what it says it had sent by its heartbeat, less what was counted by then; never below zero."""
    return FeedView(
        source=feed.source,
        seen_at=feed.seen_at,
        record_at=feed.record_at,
        accepted_count=feed.accepted_count,
        refused_count=feed.refused_count,
        missing=None if feed.sent_count < 0 else max(feed.sent_count - feed.counted_at_heartbeat, 0),
        stale=stale,
        units=sorted(feed.units),
    )


@dataclass(frozen=True, slots=True)
class UnitFeed:
    """What a unit's feeds say of its age: `seen_at` None where no feed ever spoke of it."""

    seen_at: int | None = None
    stale: bool = False


NO_FEED = UnitFeed()


def by_unit(feeds: Iterable[FeedView]) -> dict[str, UnitFeed]:
    """Of each unit the newest contact of its feeds; stale only when all of them are."""
    seen: dict[str, UnitFeed] = {}
    for feed in feeds:
        for unit in feed.units:
            old = seen.get(unit)
            if old is None or old.seen_at is None:
                seen[unit] = UnitFeed(feed.seen_at, feed.stale)
            else:
                seen[unit] = UnitFeed(max(old.seen_at, feed.seen_at), old.stale and feed.stale)
    return seen
