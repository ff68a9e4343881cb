"""What wall displays tell of themselves, pure: bounded, checked, forgotten when a wall falls silent. Nothing in it is about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec

SILENT_SECONDS = 180.0  # a wall that has not reported for so long is off
EVERY_SECONDS = 10.0  # one wall may report once in so long; it does once a minute
MOST_WALLS = 200
MOST_BYTES = 2048

Mode = Literal["connecting", "live", "lost", "behind", "kept", "held", "switching"]


class WallReport(msgspec.Struct, gc=False, kw_only=True, forbid_unknown_fields=True):
    """One report of one wall. `wall`: random, new with each load of its page; `page`: the script that it runs; `version`: of the data."""

    wall: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    page: Annotated[str, msgspec.Meta(pattern=r"^/assets/[A-Za-z0-9_.-]{1,80}$|^unbuilt$")]
    version: Annotated[int, msgspec.Meta(ge=0, le=10**15)]
    mode: Mode
    failures: Annotated[int, msgspec.Meta(ge=0, le=1000)]  # times that drawing failed since the page was loaded
    frame_ms: Annotated[float, msgspec.Meta(ge=0, le=60_000)] | None = None  # 95th percentile of a sample
    memory_mb: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    event_age_seconds: Annotated[float, msgspec.Meta(ge=0, le=31_536_000)] | None = None


decode_report = msgspec.json.Decoder(WallReport).decode


@dataclass(slots=True)
class Walls:
    """The newest report of each wall that spoke lately; times in seconds of a clock that only runs forward."""

    last: dict[str, tuple[float, WallReport]] = field(default_factory=dict)

    def take(self, report: WallReport, now: float) -> str:
        """`accepted`, or `limited`: this wall spoke a moment ago, or there are more walls than any city has."""
        self.forget(now)
        before = self.last.get(report.wall)
        if before is not None and now - before[0] < EVERY_SECONDS:
            return "limited"
        if before is None and len(self.last) >= MOST_WALLS:
            return "limited"
        self.last[report.wall] = now, report
        return "accepted"

    def forget(self, now: float) -> None:
        """Drops the walls that fell silent."""
        self.last = {wall: (at, report) for wall, (at, report) in self.last.items() if now - at <= SILENT_SECONDS}

    def worst(self, now: float) -> Mapping[str, float]:
        """The greatest of each figure over the walls that speak; 0 where none says it."""
        self.forget(now)
        reports = [report for _, report in self.last.values()]
        return {
            "frame_seconds": max((r.frame_ms or 0 for r in reports), default=0) / 1000,
            "memory_bytes": max((r.memory_mb or 0 for r in reports), default=0) * 1_048_576,
            "event_age_seconds": max((r.event_age_seconds or 0 for r in reports), default=0),
            "failures": max((r.failures for r in reports), default=0),
        }

    def by_mode(self, now: float) -> dict[str, int]:
        """How many walls speak, by what they show."""
        self.forget(now)
        counts: dict[str, int] = dict.fromkeys(Mode.__args__, 0)  # type: ignore[attr-defined]
        for _, report in self.last.values():
            counts[report.mode] += 1
        return counts

    def pages(self, now: float) -> int:
        """How many different pages the walls run; more than one for long: a wall does not reload."""
        self.forget(now)
        return len({report.page for _, report in self.last.values()})
