"""Which settings each program of a city has, by the name that compose and Kubernetes give it."""

from __future__ import annotations

from dunghen.platform.settings import PlatformSettings
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
