"""How every page looks, and each state in which it has nothing new to show, under clocks that stand still (C3).

`make baselines` takes the pictures anew; a picture that no longer looks like its baseline is left in test-results/.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.chromium import Screen
from tests.browser.conftest import Windows
from tests.browser.looks import difference
from tests.browser.pages import WALL
from tests.browser.screen_city import HAI_CHAU, ScreenCity
from tests.integration.api.api_world import MONDAY_8_00

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
BASELINES, RESULTS = Path(__file__).parent / "baselines", Path(__file__).parents[2] / "test-results"
TAKE = os.environ.get("BASELINES") == "take"
NOW = datetime.fromtimestamp(MONDAY_8_00, UTC)
WALL_HD = {"viewport": {"width": 1920, "height": 1080}}
WALL_4K = {"viewport": {"width": 3840, "height": 2160}}
DESKTOP: dict[str, Any] = {}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def opened(window: Windows, options: dict[str, Any]) -> Screen:
    """A window whose clock stands from the beginning, so that what is on it has always the same age."""
    screen = window(reduced_motion="reduce", **options)
    screen.page.clock.install(time=NOW)
    screen.page.clock.pause_at(NOW.timestamp() + 1)
    return screen


def still(screen: Screen) -> Page:
    """Three seconds later, when all that was due has been drawn."""
    screen.page.clock.run_for(3000)
    return screen.page


def picture(page: Page) -> bytes:
    return page.screenshot(animations="disabled", caret="hide", type="jpeg", quality=80)


def looks_like(browser: Browser, page: Page, name: str) -> None:
    """The page now against its baseline; BASELINES=take: the page now is the baseline."""
    now, baseline = picture(page), BASELINES / f"{name}.jpg"
    if TAKE:
        BASELINES.mkdir(exist_ok=True)
        baseline.write_bytes(now)
        return
    found = difference(browser, baseline.read_bytes(), now)
    if found.visible:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.jpg").write_bytes(now)
    assert not found.visible, f"{name} looks different: {found}; test-results/{name}.jpg"


LIVE = {
    "wall": (WALL, WALL_HD),
    "wall-4k": (WALL, WALL_4K),
    "wall-ranking": ("/wall?scenes=ranking", WALL_HD),
    "wall-today": ("/wall?scenes=today", WALL_HD),
    "public-desktop": ("/?theme=light", DESKTOP),
    "public-desktop-dark-en": ("/?theme=dark&lang=en", DESKTOP),
    "public-departments": ("/?kind=department&theme=light", DESKTOP),
    "public-unit": (f"/?theme=light&view=unit&unit={HAI_CHAU}", DESKTOP),
    "public-phone": ("/?theme=light", PHONE),
    "public-phone-unit": (f"/?theme=dark&unit={HAI_CHAU}", PHONE),
}


@pytest.mark.parametrize("name", LIVE)
def test_a_page_looks_as_it_did(city: ScreenCity, window: Windows, browser: Browser, name: str) -> None:
    path, options = LIVE[name]
    screen = opened(window, options)
    screen.show(path)
    looks_like(browser, still(screen), name)


def no_answer(screen: Screen, _: ScreenCity) -> None:
    screen.page.route("**/api/**", lambda route: route.abort())
    expect(screen.open(screen.address).locator("[data-state=connecting]")).to_be_visible()


def no_units(screen: Screen, city: ScreenCity) -> None:
    """A real answer without its units, and no stream."""
    body = {**city.map(window="month"), "units": [], "version": 1}

    def answer(route: Route) -> None:
        route.fulfill(status=200, body=json.dumps(body), content_type="application/json", headers={"Date": "Mon, 16 Nov 2026 01:00:00 GMT"})

    screen.page.route("**/api/v1/map?**", answer)
    screen.page.route("**/api/v1/stream?**", lambda route: route.abort())
    expect(screen.open(screen.address).locator("[data-state=empty]")).to_be_visible()


def silence(screen: Screen, city: ScreenCity) -> None:
    screen.show(screen.address)
    still(screen)
    city.kill("http")
    screen.page.clock.fast_forward(14 * 60_000)
    expect(screen.page.locator("[data-mode=lost]").first).to_be_visible()


STATES: dict[str, Callable[[Screen, ScreenCity], None]] = {"connecting": no_answer, "empty": no_units, "lost": silence}


@pytest.mark.parametrize(("place", "path", "options"), [("wall", WALL, WALL_HD), ("public", "/?theme=light", DESKTOP)])
@pytest.mark.parametrize("state", STATES)
def test_a_page_with_nothing_new_to_show_says_so_as_it_did(
    city: ScreenCity, window: Windows, browser: Browser, state: str, place: str, path: str, options: dict[str, Any]
) -> None:
    screen = opened(window, options)
    screen.address = path
    try:
        STATES[state](screen, city)
        looks_like(browser, still(screen), f"{place}-{state}")
    finally:
        if "http" not in city.servers:
            city.start("http")


def test_letters_drawn_a_little_aside_are_the_same_and_a_missing_part_is_not(city: ScreenCity, window: Windows, browser: Browser) -> None:
    screen = opened(window, DESKTOP)
    screen.show("/?theme=light")
    page = still(screen)
    before = picture(page)

    def after(style: str) -> bool:
        tag = page.add_style_tag(content=style)
        found = difference(browser, before, picture(page))
        tag.evaluate("(element) => element.remove()")
        return found.visible

    assert not after("/* as it is */")
    assert not after("#root { transform: translate(.5px, .4px); }")
    assert not after("body { -webkit-text-stroke: .15px; }")
    assert after(".legend { visibility: hidden; }")
    assert after("footer { visibility: hidden; }")
    assert after(".four { visibility: hidden; }")
    assert after(f"[data-unit='{HAI_CHAU}'] {{ visibility: hidden; }}")
    assert after(".ranking { visibility: hidden; }")
