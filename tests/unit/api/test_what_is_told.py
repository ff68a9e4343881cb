"""What operators are told of the reading side: readiness, the age of the map, feeds."""

from __future__ import annotations

from math import inf

from prometheus_client import REGISTRY

from services.api import metrics
from services.api.board_messages import FeedView


def feed(source: str, *, stale: bool = False, missing: int | None = None) -> FeedView:
    return FeedView(source=source, seen_at=1, record_at=1, accepted_count=1, refused_count=0, missing=missing, stale=stale, units=["20242"])


def said(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"dunghen_api_{name}", labels)


def test_feeds_are_counted_by_what_is_shown_of_them_and_missing_records_added_up() -> None:
    metrics.on_feeds([feed("A"), feed("B", stale=True, missing=3), feed("C", missing=4), feed("D", missing=0)])
    assert (said("feeds", state="fresh"), said("feeds", state="stale")) == (3, 1)
    assert (said("missing_records"), said("feeds_missing_records")) == (7, 2)
    metrics.on_feeds([])
    assert (said("feeds", state="fresh"), said("feeds", state="stale"), said("missing_records")) == (0, 0, 0)


def test_a_worker_for_which_nobody_vouches_has_an_old_picture() -> None:
    ages: list[float | None] = [None, 1.5]
    metrics.watch_picture(lambda: ages[0])
    assert said("picture_age_seconds") == inf
    ages[0] = 1.5
    assert said("picture_age_seconds") == 1.5
