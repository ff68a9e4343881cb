"""The composition root of scoring: `python -m services.scoring`."""

from __future__ import annotations

import asyncio
import gc
import sys

from dunghen.contracts import topics
from dunghen.contracts.policies import PolicyBook
from dunghen.platform import kafka, logs, memory, traces_export
from dunghen.platform.clock import clock_from
from dunghen.platform.faust_batches import serve
from dunghen.platform.lifecycle import STOP_SECONDS, Lifecycle
from dunghen.platform.metrics import Readiness, serve_metrics
from dunghen.platform.settings import SettingsError, load
from services.scoring import metrics
from services.scoring.app import build
from services.scoring.settings import ScoringSettings


async def run(settings: ScoringSettings) -> None:
    """Until a signal: policies first, since nothing can be counted without; then the stages."""
    life = Lifecycle(seconds_in_all=STOP_SECONDS)
    life.release("traces", traces_export.stop)
    readiness = Readiness.of_steps("kafka", "policy", "partitions")
    serve_metrics(settings, readiness)
    book = PolicyBook()
    await kafka.until_reachable(settings, [topics.POLICIES])
    readiness.done("kafka")
    policies = kafka.follow(settings, [topics.POLICIES], lambda _, record: book.take(record.key, record.value))
    life.spawn("policies", policies.run())
    await policies.caught_up()
    await book.wait_for_first()
    readiness.done("policy")
    scoring = build(settings, book, clock_from(settings.clock_file))
    readiness.done("partitions", lambda: scoring.stages.settled)
    life.release("stages", scoring.stages.close)
    life.spawn("faust", serve(scoring.app))
    memory.settle()
    gc.set_threshold(100_000, 20, 50)  # records are bytes: nothing there for the collector to find
    await life.run()


def main() -> None:
    try:
        settings = load(ScoringSettings)
        logs.configure("scoring", settings.log_level)
        traces_export.start("scoring", metrics.on_spans)
    except SettingsError as fault:
        sys.exit(f"scoring cannot start:\n{fault}")
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
