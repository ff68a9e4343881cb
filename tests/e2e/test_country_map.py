"""The map of the whole country, 3,321 polygons, in a real browser: a change draws the cells that it changed and no other, all of them too.

Run with `-s` it prints how long that takes: from the arrival of the message in the page's script to the moment at which the browser
showed the frame drawn from it, as it says itself (`presentationTime` of a long animation frame).
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import chromium

pytestmark = pytest.mark.browser
UNITS, PATIENCE_MS = 3321, 120_000
SERVER = Path(__file__).parents[2] / "wall" / "dev-server" / "country.mjs"
WATCH = """
const seen = { cells: new Set(), began: 0, changed: 0, ended: 0, frames: [] };
window.seen = seen;
const Real = window.EventSource;
window.EventSource = class extends Real {
  constructor(...given) { super(...given); this.addEventListener('change', () => { seen.began = performance.now(); }); }
};
new PerformanceObserver((list) => seen.frames.push(...list.getEntries())).observe({ type: 'long-animation-frame' });
window.watchCells = () => new MutationObserver((records) => {
  const drawings = records.filter(({ attributeName }) => attributeName !== 'aria-label'); // what is said follows what is seen
  if (drawings.length === 0) return;
  for (const { target } of drawings) { const cell = target.closest?.('[data-unit]'); if (cell) seen.cells.add(cell.dataset.unit); }
  seen.changed = performance.now();
  requestAnimationFrame(() => setTimeout(() => (seen.ended = performance.now())));
}).observe(document.querySelector('svg.map'), { subtree: true, childList: true, attributes: true, characterData: true });
const names = { green: 'dải Xanh', yellow: 'dải Vàng', orange: 'dải Cam', red: 'dải Đỏ' };
const tells = ({ ariaLabel, dataset }) => ariaLabel?.includes(names[dataset.band]);
window.toldRightly = () => [...document.querySelectorAll('svg.map [data-unit]')].filter(tells).length;
// the frame that was painted with the change: the browser says when it was shown, if it took long; of others the end is near enough
window.drawn = () => {
  const frame = seen.frames.find((one) => one.startTime + one.duration >= seen.changed);
  const shown = frame ? frame.presentationTime || frame.startTime + frame.duration : seen.ended;
  return { cells: [...seen.cells].sort(), ms: shown - seen.began, longest: Math.max(0, ...seen.frames.map((one) => one.duration)) };
};
"""


@pytest.fixture(scope="module")
def country() -> Iterator[str]:
    node = shutil.which("node")
    assert node, "node is missing"
    with subprocess.Popen((node, str(SERVER)), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture(scope="module")
def page(country: str) -> Iterator[Page]:
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1440, "height": 900})
        opened.set_default_timeout(PATIENCE_MS)
        opened.add_init_script(WATCH)
        opened.goto(country)
        expect(opened.locator("svg.map [data-unit]")).to_have_count(UNITS, timeout=PATIENCE_MS)
        opened.wait_for_function("document.querySelector('.app').dataset.mode === 'live'", timeout=PATIENCE_MS)
        opened.evaluate("watchCells()")
        yield opened


def changed(page: Page, country: str, units: int) -> dict[str, Any]:
    """One change of the first so many units, and what was drawn by it."""
    page.evaluate("Object.assign(seen, { cells: new Set(), ended: 0, frames: [] })")
    version = httpx.get(f"{country}/change", params={"units": units}, timeout=60).json()["version"]
    page.wait_for_function(
        f"document.querySelector('.app').dataset.version === '{version}' && seen.ended > seen.began", timeout=PATIENCE_MS
    )
    page.wait_for_timeout(100)  # the browser tells of a long frame some time after it
    found: dict[str, Any] = page.evaluate("drawn()")
    return found


@pytest.mark.parametrize("units", [1, 5])
def test_a_change_of_a_few_units_draws_just_their_cells(page: Page, country: str, units: int) -> None:
    assert changed(page, country, units)["cells"] == [str(10000 + index) for index in range(units)]


def test_all_polygons_change_their_colour_at_once(page: Page, country: str) -> None:
    runs = [changed(page, country, UNITS) for _ in range(3)]
    assert [len(run["cells"]) for run in runs] == [UNITS] * 3
    page.wait_for_function(f"toldRightly() === {UNITS}", timeout=PATIENCE_MS)  # fails by time where one is still told of as before
    print("".join(f"\n3,321 polygons in other colours: {run['ms']:.0f} ms, longest frame {run['longest']:.0f} ms" for run in runs))


def test_the_table_tells_all_units_and_draws_those_in_sight(page: Page) -> None:
    rows, table = page.locator("[data-row]"), page.locator(".ranking table")
    expect(table).to_have_attribute("aria-rowcount", str(UNITS + 1))
    assert rows.count() < 150
    last = page.locator(f"[aria-rowindex='{UNITS + 1}']")
    expect(last).to_have_count(0)
    page.locator(".ranking").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    expect(last).to_be_in_viewport(timeout=PATIENCE_MS)
    indexes = rows.evaluate_all("rows => rows.map(row => Number(row.getAttribute('aria-rowindex')))")
    assert indexes == list(range(indexes[0], UNITS + 2))


def test_the_keyboard_walks_on_where_the_drawn_rows_end(page: Page) -> None:
    page.locator(".ranking").evaluate("box => { box.scrollTop = 0; }")
    first = page.locator("[aria-rowindex='2'] a")
    expect(first).to_be_in_viewport(timeout=PATIENCE_MS)
    first.focus()
    for index in range(3, 123):  # more than are drawn at once
        page.keyboard.press("Tab")
        expect(page.locator(f"[aria-rowindex='{index}'] a")).to_be_focused(timeout=PATIENCE_MS)
