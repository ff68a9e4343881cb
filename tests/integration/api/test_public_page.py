"""What a reader does on the public map, in a real browser against the real API: the address is the state, and a unit has its page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from api_world import TODAY, World, score
from playwright.async_api import Page, async_playwright, expect

from tests.browser.chromium import FLAGS, PATIENCE_MS, program
from tests.eventually import eventually_async as eventually

pytestmark = pytest.mark.browser


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A phone's page; an error of any script on it fails the test."""
    faults: list[str] = []
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=list(FLAGS))
        opened = await browser.new_page(viewport={"width": 360, "height": 740})
        opened.set_default_timeout(PATIENCE_MS)
        opened.on("pageerror", lambda fault: faults.append(str(fault)))
        yield opened
        await browser.close()
    assert faults == []


async def no_wider_than_the_screen(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_unit_is_found_opened_and_left_again_by_the_back_button(world: World, page: Page) -> None:
    await page.goto(f"{world.http.base_url}/?window=30d")
    await page.locator("input[name=q]").fill("hai vna")
    await expect(page.locator("[data-row]")).to_have_count(0)
    await page.locator("input[name=q]").fill("p. hai van")
    await expect(page.locator("[data-row]")).to_have_count(1)
    await no_wider_than_the_screen(page)
    await page.locator("[data-row='20194'] a").click()
    await expect(page.locator("[data-unit-page='20194'] h1")).to_have_text("Phường Hải Vân")
    await expect(page).to_have_url(re.compile(r"window=30d.*unit=20194.*view=unit"))
    await no_wider_than_the_screen(page)
    await page.go_back()
    await expect(page.locator("[data-row='20194']")).to_be_visible()
    await expect(page.locator("input[name=q]")).to_have_value("p. hai van")


async def test_the_page_of_a_unit_shows_the_four_rates_and_follows_its_changes(world: World, page: Page) -> None:
    await page.goto(f"{world.http.base_url}/?unit=20242&view=unit&lang=en")
    official = page.locator("[data-rate=official] [data-role=value]")
    await expect(official).to_have_text("95.0")
    await expect(page.locator("[data-rate] [data-role=value]")).to_have_count(4)
    await expect(page.locator("tr[data-window]")).to_have_count(7)
    await world.scores(score("20242", 50, 50))
    await world.levels(10)
    await expect(official).to_have_text("50.0")


async def test_a_past_period_is_shown_without_a_stream_and_said_to_be_past(world: World, page: Page) -> None:
    await world.cell(("20242", TODAY - 40, 0), received=10, pending=10)
    await world.cell(("20242", TODAY - 30, 0), early=6, late=1, pending=-7)

    async def october() -> bool:
        return bool((await world.map(window="2026-10", rate="resolved"))["city"]["denominator"] == 7)

    await eventually(october)
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if "/stream" in request.url else None)
    await page.goto(f"{world.http.base_url}/?window=2026-10&rate=resolved")
    await expect(page.locator("[data-state=past]")).to_be_visible()
    await expect(page.locator("[data-row='20242'] [data-role=value]")).to_have_text("85,7")
    assert streams == []
    await page.locator("[data-state=past] button").click()
    await expect(page.locator("[data-row='20242'] [data-role=value]")).to_have_text("95,0")
    assert len(streams) > 0


async def test_the_table_sorts_by_its_heads_and_keeps_the_order_in_the_address(world: World, page: Page) -> None:
    await page.goto(f"{world.http.base_url}/?kind=all")
    first = page.locator("[data-row]").first
    await expect(first).to_have_attribute("data-row", "H17.10")
    await page.locator("[data-sort=n]").click()
    await expect(first).to_have_attribute("data-row", "20242")
    await expect(page.locator("th[aria-sort=descending]")).to_contain_text("n")
    await page.reload()
    await expect(first).to_have_attribute("data-row", "20242")
