"""Settings of scoring."""

from __future__ import annotations

from pydantic import Field

from dunghen.platform.settings import PlatformSettings


class ScoringSettings(PlatformSettings):
    """`fold_shortest`/`fold_longest` bound the time between two transactions of one partition, in seconds."""

    stages: str = Field("fold,score", pattern=r"^(fold|score|fold,score)$", description="which stages this process runs")
    fold_shortest: float = Field(0.03, ge=0, le=10)
    fold_longest: float = Field(0.3, ge=0, le=60)
    at_once: int = Field(40_000, ge=1, description="events in one transaction at most")
    retire_after: float = Field(
        60.0, ge=0, description="seconds of real time until the cells of a replaced policy version are cleared away"
    )
