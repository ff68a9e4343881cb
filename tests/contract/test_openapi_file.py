from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from services.api.access_table import all_routes
from services.api.openapi_file import FILE, described, unconnected
from services.ingest import description as of_ingest


def test_the_published_description_of_the_api_is_the_one_on_file() -> None:
    told = "run: python -m services.api.openapi_file && (cd wall && npm run api-types)"
    assert FILE.read_text(encoding="utf-8") == described(), told


def test_what_ingest_says_of_itself_is_on_file() -> None:
    assert of_ingest.FILE.read_text(encoding="utf-8") == of_ingest.described(), "run: python -m services.ingest.description"


def test_ingest_describes_all_that_it_takes() -> None:
    source = Path(of_ingest.__file__).with_name("app.py").read_text(encoding="utf-8")
    taken = set(re.findall(r'^        "(/[^"]+)": door', source, re.MULTILINE))
    assert set(json.loads(of_ingest.described())["paths"]) == taken != set()


def test_all_that_is_refused_is_a_problem_and_every_answer_has_a_meaning() -> None:
    routes = [route for methods in json.loads(described())["paths"].values() for route in methods.values()]
    answers = [(status, answer) for route in routes for status, answer in route["responses"].items()]
    assert {tuple(answer["content"]) for status, answer in answers if status >= "400"} == {("application/problem+json",)}
    assert all(answer["description"] for _, answer in answers)


def test_no_question_is_read_in_a_thread_of_its_own() -> None:
    """Under load each hop to a thread and back waits for the loop's turn to be over, twice."""
    routes = [route for route in all_routes(unconnected()) if isinstance(route, APIRoute)]
    read = {needed.call for route in routes for needed in _needed(route.dependant)}
    assert len(read) > 5
    assert {call for call in read if not inspect.iscoroutinefunction(call)} == set()


def _needed(of: Dependant) -> Iterator[Dependant]:
    for one in of.dependencies:
        yield one
        yield from _needed(one)
