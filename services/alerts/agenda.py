"""When which dossier is to be looked at: nine bytes for each of a million instead of a timer. No clock: now is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

HOUR = 3600


@dataclass
class Agenda:
    """Dossiers by the hour of their next instant; those of the hours that have begun stand in a heap.

    `instant_of` says at which instant (seconds since 1970, 0: none) a dossier is to be looked at as things are: what was written down for
    another is passed over.
    """

    instant_of: Callable[[bytes], int]
    _later: dict[int, list[bytes]] = field(default_factory=dict)
    _near: list[tuple[int, bytes]] = field(default_factory=list)
    _begun: int = -1  # the last hour that has

    def add(self, at: int, key: bytes) -> None:
        if at // HOUR <= self._begun:
            heappush(self._near, (at, key))
        else:
            self._later.setdefault(at // HOUR, []).append(key)

    def due(self, now: int) -> Iterator[bytes]:
        """Those whose instant has come, the earliest first, each once; meanwhile others may be added, at instants behind `now`."""
        if now // HOUR > self._begun:
            self._begin(now // HOUR)
        while self._near and self._near[0][0] <= now:
            at, key = heappop(self._near)
            if self.instant_of(key) == at:
                yield key

    def _begin(self, hour: int) -> None:
        self._begun = hour
        for begun in [each for each in self._later if each <= hour]:
            for key in dict.fromkeys(self._later.pop(begun)):
                at = self.instant_of(key)
                if at // HOUR == begun:
                    heappush(self._near, (at, key))
