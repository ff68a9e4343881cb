"""What scoring counts. No label names a dossier, a unit or a person."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram

from dunghen.contracts.dead_letters import Reason
from dunghen.platform.backlog import Backlog, RoundDone
from dunghen.platform.traces import RESULTS

STAGES = ("fold", "score")
PLACE = ["stage", "partition"]
SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)

EVENTS = Counter("dunghen_scoring_events_total", "events folded in (fold) or partials applied (score)", ["stage"])
ROUND_EVENTS = Histogram("dunghen_scoring_round_events", "size of one round", ["stage"], buckets=(1, 3, 10, 100, 1000, 10_000, 100_000))
ROUND_SECONDS = Histogram("dunghen_scoring_round_seconds", "work and durable write of one round", ["stage"], buckets=SECONDS)
WRITE_SECONDS = Histogram("dunghen_scoring_write_seconds", "time that a round waited for its transaction", ["stage"], buckets=SECONDS)
AGE_SECONDS = Histogram(
    "dunghen_scoring_age_seconds",
    "from the oldest source record of a round being written to its result being durable",
    ["stage"],
    buckets=SECONDS,
)
PARTITIONS = Gauge("dunghen_scoring_partitions", "partitions that the stages of this process share with those of others", ["stage"])
HELD = Gauge("dunghen_scoring_held", "1 for each partition that this process holds, loaded and at work", PLACE)
WAITING = Gauge("dunghen_scoring_waiting_events", "source records that are not taken yet", PLACE)
HIDDEN = Gauge("dunghen_scoring_hidden_events", "of those that wait: behind an open transaction, not to be read yet", PLACE)
STANDING = Gauge("dunghen_scoring_standing_seconds", "since the stage last moved, while something waits", PLACE)
TAKEOVER_SECONDS = Histogram("dunghen_scoring_takeover_seconds", "fence and load of one partition", ["stage"], buckets=SECONDS)
TAKEOVER_RECORDS = Counter("dunghen_scoring_takeover_records_total", "dossiers or partials that takeovers loaded", ["stage"])
RECOUNTED = Counter("dunghen_scoring_recounted_dossiers_total", "dossiers that takeovers had to count anew: another release had them")
RESTATED = Counter("dunghen_scoring_restated_days_total", "days of a unit, already over, whose counters an event changed")
DEAD_LETTERS = Counter("dunghen_scoring_dead_letters_total", "events that could not be folded", ["reason"])
FOREIGN = Counter(
    "dunghen_scoring_foreign_events_total", "records passed over: since partitions were added their dossier counts in another"
)
BRAKED = Gauge("dunghen_scoring_braked", "1 while a partition stands still: too much of it would be set aside", ["partition"])
DOSSIERS = Gauge("dunghen_scoring_dossiers", "dossiers in memory", ["partition"])
PRUNED = Counter("dunghen_scoring_pruned_dossiers_total", "dossiers that left the memory for the base cells")
REOPENINGS = Counter("dunghen_scoring_refused_reopenings_total", "syncs that would have opened a frozen dossier again: for an operator")
FROZEN = Gauge("dunghen_scoring_frozen_dossiers", "dossiers of which only their counts are left", ["partition"])
DOOMED = Gauge("dunghen_scoring_doomed_dossiers", "silent dossiers that are still to be looked at for pruning", ["partition"])
HORIZON = Gauge("dunghen_scoring_horizon_seconds", "since 1970: dossiers silent since before it may be frozen", ["partition"])
SPANS = Counter("dunghen_scoring_spans_total", "spans of traces: handed to the collector, or let go", ["result"])
VIOLATIONS = Counter("dunghen_scoring_invariant_violations_total", "days on which received is not finished + pending + overdue", ["reason"])

for stage in STAGES:
    for of_stage in (EVENTS, ROUND_EVENTS, ROUND_SECONDS, WRITE_SECONDS, AGE_SECONDS, TAKEOVER_SECONDS, TAKEOVER_RECORDS):
        of_stage.labels(stage)
for result in RESULTS:
    SPANS.labels(result)
for dead in Reason:
    DEAD_LETTERS.labels(dead.value)
for reason in ("UNBALANCED", "NEGATIVE", "PAUSED_BEYOND_PENDING"):
    VIOLATIONS.labels(reason)


def on_spans(result: str, count: int) -> None:
    """What became of so many spans."""
    SPANS.labels(result).inc(count)


def on_round(stage: str, done: RoundDone) -> None:
    """What both stages tell of a round."""
    EVENTS.labels(stage).inc(done.records)
    ROUND_EVENTS.labels(stage).observe(done.records)
    ROUND_SECONDS.labels(stage).observe(done.seconds)
    WRITE_SECONDS.labels(stage).observe(done.write_seconds)
    AGE_SECONDS.labels(stage).observe(done.age_seconds)


def on_backlog(stage: str, partition: int, backlog: Backlog) -> None:
    """Of a partition that this process holds."""
    place = stage, str(partition)
    for gauge, value in ((WAITING, backlog.records), (HIDDEN, backlog.hidden), (STANDING, backlog.seconds)):
        gauge.labels(*place).set(value)


def on_start(stages: Iterable[str], partitions: int) -> None:
    """Of a process: what it may hold a part of."""
    for each in stages:
        PARTITIONS.labels(each).set(partitions)


def on_takeover(place: tuple[str, int], seconds: float, records: int) -> None:
    """Of one partition: (stage, partition)."""
    stage, partition = place
    HELD.labels(stage, str(partition)).set(1)
    TAKEOVER_SECONDS.labels(stage).observe(seconds)
    TAKEOVER_RECORDS.labels(stage).inc(records)


def on_leave(stage: str, partition: int) -> None:
    """What is said of a partition is said by its present owner only."""
    for gauge in (HELD, WAITING, HIDDEN, STANDING):
        gauge.remove(stage, str(partition))
    if stage == "fold":
        for gauge in (BRAKED, DOSSIERS, FROZEN, DOOMED, HORIZON):
            gauge.remove(str(partition))
