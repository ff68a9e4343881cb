"""`python -m tests.browser.soak [--minutes 90] [--changes 200] [--path /wall] [--log FILE]`: a page under changes for a long time.

A documented run, no test (C5). The city's clock runs, so a wall's scenes turn. One JSON line a minute: what of the heap can still be
reached, by kind, the scene that is on, elements, the longest task since the line before, how busy the page was. A scene holds what it
draws, so each is compared with itself, a few seconds after it came on. Wanted: from a scene's first third to its last the heap's median
grows by less than 5 %, no task above 200 ms; else exit code 1. A run may be ended at any time: `--judge FILE` says the same of the lines
that are there.

A heap snapshot is asked, which collects garbage and counts what is held from somewhere. `Runtime.getHeapUsage` after a collection also
counts what is swept later: three in a row say 3.6, 4.6 and 4.1 MB of one page of which 2.8 can be reached.
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
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError
from playwright.sync_api import CDPSession, Page

from dunghen.platform.clock import SharedClock
from dunghen.platform.local import kafka_broker, redis_server
from tests.browser.chromium import Screen, chromium, versions
from tests.browser.screen_city import ScreenCity, scores_of, screen_city
from tests.integration.api.api_world import MONDAY_8_00

MOST_GROWTH, LONGEST_TASK_MS = 0.05, 200
WARM_UP_SECONDS, EVERY_SECONDS, ROUND_SECONDS, FEED_SECONDS = 300, 60, 0.1, 30
WATCH = """() => {
  window.longTasks = [];
  const note = (list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration));
  new PerformanceObserver(note).observe({ type: 'longtask', buffered: false });
}"""
SCENE = "() => document.querySelector('[data-scene]')?.dataset.scene ?? ''"
TURNED = "(scene) => document.querySelector('[data-scene]')?.dataset.scene !== scene"
SETTLED_SECONDS, LONGEST_SCENE_SECONDS = 5, 300
TASKS = "() => { const all = window.longTasks; window.longTasks = []; return all; }"
NATIVE = "native"
LEAST_CHANGES = 180  # a second, of the 200 that are asked for
Sample = dict[str, Any]


class Changes:
    """So many scores of random units a second into Kafka, and now and then a word of their feed, from a thread of its own, until `stop`."""

    def __init__(self, city: ScreenCity, a_second: int) -> None:
        self.city, self.a_second, self.said, self.ended = city, a_second, 0, threading.Event()
        self.clock = SharedClock(MONDAY_8_00 * 1_000_000, time.time_ns() // 1000)
        self.units = [unit["code"] for unit in city.map(kind="all")["units"]]
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """From now on the city's clock runs."""
        self.clock.save(self.city.settings.data / "clock.json")
        self.thread.start()

    def _run(self) -> None:
        due = fed = time.monotonic()
        while not self.ended.wait(max(0.0, due - time.monotonic())):
            due += ROUND_SECONDS
            try:
                self._tell()
                if due > fed:
                    fed = due + FEED_SECONDS
                    self.city.loop.run(self.city.world.feed("one-stop", self.clock.seconds(), *self.units))
            except (TimeoutError, KafkaError):
                self.city.speak_anew()
                due = time.monotonic()  # what was missed is not made up for

    def _tell(self) -> None:
        chosen = random.sample(self.units, min(max(1, round(self.a_second * ROUND_SECONDS)), len(self.units)))
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


class Gauge:
    """What a page holds and does, by the browser's own count."""

    def __init__(self, page: Page) -> None:
        self.page, self.devtools, self.began = page, page.context.new_cdp_session(page), time.monotonic()
        self.devtools.send("Performance.enable")
        page.evaluate(WATCH)
        self.busy, self.read_at = 0.0, self.began

    def sample(self) -> Sample:
        """Since the last one. Heap in MB after a collection, which is not counted among the page's own tasks."""
        tasks = self.page.evaluate(TASKS)
        told = {one["name"]: one["value"] for one in self.devtools.send("Performance.getMetrics")["metrics"]}
        now, busy = time.monotonic(), told["TaskDuration"]
        share = (busy - self.busy) / (now - self.read_at)
        self.busy, self.read_at = busy, now
        scene, held = self.page.evaluate(SCENE), held_bytes(self.devtools)
        native = held.pop(NATIVE, 0)
        self.page.wait_for_timeout(3000)
        self.page.evaluate(TASKS)
        return {
            "minutes": round((now - self.began) / 60, 1),
            "heap_mb": round(sum(held.values()) / 1e6, 3),
            "native_mb": round(native / 1e6, 3),
            "held_kb": {kind: round(size / 1e3) for kind, size in held.most_common(8)},
            "scene": scene,
            "elements": int(told["Nodes"]),
            "listeners": int(told["JSEventListeners"]),
            "longest_task_ms": round(max(tasks, default=0)),
            "long_tasks": len(tasks),
            "busy": round(share, 3),
            "version": versions(self.page),
        }


def held_bytes(devtools: CDPSession) -> Counter[str]:
    """What of JavaScript's heap can be reached, by V8's kinds of node, and the page's own elements (`NATIVE`), which stand beside it."""
    chunks = list[str]()
    take = lambda said: chunks.append(said["chunk"])  # noqa: E731 – the same object is to be taken off again
    devtools.on("HeapProfiler.addHeapSnapshotChunk", take)
    devtools.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    devtools.remove_listener("HeapProfiler.addHeapSnapshotChunk", take)
    told = json.loads("".join(chunks))
    fields, kinds = told["snapshot"]["meta"]["node_fields"], told["snapshot"]["meta"]["node_types"][0]
    sizes = Counter[str]()
    for kind, size in zip(
        told["nodes"][fields.index("type") :: len(fields)], told["nodes"][fields.index("self_size") :: len(fields)], strict=True
    ):
        sizes[kinds[kind]] += size
    return sizes


def wait_for_a_turn(page: Page) -> None:
    """Until the scene has turned and stands: what one holds grows while it is on, so each is looked at at the same age."""
    if scene := page.evaluate(SCENE):
        page.wait_for_function(TURNED, arg=scene, timeout=LONGEST_SCENE_SECONDS * 1000)
        page.wait_for_timeout(SETTLED_SECONDS * 1000)


def growth_of(heaps: Sequence[float]) -> float | None:
    """From the median of the first third to that of the last; None of fewer than six samples."""
    third = len(heaps) // 3
    return round(statistics.median(heaps[-third:]) / statistics.median(heaps[:third]) - 1, 4) if third > 1 else None


def verdict(samples: Sequence[Sample]) -> dict[str, Any]:
    """What is said of a run. `growth`: by scene."""
    minutes = samples[-1]["minutes"] - samples[0]["minutes"]
    by_scene = {scene: growth_of([s["heap_mb"] for s in samples if s["scene"] == scene]) for scene in sorted({s["scene"] for s in samples})}
    growth = {scene: grown for scene, grown in by_scene.items() if grown is not None}
    longest = max(s["longest_task_ms"] for s in samples)
    faults = [fault for s in samples for fault in s["faults"]]
    changes = (samples[-1]["changes"] - samples[0]["changes"]) / max(minutes, 0.1) / 60
    flat = bool(growth) and max(growth.values()) < MOST_GROWTH
    return {
        "run": "soak",
        "minutes": round(minutes, 1),
        "growth": growth,
        "longest_task_ms": longest,
        "changes_a_second": round(changes),
        "faults": faults[:5],
        "met": flat and longest <= LONGEST_TASK_MS and changes >= LEAST_CHANGES and not faults,
    }


def run(wanted: argparse.Namespace) -> Iterator[Sample]:
    """One sample after another: after the warm-up, then every minute (of a short run: oftener)."""
    warm_up, every = min(WARM_UP_SECONDS, wanted.minutes * 12), min(EVERY_SECONDS, wanted.minutes * 3)
    with a_city() as city, chromium() as browser:
        screen = Screen(browser.new_context(viewport={"width": 1920, "height": 1080}), city.page)
        page, changes = screen.show(wanted.path), Changes(city, wanted.changes)
        changes.start()
        page.wait_for_timeout(warm_up * 1000)
        gauge = Gauge(page)
        while gauge.read_at - gauge.began < wanted.minutes * 60:
            page.wait_for_timeout(every * 1000)
            wait_for_a_turn(page)
            faults, screen.faults = screen.faults, []
            yield {**gauge.sample(), "changes": changes.said, "faults": faults[:5]}
        changes.stop()


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--minutes", type=float, default=90)
    words.add_argument("--changes", type=int, default=200, help="a second")
    words.add_argument("--path", default="/wall")
    words.add_argument("--log", type=Path, help="also write the lines there")
    words.add_argument("--judge", type=Path, metavar="FILE", help="run nothing: say what the lines there say")
    wanted = words.parse_args()
    if wanted.judge:
        seen = [line for line in map(json.loads, wanted.judge.read_text().splitlines()) if "heap_mb" in line]
    else:
        seen = []
        for sample in run(wanted):
            seen.append(sample)
            say(json.dumps(sample), wanted.log)
    said = verdict(seen)
    say(json.dumps(said), wanted.log)
    return int(not said["met"])


def say(line: str, log: Path | None) -> None:
    print(line, flush=True)
    if log:
        with log.open("a") as file:
            file.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
