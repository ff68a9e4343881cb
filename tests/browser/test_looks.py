"""How every page looks, and each state in which it has nothing new to show, under clocks that stand still (C3).

`make baselines` takes the pictures anew; a picture that no longer looks like its baseline is left in test-results/.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.chromium import KEPT_FOR_A_COLD_START, Screen
from tests.browser.conftest import Windows
from tests.browser.looks import difference, looks_like, picture
from tests.browser.officials_city import MOVED, TODAY, OfficialsCity
from tests.browser.pages import WALL
from tests.browser.screen_city import HAI_CHAU, ScreenCity
from tests.eventually import eventually
from tests.integration.api.api_world import MONDAY_8_00

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
NOW = datetime.fromtimestamp(MONDAY_8_00, UTC)
WALL_HD = {"viewport": {"width": 1920, "height": 1080}}
WALL_4K = {"viewport": {"width": 3840, "height": 2160}}
DESKTOP: dict[str, Any] = {}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
KIOSK = WALL + "&kiosk"
QUARTER_OF_AN_HOUR = 14 * 60_000


@pytest.fixture(scope="module", autouse=True)
def as_at_the_beginning(city: ScreenCity) -> None:
    """Other tests change scores."""
    city.restore()


ADOPT = "(style) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(style); document.adoptedStyleSheets = [sheet]; }"


def opened(window: Windows, options: dict[str, Any]) -> Screen:
    """A window whose clock stands from the beginning, so that what is on it has always the same age."""
    screen = window(reduced_motion="reduce", **options)
    screen.page.clock.install(time=NOW)
    screen.page.clock.pause_at(NOW.timestamp() + 60)  # later than a busy machine gets here
    return screen


def still(screen: Screen) -> Page:
    """Three seconds later, when all that was due has been drawn."""
    screen.page.clock.run_for(3000)
    return screen.page


def settled(screen: Screen, path: str) -> Page:
    """As `still`, when also what is asked for apart from the figures has come."""
    page = screen.show(path)
    still(screen)
    for part, sign in LATE.items():
        if part in path:
            expect(page.locator(sign).first).to_be_visible()
    if page.locator(AGE).count():  # with the server's next tick it is nothing, for as long as the page's clock stands
        expect(page.locator(AGE).first).to_have_attribute("data-age", "0")
    return page


AGE = "[data-role=age]"


LATE = {
    "scenes=map": "[data-role=feeds]",
    "/wall?scenes=map": "text=VH-TT-DL",  # offices by their short names
    "scenes=today": "text=BHXH",
    "view=unit": "[data-role=score-card] table",
}
LIVE = {
    "wall": (KIOSK, WALL_HD),
    "wall-4k": (KIOSK, WALL_4K),
    "wall-far": ("/wall?distance=10&scenes=map&kiosk", WALL_HD),
    "wall-light-en": (WALL + "&theme=light&lang=en", WALL_HD),
    "wall-ranking": ("/wall?scenes=ranking", WALL_HD),
    "wall-today": ("/wall?scenes=today", WALL_HD),
    "public-desktop": ("/?theme=light", DESKTOP),
    "public-desktop-dark-en": ("/?theme=dark&lang=en", DESKTOP),
    "public-departments": ("/?kind=department&theme=light", DESKTOP),
    "public-unit": (f"/?theme=light&view=unit&unit={HAI_CHAU}", DESKTOP),
    "public-phone": ("/?theme=light", PHONE),
    "public-phone-card": (f"/?theme=dark&unit={HAI_CHAU}", PHONE),
    "public-phone-unit": (f"/?theme=light&view=unit&unit={HAI_CHAU}", PHONE),
}


@pytest.mark.parametrize("name", LIVE)
def test_a_page_looks_as_it_did(city: ScreenCity, window: Windows, browser: Browser, name: str) -> None:
    path, options = LIVE[name]
    screen = opened(window, options)
    looks_like(browser, settled(screen, path), name)


OFFICIALS = {
    "officials-desktop": ("/officials?theme=light", TODAY, DESKTOP),
    "officials-desktop-dark-en": ("/officials?theme=dark&lang=en", MOVED, DESKTOP),
    "officials-phone": ("/officials?theme=light", None, PHONE),
    "officials-phone-one": ("/officials?theme=dark", TODAY, PHONE),
}


@pytest.mark.parametrize("name", OFFICIALS)
def test_the_officials_page_looks_as_it_did(officials: OfficialsCity, window: Windows, browser: Browser, name: str) -> None:
    path, dossier, options = OFFICIALS[name]
    screen = opened(window, options)
    screen.context.add_cookies([officials.cookie("official")])
    page = screen.open(path)
    expect(page.locator("[data-dossier]").first).to_be_visible()
    if dossier is not None:
        page.locator(f"[data-dossier='{dossier}']").click()
        page.mouse.move(0, 0)
        expect(page.locator("[data-role=why]")).to_be_visible()
    looks_like(browser, still(screen), name)


def answered(screen: Screen, body: dict[str, Any]) -> None:
    """The server's only answer, and no stream."""

    def answer(route: Route) -> None:
        route.fulfill(status=200, body=json.dumps(body), content_type="application/json", headers={"Date": "Mon, 16 Nov 2026 01:00:00 GMT"})

    screen.page.route("**/api/v1/map?**", answer)
    screen.page.route("**/api/v1/stream?**", lambda route: route.abort())


def no_answer(screen: Screen, _: ScreenCity, path: str) -> None:
    screen.page.route("**/api/**", lambda route: route.abort())
    expect(screen.open(path).locator("[data-state=connecting]")).to_be_visible()


def no_units(screen: Screen, city: ScreenCity, path: str) -> None:
    answered(screen, {**city.map(window="month"), "units": [], "version": 1})
    expect(screen.open(path).locator("[data-state=empty]")).to_be_visible()


def an_old_answer(screen: Screen, city: ScreenCity, path: str) -> None:
    kind = "all" if "/wall" in path else "locality"
    answered(screen, {**city.map(window="month", kind=kind), "stale": True, "age_seconds": 840})
    expect(screen.open(path).locator("[data-mode=behind]").first).to_be_visible()


def silence(screen: Screen, city: ScreenCity, path: str) -> None:
    settled(screen, path)
    city.kill("http")
    screen.page.clock.fast_forward(QUARTER_OF_AN_HOUR)
    expect(screen.page.locator("[data-mode=lost]").first).to_be_visible()


def stopped_by_its_reader(screen: Screen, _: ScreenCity, path: str) -> None:
    settled(screen, path).locator("button.pause").click()
    expect(screen.page.locator("[data-state=held]")).to_be_visible()


def a_cold_start_alone(screen: Screen, city: ScreenCity, path: str) -> None:
    page = settled(screen, path)
    eventually(lambda: still(screen).evaluate(KEPT_FOR_A_COLD_START), what="a picture and a page on the shelf")
    city.kill("http")
    page.clock.fast_forward(QUARTER_OF_AN_HOUR)
    expect(screen.open(path).locator("[data-state=stale][data-mode=kept]")).to_be_visible()


def a_failure_in_drawing(screen: Screen, _: ScreenCity, path: str) -> None:
    page = settled(screen, path + "&lang=en")
    page.evaluate("void (String.prototype.toLocaleLowerCase = () => { throw new Error('for the test'); })")
    page.locator("button[lang=vi]").click()  # so that all is drawn anew
    expect(page.locator("[data-state=fatal]")).to_be_visible()


def a_newer_page(screen: Screen, _: ScreenCity, path: str) -> None:
    def newer(route: Route) -> None:
        asked_by_the_page = route.request.resource_type == "fetch"
        route.fulfill(
            body='<script type="module" src="/assets/wall-Bq3xT9dK.js">', content_type="text/html"
        ) if asked_by_the_page else route.continue_()

    screen.page.route("**/wall*", newer)
    expect(settled(screen, path).locator("[data-state=new-version]")).to_be_visible()


Shown = Callable[[Screen, ScreenCity, str], None]
EVERYWHERE: dict[str, Shown] = {
    "connecting": no_answer, "empty": no_units, "behind": an_old_answer, "lost": silence, "held": stopped_by_its_reader,
}  # fmt: skip
PRESSED = (stopped_by_its_reader, a_failure_in_drawing)  # their button is not there in kiosk mode
WALL_ONLY: dict[str, Shown] = {"kept": a_cold_start_alone, "fatal": a_failure_in_drawing, "new-version": a_newer_page}
STATES = {
    **{f"wall-{name}": (WALL if shown in PRESSED else KIOSK, WALL_HD, shown) for name, shown in (EVERYWHERE | WALL_ONLY).items()},
    **{f"public-{name}": ("/?theme=light", DESKTOP, shown) for name, shown in EVERYWHERE.items()},
}


@pytest.mark.parametrize("name", STATES)
def test_a_page_with_nothing_new_to_show_says_so_as_it_did(city: ScreenCity, window: Windows, browser: Browser, name: str) -> None:
    path, options, shown = STATES[name]
    screen = opened(window, {**options, "service_workers": "allow" if shown is a_cold_start_alone else "block"})
    shown(screen, city, path)
    looks_like(browser, screen.page if shown is a_failure_in_drawing else still(screen), name)


def test_letters_drawn_a_little_aside_are_the_same_and_a_missing_part_is_not(city: ScreenCity, window: Windows, browser: Browser) -> None:
    screen = opened(window, DESKTOP)
    screen.show("/?theme=light")
    page = still(screen)
    before = picture(browser, page)

    def after(style: str) -> bool:
        page.evaluate(ADOPT, style)  # not as a style element: the pages' own policy would refuse it
        found = difference(browser, before, picture(browser, page))
        page.evaluate("document.adoptedStyleSheets = []")
        return found.visible

    assert not after("/* as it is */")
    assert not after("#root { transform: translate(.5px, .4px); }")
    assert not after("body { -webkit-text-stroke: .15px; }")
    assert after(".legend { visibility: hidden; }")
    assert after("footer { visibility: hidden; }")
    assert after(".four { visibility: hidden; }")
    assert after(f"[data-unit='{HAI_CHAU}'] {{ visibility: hidden; }}")
    assert after(".ranking { visibility: hidden; }")
