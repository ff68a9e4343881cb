"""Metrics of the projector and of the HTTP workers: a closed set, bounded labels, all there from the start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from math import inf
from time import monotonic

from prometheus_client import Counter, Gauge, Histogram

from dunghen.contracts.reconciliations import Reconciliation
from dunghen.domain.access import RIGHTS, Reason
from dunghen.domain.deliveries import State
from dunghen.domain.sign_on import BY_WAY
from dunghen.platform.traces import RESULTS
from services.api.board_messages import FeedView
from services.api.wall_reports import Walls

BOARD_LOSSES = Counter("dunghen_api_board_losses_total", "Times the projector lost its board and read everything again", ["reason"])
for _reason in ("BoardUnreachableError", "DisplacedError"):
    BOARD_LOSSES.labels(reason=_reason)
VERSIONS = Counter("dunghen_api_versions_total", "Versions of the map that were published")
UNDECODABLE = Counter("dunghen_api_undecodable_records_total", "Records of followed topics that nobody of ours could have written")
WRITE_SECONDS = Histogram(
    "dunghen_api_board_write_seconds", "Time of one write to the board", buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3)
)
LAG_SECONDS = Gauge("dunghen_api_source_lag_seconds", "Real seconds since all that was then in dossier-events is on the map")
STORE_LAG_SECONDS = Gauge("dunghen_api_store_lag_seconds", "Real seconds since all that was then in unit-days and facts is in the store")
FEEDS = Gauge("dunghen_api_feeds", "Sending systems that were ever heard of, by what is shown of them", ["state"])
for _state in ("fresh", "stale"):
    FEEDS.labels(state=_state)
PICTURE_AGE = Gauge(
    "dunghen_api_picture_age_seconds", "Real seconds since all that was then in dossier-events was in the picture that this worker serves"
)
MISSING_RECORDS = Gauge(
    "dunghen_api_missing_records", "Records that sources said they had sent and that were not counted by then, all together"
)
FEEDS_MISSING = Gauge("dunghen_api_feeds_missing_records", "Sources of which records are missing")
LAG_EVENTS = Gauge("dunghen_api_source_lag_events", "Records of dossier-events that the map does not stand for yet")
STEP_RECORDS = Histogram(
    "dunghen_api_step_records", "Records of followed topics in one write to the board", buckets=(1, 3, 10, 30, 100, 300, 1000)
)
AGE_SECONDS = Histogram(
    "dunghen_api_age_seconds",
    "From the oldest followed record of a step being written to its being on the board",
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
HISTORY_RECORDS = Counter("dunghen_api_history_records_total", "Records taken into the store", ["topic"])
BREAKDOWNS = Counter("dunghen_api_breakdowns_total", "Months of units whose break-downs were published")
SPANS = Counter("dunghen_api_spans_total", "Spans of traces of the projector: handed to the collector, or let go", ["result"])
for _result in RESULTS:
    SPANS.labels(result=_result)
RECONCILED_AT = Gauge(
    "dunghen_api_reconciled_timestamp_seconds", "When the newest kept comparison with the batch path ended; 0: none is kept"
)
RECONCILED_CELLS = Gauge("dunghen_api_reconciled_cells", "Figures that it compared")
RECONCILE_DIFFERENCES = Gauge("dunghen_api_reconcile_differences", "Figures of them that differed")
STREAMS = Gauge("dunghen_api_streams_open", "Streams open now")
REFUSED = Counter("dunghen_api_refused_total", "Requests and streams refused because their address asked for too many", ["what"])
for _what in ("requests", "streams"):
    REFUSED.labels(what=_what)
LISTENERS = Gauge("dunghen_api_listeners", "Officials' streams open now")
FRAMES = Counter("dunghen_api_frames_total", "Frames sent to streams", ["event"])
DROPPED = Counter("dunghen_api_streams_dropped_total", "Streams dropped because the client took nothing for too long")
SKIPPED = Counter("dunghen_api_streams_skipped_total", "Times a client that was behind was given many changes as one")
FRAMES_SNAPSHOT, FRAMES_CHANGE, FRAMES_TICK = (FRAMES.labels(event=_event) for _event in ("snapshot", "change", "tick"))
WALL_REPORTS = Counter("dunghen_api_wall_reports_total", "Reports of wall displays", ["result"])
for _result in ("accepted", "limited", "invalid", "refused"):
    WALL_REPORTS.labels(result=_result)
ACCESS = Counter("dunghen_api_access_decisions_total", "Decisions on who may see what", ["what", "reason"])
for _right in RIGHTS:
    for _reason in Reason:
        ACCESS.labels(what=_right.value, reason=_reason.value)
SIGN_INS = Counter("dunghen_api_sign_ins_total", "Attempts to sign in, by a one-time link or the city's own sign-on", ["way", "reason"])
for _way, _reasons in BY_WAY.items():
    for _ended in _reasons:
        SIGN_INS.labels(way=_way.value, reason=_ended.value)
BROWSERS = Counter("dunghen_api_browsers_total", "Browsers in which notices were switched on or off", ["change"])
for _change in ("on", "off", "swept"):
    BROWSERS.labels(change=_change)
WEBHOOKS = Gauge("dunghen_api_webhooks", "Subscriptions to changes of band, by how their messages fare", ["state"])
for _state in State:
    WEBHOOKS.labels(state=_state.value)
WEBHOOK_POSTS = Counter("dunghen_api_webhook_posts_total", "Attempts to tell a subscriber of changes of band", ["result"])
for _result in ("taken", "not_taken", "given_up"):
    WEBHOOK_POSTS.labels(result=_result)
WEBHOOK_SECONDS = Histogram(
    "dunghen_api_webhook_seconds",
    "From a message to a subscriber being made to its being taken",
    buckets=(0.1, 0.3, 1, 3, 10, 60, 600, 3600, 86400),
)
AUDIT_ENTRIES = Counter("dunghen_api_audit_entries_total", "Entries in the audit log, durable")
WALLS = Gauge("dunghen_api_walls", "Wall displays that reported in the last three minutes", ["mode"])
WALL_PAGES = Gauge("dunghen_api_wall_pages", "Different versions of the page that wall displays run")
WALL_FRAME_SECONDS = Gauge("dunghen_api_wall_frame_seconds", "Slowest wall display: 95th percentile of its frame time")
WALL_MEMORY_BYTES = Gauge("dunghen_api_wall_memory_bytes", "Wall display with the largest heap")
WALL_EVENT_AGE_SECONDS = Gauge("dunghen_api_wall_event_age_seconds", "Wall display that has waited longest for a word from the server")
WALL_FAILURES = Gauge("dunghen_api_wall_failures", "Wall display whose drawing failed most often since its page was loaded")


def on_spans(result: str, count: int) -> None:
    """What became of so many spans."""
    SPANS.labels(result=result).inc(count)


def watch_walls(walls: Walls) -> None:
    """The gauges of walls say at each scrape what the reports say then."""
    for mode in walls.by_mode(0):
        WALLS.labels(mode=mode).set_function(partial(_in_mode, walls, mode))
    WALL_PAGES.set_function(lambda: walls.pages(monotonic()))
    for gauge, name in (
        (WALL_FRAME_SECONDS, "frame_seconds"),
        (WALL_MEMORY_BYTES, "memory_bytes"),
        (WALL_EVENT_AGE_SECONDS, "event_age_seconds"),
        (WALL_FAILURES, "failures"),
    ):
        gauge.set_function(partial(_worst, walls, name))


def watch_picture(age_seconds: Callable[[], float | None]) -> None:
    """Said anew at each scrape; None (there is no picture, or nobody ever vouched for it) is for ever old."""
    PICTURE_AGE.set_function(lambda: inf if (age := age_seconds()) is None else age)


def on_reconciled(newest: Reconciliation | None) -> None:
    """What the newest kept comparison found."""
    if newest is not None:
        RECONCILED_AT.set(newest.at)
        RECONCILED_CELLS.set(newest.cells)
        RECONCILE_DIFFERENCES.set(newest.differences)


def on_feeds(feeds: Iterable[FeedView]) -> None:
    """What is shown of all sources."""
    shown = list(feeds)
    stale = sum(feed.stale for feed in shown)
    FEEDS.labels(state="stale").set(stale)
    FEEDS.labels(state="fresh").set(len(shown) - stale)
    MISSING_RECORDS.set(sum(feed.missing or 0 for feed in shown))
    FEEDS_MISSING.set(sum(bool(feed.missing) for feed in shown))


def _in_mode(walls: Walls, mode: str) -> float:
    return walls.by_mode(monotonic())[mode]


def _worst(walls: Walls, name: str) -> float:
    return walls.worst(monotonic())[name]
