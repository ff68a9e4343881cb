from __future__ import annotations

import json
import re
from pathlib import Path

from services.api.openapi_file import FILE, described
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
