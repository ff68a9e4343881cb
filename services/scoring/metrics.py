"""What scoring counts. No label names a dossier, a unit or a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

EVENTS = Counter("dunghen_scoring_events_total", "events folded in (fold) or partials applied (score)", ["stage"])
ROUND_SECONDS = Histogram(
    "dunghen_scoring_round_seconds", "work and durable write of one round", ["stage"], buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10)
)
DEAD_LETTERS = Counter("dunghen_scoring_dead_letters_total", "events that could not be folded", ["reason"])
DOSSIERS = Gauge("dunghen_scoring_dossiers", "dossiers in memory", ["partition"])
VIOLATIONS = Counter("dunghen_scoring_invariant_violations_total", "days on which received is not finished + pending + overdue", ["reason"])

for stage in ("fold", "score"):
    EVENTS.labels(stage), ROUND_SECONDS.labels(stage)
for reason in ("UNREADABLE", "UNUSABLE"):
    DEAD_LETTERS.labels(reason)
for reason in ("UNBALANCED", "NEGATIVE", "PAUSED_BEYOND_PENDING"):
    VIOLATIONS.labels(reason)
