"""axe-core, from the pages' own node_modules, on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "wall/node_modules/axe-core/axe.min.js"

OPTIONS = "{ resultTypes: ['violations'], rules: { 'label-content-name-mismatch': { enabled: true } } }"  # by default it is off


def violations(page: Page) -> list[str]:
    """Rule and first element of everything that axe-core finds, best practices included."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))  # not as a script element: the pages' own policy would refuse it
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {OPTIONS})")
    return [f"{v['id']}: {node['html'][:160]}" for v in found["violations"] for node in v["nodes"][:3]]
