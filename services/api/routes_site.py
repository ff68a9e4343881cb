"""The pages, and what operators look at: liveness, readiness, metrics."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from dunghen.platform.near import asked_here
from services.api.answers import hashed
from services.api.asyncapi_file import described
from services.api.follower import Follower
from services.api.problems import ProblemError
from services.api.sign_in_page import BUILT_PAGE
from services.api.site_files import file_answer

PAGES = {"/": "index.html", "/wall": "wall.html", "/desk": "desk.html", "/docs": "docs.html"}
CSP = "default-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors *"
ELEMENT = "ban-do-the-che.js"  # what other sites embed: its name stays, so it is kept for a day and a new one is fetched behind the old
ELEMENT_KEPT = "public, max-age=86400, stale-while-revalidate=604800"
NOT_BUILT = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Đúng Hẹn</title>
<h1>Các trang chưa được dựng</h1><p>Chạy <code>make setup</code> rồi tải lại. The pages are not built yet: run <code>make setup</code>.</p>
<p>API: <a href="/api/v1/map">/api/v1/map</a>, <a href="/openapi.json">/openapi.json</a></p></html>"""


def health_routes(follower: Follower) -> APIRouter:
    """What operators look at."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        return PlainTextResponse("ok\n")

    @router.get("/readyz")
    async def readyz() -> Response:
        status, text = follower.readiness().answer()
        return PlainTextResponse(text, status)

    @router.get("/asyncapi.json")
    async def asyncapi(request: Request) -> Response:
        return hashed(request, described().encode())

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not asked_here(request):
            raise ProblemError("UNAUTHENTICATED", "others ask at DUNGHEN_METRICS_PORT")
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def page_routes(static: Path) -> APIRouter:
    """Pages and their assets; to be added last, since it takes every other address."""
    router = APIRouter(include_in_schema=False)

    def page(name: str) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            file = static / name
            headers = {"Cache-Control": "no-cache", "Content-Security-Policy": CSP}
            return file_answer(request, file, headers) if file.is_file() else HTMLResponse(NOT_BUILT, 503, {"Cache-Control": "no-store"})

        return answer

    for path, name in PAGES.items():
        router.add_api_route(path, page(name), methods=["GET", "HEAD"])

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    def asset(request: Request, path: str) -> Response:
        """Built files; those whose name carries their content's hash may be kept for ever."""
        file = (static / path).resolve()
        if path == BUILT_PAGE or path.startswith("api/") or not file.is_relative_to(static.resolve()) or not file.is_file():
            raise ProblemError("NOT_FOUND")
        kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else ELEMENT_KEPT if path == ELEMENT else "no-cache"
        elsewhere = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"} if path == ELEMENT else {}
        return file_answer(request, file, {"Cache-Control": kept, **elsewhere})

    return router
