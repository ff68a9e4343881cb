"""The whole of ingest put to the test by what it says of itself (issue 7, E4): for the API see `integration/api/test_whole_api.py`."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from processes import Running

from tests.asking import Questions, ask_everything


async def test_nothing_that_anybody_sends_fails_or_is_answered_as_nobody_said(running: Running) -> None:
    page = str(running.http.base_url).rstrip("/")
    described = await running.http.get("/openapi.json")
    assert described.headers["content-type"] == "application/json"
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as elsewhere:
        text = json.dumps({**described.json(), "security": []})  # who asks is said below, not made up
        questions = Questions(page, text, {"a program of this machine": {}, "a stranger": {"authorization": "Bearer none"}})
        answers = await asyncio.get_running_loop().run_in_executor(elsewhere, ask_everything, questions)
    assert answers.wrong == {}, "\n\n".join(f"{where}\n{what}" for where, what in answers.wrong.items())
    assert {label for label, _, _ in answers.counts} == {
        f"POST {path}" for path in ("/sync/DongBoHoSoMC", "/sync/CapNhatTienDoHoSoMC", "/events", "/facts", "/desk-events", "/heartbeats")
    }
    assert {status for _, name, status in answers.counts if name == "a stranger"} == {401}
    assert {status for _, name, status in answers.counts if name != "a stranger"} >= {400, 422}
