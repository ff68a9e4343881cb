"""What the documents say of themselves and count is so: links and headings, numbers of rules, lists that come in pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dunghen.domain.access import What
from services.api.access_table import ROUTES
from services.api.openapi_file import described
from tests.prometheus_rules import PROMETHEUS

ROOT = Path(__file__).parents[2]
DOCS, RUNBOOKS = ROOT / "docs", ROOT / "deploy" / "runbooks"
PAGES = sorted([*DOCS.rglob("*.md"), *RUNBOOKS.glob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("*/*/README.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]+)?\)")
SECTION = re.compile(r"(docs/[\w-]+\.md), \"([^\"]+)\"")  # as runbooks name one


def headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.+?) *$", page.read_text(encoding="utf-8"), re.MULTILINE)


def anchor(heading: str) -> str:
    """As pages are read on GitHub: lower case, without marks, a dash for each space."""
    return "#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def dead_links(page: Path, text: str) -> Iterator[str]:
    """Links to files that are not there, or to headings that they have not."""
    for file, place in LINK.findall(text):
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (place and place not in {anchor(heading) for heading in headings(target)}):
            yield f"{file}{place}"


def missing_sections(text: str) -> list[str]:
    return [heading for file, heading in SECTION.findall(text) if heading not in headings(ROOT / file)]


def test_every_link_of_a_page_leads_to_a_file_and_a_heading_that_are_there() -> None:
    found = {str(page.relative_to(ROOT)): list(dead_links(page, page.read_text(encoding="utf-8"))) for page in PAGES}
    assert len(found) > 80
    assert {page: links for page, links in found.items() if links} == {}


def test_every_section_that_a_runbook_names_is_a_heading() -> None:
    texts = {page.stem: page.read_text(encoding="utf-8") for page in RUNBOOKS.glob("*.md")}
    assert sum(len(SECTION.findall(text)) for text in texts.values()) >= 3
    assert {name: missing for name, text in texts.items() if (missing := missing_sections(text))} == {}


@pytest.mark.parametrize("link", ["[a](nowhere.md)", "[a](operations.md#what-cannot-be-rebuilt)", "[a](#nothing)"])
def test_a_dead_link_is_found(link: str) -> None:
    assert list(dead_links(DOCS / "operations.md", f"[b](security.md) [c](#how-long-topics-keep) {link}")) == [link[4:-1]]


def test_a_section_that_is_not_there_is_found() -> None:
    assert missing_sections('(docs/operations.md, "What cannot be rebuilt") (docs/operations.md, "Upgrade")') == ["What cannot be rebuilt"]


def _rules(kind: str) -> list[str]:
    files = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted((PROMETHEUS / "rules").glob("*.yml"))]
    return [rule[kind] for file in files for group in file["groups"] for rule in group["rules"] if kind in rule]


def test_the_numbers_of_rules_and_cases_are_those_of_the_files() -> None:
    alerts = _rules("alert")
    cases: list[Any] = [yaml.safe_load(file.read_text(encoding="utf-8"))["tests"] for file in (PROMETHEUS / "tests").glob("*.yml")]
    asked = sum(len(case.get("alert_rule_test", ())) for file in cases for case in file)
    said = re.findall(
        r"\| (\d+) alerting rules under (\d+) names, (\d+) cases, (\d+) rules in all;",
        (DOCS / "reliability.md").read_text(encoding="utf-8"),
    )
    assert [tuple(map(int, numbers)) for numbers in said] == [
        (len(alerts), len(set(alerts)), asked, len(alerts) + len(_rules("record"))),
    ]


def test_open_data_names_every_public_list_that_comes_in_pages() -> None:
    paths = json.loads(described())["paths"]
    paged = {
        path for path, methods in paths.items() if any(each["name"] == "after" for each in methods.get("get", {}).get("parameters", ()))
    }
    public = {path.removeprefix("/api/v1") for path in paged if ROUTES["GET", path] is What.OPEN}
    (told,) = re.findall(r"The public lists are whole, .*? in pages, (.*?):", (DOCS / "open-data.md").read_text(encoding="utf-8"))
    assert set(re.findall(r"`(/[\w-]+)`", told)) == public
