"""Wires the stage to faust: which partitions of `dossiers` this process holds decides for which it speaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dunghen.contracts import topics
from dunghen.platform.faust_batches import build_app
from dunghen.platform.stages import Stages
from services.alerts.handlers import Ports
from services.alerts.ports import Channel
from services.alerts.settings import AlertsSettings
from services.alerts.stage import AlertStage

# A million dossiers taken over for the first time are a minute of a core: the group must not give us up meanwhile. Not longer than needed:
# for so long the others wait for one that stands still and seems to live.
TAKEOVER_SECONDS = 180.0
PATIENCE_SECONDS = 0.1  # a letter need not be quicker; every change of every dossier wakes nobody here at once


@dataclass(frozen=True, slots=True)
class Alerts:
    """The faust app and the stages that it feeds."""

    app: Any
    stages: Stages


def build(settings: AlertsSettings, ports: Ports, channels: Callable[[], Sequence[Channel]]) -> Alerts:
    """`ports.book` must hold a policy already; each partition has channels of its own."""
    ports.metrics.partitions.set(settings.partitions)
    app = build_app(settings, "alerts", patience=PATIENCE_SECONDS, broker_max_poll_interval=TAKEOVER_SECONDS)
    factories = {topics.DOSSIERS: lambda partition: AlertStage(settings, ports, channels(), partition)}
    return Alerts(app, Stages(app, settings, factories))
