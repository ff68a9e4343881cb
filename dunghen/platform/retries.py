"""How long to leave somebody in peace who did not take what we sent."""

from __future__ import annotations

import random
from dataclasses import dataclass

LONGEST_PEACE = 3600.0  # whatever the other side asks for


@dataclass(frozen=True, slots=True)
class Retries:
    """How long to wait after the n-th failure in a row: doubled each time, between two bounds, with jitter; seconds of real time."""

    shortest: float = 1.0
    longest: float = 300.0

    def wait(self, failures: int) -> float:
        return min(self.longest, self.shortest * 2.0 ** min(failures - 1, 30)) * random.uniform(0.5, 1.0)
