"""Settings of scoring."""

from __future__ import annotations

from pydantic import Field

from dunghen.platform.settings import PlatformSettings
from services.scoring.brake import BrakePolicy


class ScoringSettings(PlatformSettings):
    """`fold_shortest`/`fold_longest` bound the time between two transactions of one partition, in seconds."""

    stages: str = Field("fold,score", pattern=r"^(fold|score|fold,score)$", description="which stages this process runs")
    worker: str = Field(
        "", pattern=r"^[A-Za-z0-9._-]*$", description="name that this worker keeps over its restarts and no other has; empty: it has none"
    )
    fold_shortest: float = Field(0.03, ge=0, le=10)
    fold_longest: float = Field(0.3, ge=0, le=60)
    prune_after_days: int = Field(
        400, ge=0, description="days without an event after which a dossier that is over leaves the memory; 0: never"
    )
    prune_at_once: int = Field(500, ge=1, description="dossiers looked at for pruning in one transaction at most; there is one a second")
    at_once: int = Field(40_000, ge=1, description="events in one transaction at most")
    retire_after: float = Field(
        60.0, ge=0, description="seconds of real time until the cells of a replaced policy version are cleared away"
    )
    brake_run: int = Field(100, ge=0, description="records set aside one after the other, then a partition stops; 0: no such limit")
    brake_ratio: float = Field(0.2, ge=0, le=1, description="part of the last `brake_window` records set aside, likewise; 0: no such limit")
    brake_window: int = Field(1000, ge=1, le=1_000_000)

    def brake(self) -> BrakePolicy:
        """How much may go to the dead letters."""
        return BrakePolicy(self.brake_run, self.brake_ratio, self.brake_window)
