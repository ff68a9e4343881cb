"""What docs/security.md and docs/privacy.md name is there: tests, commands, topics that tell of people, fields that are dropped."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer

from dunghen.cli.__main__ import app
from dunghen.contracts.schema_files import BINARY, on_file
from dunghen.contracts.topics import all_topics
from services.ingest.wire.allow_list import ALLOWED, MATCHED

ROOT = Path(__file__).parents[2]
PAGES = tuple(ROOT / "docs" / name for name in ("security.md", "privacy.md"))
WALL = ROOT / "wall" / "src"
TEST = re.compile(r"`(tests/[\w/]+\.py)(::\w*)?`")
COMMAND = re.compile(r"`dunghen ([^`]+)`")
OF_PEOPLE = {"person", "handler", "recipient", "address", "endpoint", "author", "text"}  # members by which a record may tell of somebody
HTML_OR_CODE = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(")


@cache
def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def missing_tests(page: str) -> list[str]:
    """Tests that a page names and that are not there."""
    named = TEST.findall(page)
    return [f"{file}{name}" for file, name in named if not (ROOT / file).is_file() or (name and name[2:] not in functions_of(file))]


def missing_commands(page: str, tree: Any) -> list[str]:
    """Commands that a page names and that are not there, or have no such option."""
    return [words for words in COMMAND.findall(page) if not _is_command(words.split(), tree)]


def _is_command(words: list[str], found: Any) -> bool:
    while (below := getattr(found, "commands", None)) is not None:  # a group is no command by itself
        if not words or words[0] not in below:
            return False
        found, words = below[words[0]], words[1:]
    options = {name for parameter in found.params for name in parameter.opts}
    return {word for word in words if word.startswith("-")} <= options


def faulty_rows(page: str) -> list[str]:
    """Rows whose last cell is empty."""
    rows = [line for line in page.splitlines() if line.startswith("|") and set(line) - set("|- ")]
    last = [(row, row.strip().removesuffix("|").rpartition("|")[2].strip()) for row in rows]
    return [row for row, cell in last if not cell]


def unshown_rows(page: str) -> list[str]:
    """Rows of the tables that end in `shown by` whose last cell is neither a test, nor `not yet`, nor a reason of a few words."""
    found: list[str] = []
    for head, rows in tables(page):
        if head.rstrip("| ").endswith("shown by"):
            cells = [(row, row.removesuffix("|").rpartition("|")[2]) for row in rows]
            found += [row for row, cell in cells if not TEST.search(cell) and "not yet" not in cell and len(cell.split()) < 4]
    return found


def tables(page: str) -> Iterator[tuple[str, list[str]]]:
    """(head, rows) of each table."""
    lines = iter(page.splitlines())
    for line in lines:
        if line.startswith("|"):
            next(lines)
            yield line, list(takewhile(lambda each: each.startswith("|"), lines))


def members_of(schema: Mapping[str, Any]) -> set[str]:
    """The names of all members of a message, those of its parts too."""
    found = set(schema.get("properties", {}))
    for part in schema.get("$defs", {}).values():
        found |= members_of(part)
    return found


def unnamed_topics(page: str, schemas: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Topics whose message may tell of a person and of which a page says nothing. `schemas`: by topic."""
    return [topic for topic, schema in schemas.items() if members_of(schema) & OF_PEOPLE and f"`{topic}`" not in page]


def html_makers(sources: Mapping[str, str]) -> list[str]:
    return [name for name, text in sources.items() if HTML_OR_CODE.search(text)]


@pytest.fixture(scope="module")
def tree() -> Any:
    return typer.main.get_command(app)


@pytest.fixture(scope="module", params=PAGES, ids=lambda page: page.name)
def page(request: pytest.FixtureRequest) -> str:
    return str(request.param.read_text(encoding="utf-8"))


def test_every_test_that_a_page_names_is_there(page: str) -> None:
    assert len(TEST.findall(page)) > 10
    assert missing_tests(page) == []


def test_every_command_that_a_page_names_is_there_with_its_options(page: str, tree: Any) -> None:
    assert len(COMMAND.findall(page)) > 5
    assert missing_commands(page, tree) == []


def test_no_row_ends_in_nothing_and_what_is_claimed_is_shown_or_reasoned(page: str) -> None:
    assert (faulty_rows(page), unshown_rows(page)) == ([], [])


def test_what_is_not_there_is_found(tree: Any) -> None:
    here = "tests/contract/test_security_page.py"
    good = f"| a | `{here}::test_what_is_not_there_is_found` |"
    assert missing_tests(good) == []
    planted_tests = [f"{here}::test_planted", f"{here}::", "tests/unit/test_planted.py::test_x", "tests/unit/test_planted.py"]
    assert missing_tests(good + "".join(f"`{each}`" for each in planted_tests)) == planted_tests
    assert missing_commands("`dunghen people import LIST --whole` `dunghen audit list --who ID`", tree) == []
    planted = ["forget CODE", "people forget ID", "people import LIST --quietly", "people"]
    assert missing_commands(" ".join(f"`dunghen {each}`" for each in planted), tree) == planted
    assert faulty_rows(f"| a | b |\n|---|---|\n{good}\n| a | |") == ["| a | |"]
    assert unshown_rows(f"| a | shown by |\n|---|---|\n{good}\n| a | not yet |\n| a | surely |") == ["| a | surely |"]


def test_every_topic_that_may_tell_of_people_is_in_the_inventory() -> None:
    text = PAGES[1].read_text(encoding="utf-8")
    schemas = {name: on_file(topic.message) or {} for name, topic in all_topics().items() if topic.message not in BINARY}
    assert unnamed_topics(text, schemas) == []
    told = {name for name, schema in schemas.items() if members_of(schema) & OF_PEOPLE}
    assert told >= {"people", "dossier-events", "notices", "push-subscriptions", "policies"}
    assert unnamed_topics(text, {"planted": schemas["people"]}) == ["planted"]


def test_no_field_that_is_said_to_be_dropped_is_read() -> None:
    said = PAGES[1].read_text(encoding="utf-8").partition("<!-- dropped: begin -->")[2].partition("<!-- dropped: end -->")[0]
    dropped = set(re.findall(r"`(\w+)`", said))
    assert {"ChuHoSo", "SoDienThoai", "SoGiayToChuHoSo", "DinhDanhCHS", "Email"} <= dropped
    assert dropped & (ALLOWED | MATCHED) == set()


def test_no_page_makes_html_or_code_out_of_text() -> None:
    sources = {str(file): file.read_text(encoding="utf-8") for file in WALL.rglob("*.ts*")}
    assert len(sources) > 50
    assert html_makers(sources) == []
    assert html_makers({"planted": "node.innerHTML = name"}) == ["planted"]
