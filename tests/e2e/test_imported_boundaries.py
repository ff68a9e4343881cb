"""Official boundaries on a running city: refused with everything that is wrong, shown at once on open pages, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import shapely
from playwright.sync_api import Page, expect

from tests import made_up_boundaries as made_up
from tests.browser.chromium import PATIENCE_MS, chromium
from tests.e2e.running_city import PATIENCE, RunningCity
from tests.eventually import eventually

CELL = f"[data-unit='{made_up.HAI_CHAU}'] .hit"


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        opened = browser.new_page()
        opened.set_default_timeout(PATIENCE_MS)
        yield opened


def geometry(city: RunningCity) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{city.page}/api/v1/geometry", timeout=PATIENCE).json()
    return found


def by_name(code: str, unit: dict[str, Any]) -> dict[str, Any]:
    """As somebody types it: no code, no diacritics on every other one."""
    name = unit["name"]
    return {
        "Name": name.translate(
            str.maketrans("áàạảãâấầậăắêếệôốồộơớờợưứừựíìịóòọúùụýđ", "a" * 11 + "e" * 3 + "o" * 8 + "u" * 4 + "iii" + "ooo" + "uuu" + "yd")
        )
    }


def test_everything_that_is_wrong_is_said_and_nothing_is_changed(city: RunningCity, tmp_path: Path) -> None:
    before = geometry(city)
    shapes = made_up.areas()
    shapes.pop("20194")
    content = made_up.collection(shapes)
    content["features"].append({**content["features"][0], "properties": {"ten_xa": "Atlantis"}})
    done = city.command("boundaries", "import", str(made_up.written(tmp_path / "b.geojson", content)), check=False)
    assert done.returncode == 1
    assert "features[92]: Atlantis: is no unit of this city" in done.stdout
    assert "Phường Hải Vân (20194): has no area in the file" in done.stderr
    shapes = made_up.areas()
    shapes[made_up.HAI_CHAU] = shapely.buffer(shapes[made_up.HAI_CHAU], 0.01)
    done = city.command("boundaries", "import", str(made_up.written(tmp_path / "c.geojson", made_up.collection(shapes))), check=False)
    assert (done.returncode, "overlap by" in done.stderr) == (1, True)
    assert geometry(city) == before


def test_imported_boundaries_are_on_open_pages_without_a_reload_and_can_be_taken_back(
    city: RunningCity, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{city.page}/?window=30d")
    cell = page.locator(CELL)
    expect(cell).to_have_count(1, timeout=PATIENCE_MS)
    shipped = cell.get_attribute("d") or ""
    page.evaluate("window.neverReloaded = true")
    said = city.command(
        "boundaries", "import", str(made_up.written(tmp_path / "b.geojson", made_up.collection(made_up.areas(), by_name)))
    ).stdout
    assert "Đặc khu Hoàng Sa (20333): has no area in the file; it stays in its box" in said
    assert "93 of 94 units" in said
    expect(cell).not_to_have_attribute("d", shipped, timeout=PATIENCE_MS)
    expect(page.locator(f"[data-unit='{made_up.HOANG_SA}']")).to_have_count(1)
    assert page.evaluate("window.neverReloaded") is True
    now = geometry(city)
    assert (now["planar"], len(now["features"])) == (False, 94)
    assert "b.geojson: boundaries of 94 units" in city.command("boundaries", "show").stdout
    city.command("boundaries", "reset")
    expect(cell).to_have_attribute("d", shipped, timeout=PATIENCE_MS)
    eventually(lambda: geometry(city)["planar"])
