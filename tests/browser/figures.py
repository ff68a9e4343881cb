"""Figures as they stand on a page, and as they should."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

CELLS = "[...document.querySelectorAll('[data-unit] [data-role=value]')]"
EDGES = (900, 800, 700)  # per mille


def figures(page: Page) -> dict[str, str]:
    """What stands on each cell and tile, by unit."""
    found: dict[str, str] = page.evaluate(f"Object.fromEntries({CELLS}.map((v) => [v.closest('[data-unit]').dataset.unit, v.textContent]))")
    return found


def written(unit: dict[str, Any]) -> str:
    """A rate as it is written in Vietnamese: one decimal, or as many as keep it in its band. The page's rule, stated once more."""
    on_time, all_ = unit["numerator"], unit["denominator"]
    if all_ == 0 or on_time == all_:
        return "100" if all_ else "—"
    for digits in range(1, 6):
        whole = 100 * 10**digits
        shown = (2 * on_time * whole + all_) // (2 * all_)
        if shown < whole and _edges_passed(shown, whole) == _edges_passed(on_time, all_):
            return f"{shown // 10**digits},{shown % 10**digits:0{digits}}"
    raise AssertionError("a figure nearer to an edge than this rule is made for")


def _edges_passed(numerator: int, denominator: int) -> int:
    return sum(numerator * 1000 >= edge * denominator for edge in EDGES)
