"""What a person sees in a real browser at `/`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.running_city import RunningCity, dossier

pytestmark = pytest.mark.browser
HAI_CHAU, PATIENCE_MS = "20242", 60_000
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: apt-get install chromium"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        opened = browser.new_page(viewport={"width": 1440, "height": 900})
        opened.on("pageerror", lambda fault: pytest.fail(str(fault)))
        yield opened
        browser.close()


def test_a_posted_dossier_changes_the_unit_on_the_map_without_a_reload(city: RunningCity, page: Page, new_code: Callable[[], str]) -> None:
    page.goto(f"{city.page}/?window=30d")
    page.evaluate("window.neverReloaded = true")
    row = page.locator(f"[data-row='{HAI_CHAU}']")
    cell = page.locator(f"[data-unit='{HAI_CHAU}']")
    expect(row).to_be_visible()
    before = city.unit(HAI_CHAU)["denominator"]
    for _ in range(6):  # beyond `few`, so that the cell shows a rate
        assert city.post(dossier(new_code())).status_code == 200
    expect(row).to_contain_text(str(before + 6))
    expect(cell.locator("[data-role=value]")).to_contain_text("100")
    assert page.evaluate("window.neverReloaded") is True


def test_the_page_says_how_old_its_data_is_and_shows_nothing_as_nothing(city: RunningCity, page: Page) -> None:
    page.goto(f"{city.page}/?window=30d")
    expect(page.locator("[data-role=age]").first).to_contain_text("giây")
    expect(page.locator("[data-unit='20333']")).to_contain_text("—")


def test_the_reference_of_the_api_needs_nothing_from_elsewhere(city: RunningCity, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{city.page}/docs")
    expect(page.locator("#api")).to_contain_text("/api/v1/map")
    assert [url for url in asked if not url.startswith((city.page, "data:", "blob:"))] == []


def test_english_is_one_click_away(city: RunningCity, page: Page) -> None:
    page.goto(f"{city.page}/?window=30d&lang=en")
    expect(page.locator("body")).to_contain_text("Official")
