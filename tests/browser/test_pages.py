"""Every page, in both languages and both themes, loads from nowhere else, without a complaint of the browser (C1) or of axe-core (C2)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.pages import LANGUAGES, PICTURES, THEMES, address
from tests.browser.screen_city import HAI_CHAU, ScreenCity

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
BACKGROUND = {"dark": "black", "light": "white"}
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


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Another origin, and the page there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", tmp_path / "index.html"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("attributes", ["", f'unit="{HAI_CHAU}"'])
def test_neither_complains_of_what_stands_on_another_origins_page(
    city: ScreenCity, window: Windows, elsewhere: tuple[str, Path], attributes: str, lang: str
) -> None:
    origin, file = elsewhere
    screen = window()
    page = screen.page
    for theme in THEMES:
        file.write_text(
            f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Elsewhere</title><link rel="icon" href="data:,">'
            f"<style>body {{ background: {BACKGROUND[theme]}; }}</style><main><h1 style='color: gray'>Elsewhere</h1>"
            f'<ban-do-the-che language="{lang}" theme="{theme}" {attributes}></ban-do-the-che></main>'
            f'<script src="{city.page}/ban-do-the-che.js"></script></html>',
            encoding="utf-8",
        )
        page.goto(origin)
        expect(page.locator("ban-do-the-che [data-state=picture] [data-role=value]").first).to_be_visible()
        assert violations(page) == [], theme
    assert screen.faults == []


def test_the_reference_of_the_api_loads_without_a_complaint(window: Windows) -> None:
    """Of the browser. Swagger UI's own elements have contrasts and nested buttons that axe finds; `/openapi.json` says the same."""
    screen = window()
    expect(screen.open("/docs").locator("#api")).to_contain_text("/api/v1/map")
    assert screen.faults == []
