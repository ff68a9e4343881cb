"""The metrics of ingest: a closed set, labels bounded, zero from the start. Never a source, a dossier or a person."""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from dunghen.contracts.refusals import Refusal
from dunghen.platform.traces import RESULTS

ROUTES = ("DongBoHoSoMC", "CapNhatTienDoHoSoMC", "events", "facts", "desk-events", "heartbeats", "pull")
KINDS = ("synced", "progressed", "retracted", "fact", "task", "follow_up", "desk_event")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """One set a process (or a test), in its own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        made: Any = {"registry": self.registry}
        self.requests = Counter("dunghen_ingest_requests", "Requests answered, by route and status class", ["route", "status"], **made)
        self.accepted = Counter("dunghen_ingest_records_accepted", "Records stored in Kafka, acknowledged", ["kind"], **made)
        self.refused = Counter("dunghen_ingest_refusals", "Records and requests refused, by reason", ["code"], **made)
        self.odd_codes = Counter("dunghen_ingest_odd_codes", "Records accepted under a dossier code of unknown shape", **made)
        self.bytes = Counter("dunghen_ingest_body_bytes", "Bytes of bodies read", **made)
        self.handling = Histogram("dunghen_ingest_handling_seconds", "From the whole body to the answer", buckets=SECONDS, **made)
        self.acknowledging = Histogram(
            "dunghen_ingest_kafka_ack_seconds", "From sending to Kafka's last acknowledgement", buckets=SECONDS, **made
        )
        self.policy_version = Gauge(
            "dunghen_ingest_policy_version", "Policy version that incoming records are read by; 0: none yet", **made
        )
        self.spans = Counter("dunghen_ingest_spans", "Spans of traces: handed to the collector, or let go", ["result"], **made)
        self._zero()

    def on_spans(self, result: str, count: int) -> None:
        """What became of so many spans."""
        self.spans.labels(result).inc(count)

    def _zero(self) -> None:
        for route in ROUTES:
            for status in ("2xx", "4xx", "5xx"):
                self.requests.labels(route, status)
        for result in RESULTS:
            self.spans.labels(result)
        for kind in KINDS:
            self.accepted.labels(kind)
        for code in Refusal:
            self.refused.labels(code.value)
