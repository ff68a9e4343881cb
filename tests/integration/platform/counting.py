"""A program of one stage that counts the events of each key. `counting.py NAME`; settings by DUNGHEN_*, commit interval by COMMIT."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from dunghen.platform import logs
from dunghen.platform.faust_batches import build_app, serve
from dunghen.platform.fenced import Batches
from dunghen.platform.kafka import Record, read_all
from dunghen.platform.lifecycle import Lifecycle
from dunghen.platform.settings import PlatformSettings, load
from dunghen.platform.stages import Pace, Stage, Stages

NEXT, TICK = b"~next", b"~tick"


class Count(Stage):
    """State: how many events each key had. What it writes: absolute counts, and where it goes on, in one transaction."""

    gapless = True

    async def load(self) -> None:
        self.counts: dict[bytes, int] = {}
        self.next = 0
        await read_all(self.settings, ("counts", self.partition), self._take)

    def _take(self, key: bytes | None, value: bytes | None, offset: int, at: int) -> None:
        if key == NEXT:
            self.next = int(value or 0)
        elif key != TICK:
            self.counts[key or b""] = int(value or 0)

    def work(self, records: list[Record]) -> Batches:
        changed = {}
        for record in records:
            key = record.key or b""
            self.counts[key] = changed[key] = self.counts.get(key, 0) + 1
        out = [*((key, b"%d" % count) for key, count in changed.items()), (NEXT, b"%d" % (records[-1].offset + 1))]
        return {("counts", self.partition): out}

    def tick(self) -> Batches:
        return {("counts", self.partition): [(TICK, sys.argv[1].encode())]}


async def main() -> None:
    settings = load(PlatformSettings)
    app = build_app(settings, "counting", broker_commit_interval=float(os.environ.get("COMMIT", "1")))
    stages = Stages(app, settings, {"events": lambda partition: Count(settings, "count", partition, Pace(tick=0.2))})
    lifecycle = Lifecycle()
    lifecycle.release("stages", stages.close)
    lifecycle.spawn("faust", serve(app))
    await lifecycle.run()


if __name__ == "__main__":
    logs.configure(Path(sys.argv[1]).name)
    asyncio.run(main())
