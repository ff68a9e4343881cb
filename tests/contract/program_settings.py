"""Which settings each program of a city has, by the name that compose and Kubernetes give it."""

from __future__ import annotations

from dunghen.platform.settings import PlatformSettings
from dunghen.platform.traces_export import ENDPOINTS, RATIO, SAMPLER, WAITING
from services.alerts.settings import AlertsSettings
from services.api.settings import ApiSettings
from services.ingest.settings import IngestSettings
from services.scoring.settings import ScoringSettings

SETTINGS: dict[str, type[PlatformSettings]] = {
    "ingest": IngestSettings,
    "scoring": ScoringSettings,
    "projector": ApiSettings,
    "api": ApiSettings,
    "webhooks": ApiSettings,
    "alerts": AlertsSettings,
}
# Programs that make spans, by the variables of OpenTelemetry (`dunghen/platform/traces_export.py`).
TRACED = {"ingest", "scoring", "projector", "alerts"}
STANDARD = {*ENDPOINTS, SAMPLER, RATIO, WAITING}
