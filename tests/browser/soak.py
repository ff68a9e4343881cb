"""`python -m tests.browser.soak [--minutes 90] [--changes 200] [--path /wall]`: a page under a steady stream of changes for a long time.

A documented run, no test (C5): one JSON line a sample (heap after a garbage collection, longest task since the last), and one at the end.
Wanted: the heap grows by less than 5 % from the first to the last quarter of the samples, no task above 200 ms; else exit code 1.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from dunghen.platform.local import kafka_broker, redis_server
from tests.browser.chromium import Screen, chromium, versions
from tests.browser.screen_city import ScreenCity, scores_of, screen_city

MOST_GROWTH, LONGEST_TASK_MS, WARM_UP_SECONDS, ROUND_SECONDS = 0.05, 200, 60, 0.1
WATCH = """() => {
  window.longTasks = [];
  const note = (list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration));
  new PerformanceObserver(note).observe({ type: 'longtask', buffered: false });
}"""
TASKS = "() => { const all = window.longTasks; window.longTasks = []; return all; }"


class Changes:
    """So many scores of random units a second into Kafka, from a thread of its own, until `stop`."""

    def __init__(self, city: ScreenCity, a_second: int) -> None:
        self.city, self.a_second, self.said, self.ended = city, a_second, 0, threading.Event()
        self.units = [unit["code"] for unit in city.map(kind="all")["units"]]
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        due, size = time.monotonic(), max(1, round(self.a_second * ROUND_SECONDS))
        while not self.ended.wait(max(0.0, due - time.monotonic())):
            due += ROUND_SECONDS
            chosen = random.sample(self.units, min(size, len(self.units)))
            told = [scores_of(unit, on_time=random.randint(60, 900), late=random.randint(0, 100)) for unit in chosen]
            self.city.loop.run(self.city.world.scores(*told))
            self.said += len(told)

    def stop(self) -> None:
        self.ended.set()
        self.thread.join()


@contextmanager
def a_city() -> Iterator[ScreenCity]:
    """With a Kafka and a Redis of its own, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="dunghen-soak-") as folder:
        kafka = kafka_broker.start(Path(folder) / "kafka")
        redis = redis_server.start(Path(folder) / "redis")
        try:
            with screen_city(kafka=kafka.address, redis=f"redis://{redis.address}/0", data=Path(folder)) as city:
                yield city
        finally:
            redis.stop()
            kafka.stop()


def heap_mb(page: Page, devtools: Any) -> float:
    """JavaScript's heap after a garbage collection."""
    devtools.send("HeapProfiler.collectGarbage")
    return round(devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6, 3)


def samples(page: Page, minutes: float, every: float) -> Iterator[dict[str, Any]]:
    """One after another, after a warm-up."""
    devtools = page.context.new_cdp_session(page)
    page.wait_for_timeout(WARM_UP_SECONDS * 1000)
    page.evaluate(WATCH)
    began = time.monotonic()
    while True:
        longest = max(page.evaluate(TASKS), default=0)
        yield {
            "minutes": round((time.monotonic() - began) / 60, 1),
            "heap_mb": heap_mb(page, devtools),
            "longest_task_ms": round(longest),
            "version": versions(page),
        }
        if time.monotonic() - began >= minutes * 60:
            return
        page.wait_for_timeout(1000)
        page.evaluate(TASKS)  # the collection that was asked for is not the page's own work
        page.wait_for_timeout(every * 1000)


def run(wanted: argparse.Namespace) -> int:
    """Gives the exit code."""
    every = max(5.0, wanted.minutes * 60 / 45)
    with a_city() as city, chromium() as browser:
        screen = Screen(browser.new_context(viewport={"width": 1920, "height": 1080}), city.page)
        page, changes, seen = screen.show(wanted.path), Changes(city, wanted.changes), list[dict[str, Any]]()
        changes.thread.start()
        for sample in samples(page, wanted.minutes, every):
            seen.append({**sample, "changes": changes.said})
            print(json.dumps(seen[-1]), flush=True)
        changes.stop()
    quarter, longest = max(1, len(seen) // 4), max(sample["longest_task_ms"] for sample in seen)
    first, last = (statistics.median(s["heap_mb"] for s in part) for part in (seen[:quarter], seen[-quarter:]))
    growth = last / first - 1
    figures = {"growth": round(growth, 4), "longest_task_ms": longest, "changes": changes.said, "faults": screen.faults[:5]}
    print(json.dumps({"run": "soak", **figures}))
    return int(growth >= MOST_GROWTH or longest > LONGEST_TASK_MS or bool(screen.faults))


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--minutes", type=float, default=90)
    words.add_argument("--changes", type=int, default=200, help="a second")
    words.add_argument("--path", default="/wall")
    return run(words.parse_args())


if __name__ == "__main__":
    sys.exit(main())
