"""What every route of the API is, as `domain.access` knows it: the one table. A route that is not in it keeps the process from starting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from dunghen.domain.access import What

_OPEN_PATHS = (
    "/", "/wall", "/desk", "/docs", "/{path:path}", "/livez", "/readyz", "/metrics",
    "/openapi.json", "/asyncapi.json", "/open-data/{path:path}",
    "/api/v1/map", "/api/v1/map.csv", "/api/v1/map.xlsx", "/api/v1/map.geojson", "/api/v1/geometry", "/api/v1/changes", "/api/v1/stream",
    "/api/v1/units", "/api/v1/units/{code}", "/api/v1/units/{code}/badge.svg", "/api/v1/feeds", "/api/v1/definitions",
    "/api/v1/units/{code}/explanation", "/api/v1/units/{code}/breakdowns", "/api/v1/units/{code}/look-ahead",
    "/api/v1/rankings", "/api/v1/rankings.csv", "/api/v1/rankings.xlsx",
    "/api/v1/rankings/{code}",
    "/api/v1/indicators", "/api/v1/facts", "/api/v1/units/{code}/indicators", "/api/v1/procedures", "/api/v1/units/{code}/desks",
    "/api/v1/tasks", "/api/v1/tasks/board", "/api/v1/follow-ups/counts", "/api/v1/reconciliations",
)  # fmt: skip
ROUTES: Mapping[tuple[str, str], What] = {
    **{("GET", path): What.OPEN for path in _OPEN_PATHS},
    ("GET", "/login"): What.SIGN_IN,
    ("GET", "/login.js"): What.SIGN_IN,
    ("GET", "/login/city"): What.SIGN_IN,
    ("GET", "/login/city/back"): What.SIGN_IN,
    ("GET", "/login/city/out"): What.SIGN_IN,
    ("POST", "/api/v1/session"): What.SIGN_IN,
    ("POST", "/api/v1/wall-reports"): What.WALL_REPORT,
    ("GET", "/officials"): What.OWN_SESSION,
    ("GET", "/api/v1/session"): What.OWN_SESSION,
    ("POST", "/api/v1/session/end"): What.OWN_SESSION,
    ("GET", "/api/v1/session/dossiers"): What.OWN_DOSSIERS,
    ("GET", "/api/v1/units/{code}/dossiers"): What.UNIT_DOSSIERS,
    ("GET", "/api/v1/units/{code}/explanation/dossiers"): What.UNIT_DOSSIERS,
    ("GET", "/api/v1/officials/units/{code}/look-ahead"): What.UNIT_DOSSIERS,
    ("GET", "/api/v1/dossiers/{code}"): What.DOSSIER,
    ("GET", "/api/v1/dossiers/{code}/explanation"): What.DOSSIER,
    ("GET", "/api/v1/desks/{desk}/board"): What.DESK_BOARD,
    ("GET", "/api/v1/officials/stream"): What.CHANGES,
    ("GET", "/api/v1/notices"): What.NOTICES,
    ("GET", "/api/v1/notice-quality"): What.NOTICE_QUALITY,
    ("GET", "/api/v1/follow-ups"): What.FOLLOW_UPS,
    ("GET", "/api/v1/units/{code}/monthly-sheet"): What.MONTHLY_SHEET,
    ("GET", "/api/v1/units/{code}/monthly-sheet.xlsx"): What.MONTHLY_SHEET,
    ("GET", "/api/v1/monthly-sheets"): What.MONTHLY_SHEETS,
    ("GET", "/api/v1/monthly-sheets.xlsx"): What.MONTHLY_SHEETS,
    ("GET", "/api/v1/units/{code}/justifications"): What.MONTHLY_SHEET,
    ("POST", "/api/v1/units/{code}/justifications"): What.JUSTIFY,
    ("GET", "/api/v1/officials/rankings/{code}"): What.DRAFTS,
    ("GET", "/api/v1/notice-links/{token}"): What.NOTICE_LINK,
    ("POST", "/api/v1/dossiers/{code}/actions"): What.ACT,
    ("GET", "/api/v1/webhooks"): What.WEBHOOKS,
    ("POST", "/api/v1/webhooks"): What.OWN_WEBHOOKS,
    ("POST", "/api/v1/webhooks/test"): What.WEBHOOKS,
    ("POST", "/api/v1/webhooks/end"): What.WEBHOOKS,
    ("GET", "/api/v1/push-key"): What.OWN_BROWSERS,
    ("GET", "/api/v1/push-subscriptions"): What.OWN_BROWSERS,
    ("POST", "/api/v1/push-subscriptions"): What.OWN_BROWSERS,
    ("POST", "/api/v1/push-subscriptions/end"): What.OWN_BROWSERS,
}


class UndeclaredRouteError(Exception):
    """Routes that nobody has said who may use, or what is declared and not there."""


def routes_of(router: Any) -> Iterator[tuple[str, str]]:
    """(method, path) of every route; a HEAD is what its GET is."""
    for route in all_routes(router):
        for method in sorted(getattr(route, "methods", None) or {"*"}):
            if method != "HEAD":
                yield method, str(getattr(route, "path", route))


def all_routes(router: Any) -> Iterator[Any]:
    """Every route, those of included routers too."""
    for route in router.routes:
        if (included := getattr(route, "original_router", None)) is not None:  # FastAPI does not copy the routes of a router any more
            yield from all_routes(included)
        else:
            yield route


def check_declared(app: FastAPI) -> None:
    """Raises UndeclaredRouteError where routes and table are not the same."""
    found = set(routes_of(app))
    if wrong := sorted(found ^ set(ROUTES)):
        raise UndeclaredRouteError(", ".join(f"{method} {path}" for method, path in wrong))
