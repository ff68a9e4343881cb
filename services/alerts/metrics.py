"""What alerts counts. No label names a dossier, a unit or a person."""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from dunghen.platform.traces import RESULTS
from services.alerts.decisions import REASONS
from services.alerts.settings import CHANNELS

OUTCOMES = ("delivered", "failed", "superseded", "suppressed")
WHY_NOT = ("LINE_AWAY", "REFUSED_FOR_NOW", "PACE")
SECONDS = (0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800, 7200, 86400)


class Metrics:
    """One set a process (or a test), in its own registry."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        made: Any = {"registry": registry or CollectorRegistry()}
        self.decided = Counter(
            "dunghen_alerts_notices_decided", "Stages found crossed since go-live, by the reason of the decision", ["reason"], **made
        )
        self.before_live = Counter("dunghen_alerts_crossings_before_live", "Stages crossed before go-live: never told, not written", **made)
        self.looks = Counter("dunghen_alerts_looks", "Dossiers looked at because the instant of their next stage had come", **made)
        self.outcomes = Counter("dunghen_alerts_attempts", "How attempts to send ended", ["outcome"], **made)
        self.retries = Counter("dunghen_alerts_retries", "Attempts put off, by cause", ["cause"], **made)
        self.refusals = Counter("dunghen_alerts_refusals", "Letters refused for good, by channel", ["channel"], **made)
        self.digests = Counter("dunghen_alerts_digests", "Letters that told of several notices at once", **made)
        self.repeats = Counter(
            "dunghen_alerts_repeats", "Notices sent again because nobody knows whether the attempt before got through", **made
        )
        self.dwell = Histogram(
            "dunghen_alerts_dwell_seconds", "From the crossing to the first attempt, by the city's clock", buckets=SECONDS, **made
        )
        self.handed = Histogram(
            "dunghen_alerts_handed_seconds",
            "From a notice being free to go (its crossing, or the end of what held it back) until a channel took it; city's clock",
            buckets=SECONDS,
            **made,
        )
        self.oldest = Gauge(
            "dunghen_alerts_oldest_seconds", "How long the oldest notice that might go has waited; city's clock", ["partition"], **made
        )
        self.sending = Histogram("dunghen_alerts_send_seconds", "One attempt to send, real time", buckets=SECONDS, **made)
        self.waiting = Gauge("dunghen_alerts_waiting", "Notices that wait to be sent", ["partition"], **made)
        self.partitions = Gauge("dunghen_alerts_partitions", "Partitions that there are; 0 in mode off, where nothing is watched", **made)
        self.watched = Gauge("dunghen_alerts_watched_dossiers", "Open dossiers that are watched", ["partition"], **made)
        self.unreadable = Counter("dunghen_alerts_unreadable_records", "Looks at dossiers whose record cannot be read", **made)
        self.spans = Counter("dunghen_alerts_spans", "Spans of traces: handed to the collector, or let go", ["result"], **made)
        self._zero()

    def on_spans(self, result: str, count: int) -> None:
        """What became of so many spans."""
        self.spans.labels(result).inc(count)

    def on_leave(self, partition: int) -> None:
        """What is said of a partition is said by its present owner only."""
        for gauge in (self.waiting, self.oldest, self.watched):
            gauge.remove(str(partition))

    def _zero(self) -> None:
        for reason in REASONS:
            self.decided.labels(reason)
        for result in RESULTS:
            self.spans.labels(result)
        for outcome in OUTCOMES:
            self.outcomes.labels(outcome)
        for channel in CHANNELS:
            self.refusals.labels(channel)
        for cause in WHY_NOT:
            self.retries.labels(cause)
