"""`python -m tests.faults.other_clock MODULE [WORD …]`: the real service on a machine whose clock is so many seconds ahead of ours (below
0: behind) as the file FAULT_CLOCK says, at any moment. The monotonic clock goes its way, as it does where a clock is put right.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.05
SECOND = 1_000_000_000
real_ns = time.time_ns


class Offset:
    """As the file said when it was last looked at."""

    def __init__(self, file: Path) -> None:
        self.file, self.seconds, self.look_at = file, 0, 0.0

    def now(self) -> int:
        if time.monotonic() >= self.look_at:
            self.look_at = time.monotonic() + LOOK_SECONDS
            self.seconds = int(self.file.read_text()) if self.file.exists() else 0
        return self.seconds


def put_ahead(file: Path, seconds: int) -> None:
    """From now on the clock of those whose FAULT_CLOCK this is."""
    new = file.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(file)


if __name__ == "__main__":
    offset = Offset(Path(os.environ["FAULT_CLOCK"]))
    time.time_ns = lambda: real_ns() + offset.now() * SECOND
    time.time = lambda: time.time_ns() / SECOND
    from aiokafka.producer.message_accumulator import BatchBuilder  # only now: what is imported keeps the clock that it finds

    from tests.faults import program

    append = BatchBuilder.append

    def dated(self: Any, *, timestamp: int | None, **record: Any) -> Any:
        """By our clock: the compiled part of aiokafka would ask the system."""
        return append(self, timestamp=int(time.time() * 1000) if timestamp is None else timestamp, **record)

    BatchBuilder.append = dated
    program.run()
