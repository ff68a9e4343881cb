"""What is measured of processes: wall time, CPU time and memory, from the kernel's own books."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds used so far and resident memory now, of one process."""

    cpu_seconds: float
    rss_mb: float


def usage(pid: int) -> Usage:
    """Of a running process; Linux."""
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Usage((int(stat[11]) + int(stat[12])) / ticks, pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


@dataclass(slots=True)
class Stopwatch:
    """Measures processes, their CPU and memory added up, while they handle a number of events."""

    pids: Sequence[int]
    began: float = 0.0
    before: Usage = Usage(0, 0)

    def start(self) -> None:
        self.began, self.before = time.monotonic(), self._usage()

    def _usage(self) -> Usage:
        each = [usage(pid) for pid in self.pids]
        return Usage(sum(u.cpu_seconds for u in each), sum(u.rss_mb for u in each))

    def result(self, events: int) -> dict[str, float]:
        """The figures that every line of `dunghen bench` has."""
        seconds, now = time.monotonic() - self.began, self._usage()
        return {
            "events": events,
            "seconds": round(seconds, 3),
            "events_per_second": round(events / seconds),
            "cpu_us_per_event": round((now.cpu_seconds - self.before.cpu_seconds) / events * 1e6, 2),
            "rss_mb": round(now.rss_mb, 1),
        }


def median_of(runs: list[dict[str, float]]) -> dict[str, float]:
    """Each figure's own median."""
    return {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]}


def line(bench: str, system: str, figures: dict[str, Any]) -> str:
    """One measurement, as printed."""
    return json.dumps({"bench": bench, "system": system, **figures})


def progress(text: str) -> None:
    """What a long measurement is doing, beside its figures."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
