"""The HTTP side as the settings want it."""

from __future__ import annotations

from fastapi import FastAPI

from dunghen.platform.http_server import HttpServer
from services.api.settings import ApiSettings


def serving(app: FastAPI, settings: ApiSettings) -> HttpServer:
    """Many waiting clients at once; the `Date` of an answer is the city's and set by us."""
    return HttpServer(app, (settings.host, settings.port), settings.shutdown_seconds, backlog=4096, date_header=False)
