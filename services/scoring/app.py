"""Wires both stages to faust: which partitions this process holds decides which stages it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dunghen.contracts import topics
from dunghen.contracts.policies import PolicyBook
from dunghen.platform.clock import Clock
from dunghen.platform.faust_batches import build_app
from dunghen.platform.stages import Stage, Stages
from services.scoring import metrics
from services.scoring.fold_stage import FoldStage
from services.scoring.score_stage import ScoreStage
from services.scoring.settings import ScoringSettings


@dataclass(frozen=True, slots=True)
class Scoring:
    """The faust app and the stages that it feeds."""

    app: Any
    stages: Stages


def build(settings: ScoringSettings, book: PolicyBook, clock: Clock) -> Scoring:
    """`book` must hold a policy already."""
    factories: dict[str, Callable[[int], Stage]] = {}
    if "fold" in settings.stages:
        factories[topics.DOSSIER_EVENTS] = lambda partition: FoldStage(settings, book, partition, clock)
    if "score" in settings.stages:
        factories[topics.UNIT_DAYS] = lambda partition: ScoreStage(settings, (book, clock), partition)
    metrics.on_start(settings.stages.split(","), settings.partitions)
    app = build_app(settings, "scoring", consumer_group_instance_id=settings.worker or None)
    return Scoring(app, Stages(app, settings, factories))
