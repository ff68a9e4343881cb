"""The HTTP side of ingest: routes, nothing else. FastAPI's own validation is not used anywhere: its errors repeat what was received."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dunghen.platform.http_server import NO_TELEMETRY
from dunghen.platform.near import asked_here
from services.ingest.description import described
from services.ingest.ports import Ports
from services.ingest.requests import Door
from services.ingest.settings import IngestSettings

Endpoint = Callable[[Request], Awaitable[Response]]


def build_app(ports: Ports, settings: IngestSettings) -> FastAPI:
    """The application; its state is in `ports`."""
    door = Door.of(ports, settings)
    app = FastAPI(title="Đúng Hẹn ingest", openapi_url=None, telemetry=NO_TELEMETRY)
    posts: dict[str, Endpoint] = {
        "/sync/DongBoHoSoMC": door.sync("DongBoHoSoMC"),
        "/sync/CapNhatTienDoHoSoMC": door.sync("CapNhatTienDoHoSoMC"),
        "/events": door.events,
        "/facts": door.facts,
        "/desk-events": door.desk_events,
        "/heartbeats": door.heartbeats,
    }
    for path, endpoint in posts.items():
        app.add_route(path, endpoint, methods=["POST"])
    app.add_route("/openapi.json", _description, methods=["GET"])
    app.add_route("/livez", _alive, methods=["GET"])
    app.add_route("/readyz", _readiness(ports), methods=["GET"])
    app.add_route("/metrics", _exposition(ports), methods=["GET"])
    return app


async def _description(_: Request) -> Response:
    return Response(described(), media_type="application/json")


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _readiness(ports: Ports) -> Endpoint:
    async def ready(_: Request) -> Response:
        status, text = ports.readiness().answer()
        return PlainTextResponse(text, status)

    return ready


def _exposition(ports: Ports) -> Endpoint:
    async def metrics(request: Request) -> Response:
        if not asked_here(request):
            return PlainTextResponse("others ask at DUNGHEN_METRICS_PORT\n", 401, {"WWW-Authenticate": "Bearer"})
        return Response(generate_latest(ports.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return metrics
