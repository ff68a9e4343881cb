"""Every page, in both languages and both themes, loads from nowhere else, without a complaint of the browser (C1) or of axe-core (C2)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.pages import LANGUAGES, PICTURES, THEMES, address
from tests.browser.screen_city import ScreenCity

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
OTHER = {"vi": "en", "en": "vi"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PICTURES)
def test_neither_the_browser_nor_axe_complains_of_a_page_in_either_theme(city: ScreenCity, window: Windows, path: str, lang: str) -> None:
    screen = window()
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    for theme in THEMES:
        page = screen.show(address(path, lang=lang, theme=theme))
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.locator(f"button[lang={OTHER[lang]}]")).to_be_visible()  # the way to the other language
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == theme
        assert violations(page) == [], theme
    assert screen.faults == []
    assert [url for url in asked if not url.startswith((city.page, "data:", "blob:"))] == []


def test_the_reference_of_the_api_loads_without_a_complaint(window: Windows) -> None:
    screen = window()
    expect(screen.open("/docs").locator("#api")).to_contain_text("/api/v1/map")
    assert screen.faults == []
