"""How far the map is behind its source, and the store behind its topics; what waits to be put on the board."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

from dunghen.platform.kafka import Place, Record
from services.api import metrics
from services.api.ports import Lag

P = TypeVar("P")
LOOK_SECONDS = 1.0


@dataclass(slots=True)
class SourceLag(Generic[P]):
    """Since when all of the source topic is on the map: the newest moment whose ends the shown covers have reached. Real seconds.

    `P`: by what its partitions are named.
    """

    unknown_seconds: float = 0.0  # how old it is taken to be at least, while nobody can say more than: not since we look
    samples: deque[tuple[float, Mapping[P, int]]] = field(default_factory=lambda: deque(maxlen=3600))
    ends: Mapping[P, int] = field(default_factory=dict)
    level_at: float | None = None

    def sample(self, at: float, ends: Mapping[P, int]) -> None:
        """The ends of the source's partitions at a moment."""
        if self.level_at is None:
            self.level_at = at - self.unknown_seconds
        self.samples.append((at, ends))
        self.ends = ends

    def seconds(self, now: float, covers: Mapping[P, int]) -> float:
        """The age of the newest sample that `covers` have reached; more than `unknown_seconds` while none was."""
        while self.samples and all(covers.get(p, 0) >= end for p, end in self.samples[0][1].items()):
            self.level_at = self.samples.popleft()[0]
        return 0.0 if self.level_at is None else max(now - self.level_at, 0.0)

    def events(self, covers: Mapping[P, int]) -> int:
        """How many records of the source, as it was last seen, `covers` have not reached."""
        return sum(max(end - covers.get(partition, 0), 0) for partition, end in self.ends.items())


class StoreLag:
    """Since when all of some topics is in the store (`written`: the offsets that it holds), as SourceLag says it. Until it is seen level it
    is as old as the process before this one said, or as this one.
    """

    def __init__(self, topics: Mapping[str, int]) -> None:
        """`topics`: of each how many partitions."""
        self.topics = dict(topics)
        self.written: Mapping[Place, int] = {}
        self._began, self._looked_at = monotonic(), float("-inf")
        self._level_at = self._began
        self._lag = SourceLag[Place](level_at=self._began)

    def known_before(self, seconds: float) -> None:
        """What the process before this one said, as old as it is by now."""
        if self._lag.level_at == self._began:
            self._level_at = self._lag.level_at = self._began = monotonic() - seconds

    async def look(self, lag: Lag) -> None:
        """To be called again and again; asks once a second. Raises what `lag` raises."""
        at = monotonic()
        if at - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = at
        ends = {(topic, p): end for topic, count in self.topics.items() for p, end in (await lag.ends(topic, count)).items()}
        self._lag.sample(at, ends)
        self._level_at = at - self._lag.seconds(at, self.written)

    def seconds(self) -> float:
        """To be asked from any thread: it grows while nobody looks, too."""
        return monotonic() - self._level_at


@dataclass(slots=True)
class Taken:
    """Of the followed records that are not on the board yet: how many, and when the oldest was written (milliseconds since 1970)."""

    count: int = 0
    oldest: int = 0

    def take(self, records: Sequence[Record]) -> None:
        if records:
            self.oldest = min(self.oldest or records[0].timestamp, records[0].timestamp)
            self.count += len(records)

    def shown(self, now: int) -> None:
        """They are on the board now."""
        if self.count:
            metrics.STEP_RECORDS.observe(self.count)
            metrics.AGE_SECONDS.observe(max(now - self.oldest, 0) / 1000)
        self.count = self.oldest = 0
