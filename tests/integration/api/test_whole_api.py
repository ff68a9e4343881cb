"""The whole API put to the test by what it says of itself (issue 7, E4). Ingest is: `tests/integration/ingest/test_whole_ingest.py`."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from access_world import DOSSIERS_OF, settle
from api_world import Opened

from services.api.access_table import ROUTES
from tests.asking import Questions, ask_everything

ENDLESS = frozenset({"GET /api/v1/stream", "GET /api/v1/officials/stream"})  # their answers do not end: tests of streams read them
LAST = "POST /api/v1/session/end"  # it signs the asker out
IN_NO_DESCRIPTION = {
    "/",
    "/wall",
    "/desk",
    "/docs",
    "/{path:path}",
    "/livez",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/asyncapi.json",
    "/open-data/{path:path}",
    "/login",
    "/login.js",
    "/login/city",
    "/login/city/back",
    "/login/city/out",
    "/officials",
}
CODES = {"/api/v1/units/": ["20242", "20194", "H17.10"], "/api/v1/dossiers/": list(DOSSIERS_OF.values())}
CODES |= {"/api/v1/rankings/": ["RANKED"], "/api/v1/officials/rankings/": ["RANKED"]}
SUBJECT = {"month": ["2026-10"], "about": ["RANKED.POINTS"], "period": ["2025"]}


async def test_nothing_that_anybody_asks_fails_or_is_answered_as_nobody_said(open_world: Opened) -> None:
    async with open_world(push_key="B" + "A" * 86) as world:
        actors = await settle(world)
        page = str(world.http.base_url).rstrip("/")
        askers = {name: {**actors[name].headers, "origin": page} for name in ("nobody", "leader of the city")}
        description = (await world.http.get("/openapi.json")).text
        shown = await world.map()
        since = {"since": [str(shown["version"]), shown["known_at"]], **SUBJECT}
        questions = Questions(page, description, askers, CODES, since, ENDLESS | {LAST})
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:
            answers = await asyncio.get_running_loop().run_in_executor(elsewhere, ask_everything, questions)
    assert answers.wrong == {}, "\n\n".join(f"{where}\n{what}" for where, what in answers.wrong.items())
    asked = {label for label, _, _ in answers.counts}
    assert asked == {f"{method} {path}" for method, path in ROUTES if path not in IN_NO_DESCRIPTION} - ENDLESS - {LAST}
    answered = {label for label, _, status in answers.counts if status < 400}
    for path in (
        "map",
        "map.csv",
        "map.geojson",
        "changes",
        "rankings",
        "units/{code}",
        "units/{code}/explanation",
        "dossiers/{code}",
        "notices",
    ):
        assert f"GET /api/v1/{path}" in answered  # it is not refusals alone that were held against the description
