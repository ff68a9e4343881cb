"""What a peer process is told and what it tells: the broker by `DUNGHEN_*`, where to stop as its argument, one JSON line at its end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field

from dunghen.cli.bench.measure import Stopwatch
from dunghen.cli.bench.peers.job import Counts
from dunghen.cli.policy_topic import read_book
from dunghen.contracts import topics
from dunghen.domain.rules import DossierRules
from dunghen.platform.settings import PlatformSettings, load


@dataclass(slots=True)
class Task:
    """`ends`: for each partition of `dossier-events` the offset before which this run ends. The watch starts with the first event."""

    settings: PlatformSettings
    rules: DossierRules
    ends: dict[int, int]
    watch: Stopwatch = field(default_factory=lambda: Stopwatch([os.getpid()]))
    done: int = 0

    @property
    def total(self) -> int:
        return sum(self.ends.values())

    @property
    def topic(self) -> str:
        return self.settings.named(topics.DOSSIER_EVENTS)

    def takes(self, partition: int, offset: int) -> bool:
        """Whether this event belongs to the run; the first one starts the watch."""
        if self.done == 0:
            self.watch.start()
        if offset >= self.ends[partition]:
            return False
        self.done += 1
        return True

    @property
    def finished(self) -> bool:
        return self.done >= self.total

    def report(self, counts: Counts | None, taken_back: int = 0) -> None:
        """The last line of the process; `counts` None: this one counts nothing."""
        figures = self.watch.result(self.done)
        print(json.dumps({"figures": figures, "counts": counts, "taken_back": taken_back}), flush=True)


def given() -> Task:
    """As the bench started this process."""
    settings = load(PlatformSettings)
    policy = asyncio.run(read_book(settings)).latest
    return Task(settings, policy.rules, {int(p): int(end) for p, end in json.loads(sys.argv[1]).items()})
