"""What scoring counts. No label names a dossier, a unit or a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from dunghen.contracts.dead_letters import Reason

EVENTS = Counter("dunghen_scoring_events_total", "events folded in (fold) or partials applied (score)", ["stage"])
ROUND_SECONDS = Histogram(
    "dunghen_scoring_round_seconds", "work and durable write of one round", ["stage"], buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10)
)
DEAD_LETTERS = Counter("dunghen_scoring_dead_letters_total", "events that could not be folded", ["reason"])
BRAKED = Gauge("dunghen_scoring_braked", "1 while a partition stands still: too much of it would be set aside", ["partition"])
DOSSIERS = Gauge("dunghen_scoring_dossiers", "dossiers in memory", ["partition"])
PRUNED = Counter("dunghen_scoring_pruned_dossiers_total", "dossiers that left the memory for the base cells")
REOPENINGS = Counter("dunghen_scoring_refused_reopenings_total", "syncs that would have opened a frozen dossier again: for an operator")
FROZEN = Gauge("dunghen_scoring_frozen_dossiers", "dossiers of which only their counts are left", ["partition"])
DOOMED = Gauge("dunghen_scoring_doomed_dossiers", "silent dossiers that are still to be looked at for pruning", ["partition"])
HORIZON = Gauge("dunghen_scoring_horizon_seconds", "since 1970: dossiers silent since before it may be frozen", ["partition"])
VIOLATIONS = Counter("dunghen_scoring_invariant_violations_total", "days on which received is not finished + pending + overdue", ["reason"])

for stage in ("fold", "score"):
    EVENTS.labels(stage), ROUND_SECONDS.labels(stage)
for dead in Reason:
    DEAD_LETTERS.labels(dead.value)
for reason in ("UNBALANCED", "NEGATIVE", "PAUSED_BEYOND_PENDING"):
    VIOLATIONS.labels(reason)
