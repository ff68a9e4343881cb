"""A wall loads itself anew when its server answers with a newer page, and for no other reason."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Windows
from tests.browser.pages import WALL
from tests.browser.screen_city import ScreenCity
from tests.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
ENTRY = re.compile(r"/assets/(wall-[\w-]+)\.js")
NEWER = "/assets/wall-newer.js"


def newer_build(static: Path, folder: Path) -> Path:
    """The pages as the next release would have them: the wall begins with a script of another name."""
    shutil.copytree(static, folder)
    page = folder / "wall.html"
    html = page.read_text(encoding="utf-8")
    found = ENTRY.search(html)
    assert found, "wall.html begins with no script of its own"
    shutil.copyfile(folder / found[0][1:], folder / NEWER[1:])
    page.write_text(html.replace(found[0], NEWER), encoding="utf-8")
    return folder


@dataclass
class Watched:
    """A wall of which it is known whether it was loaded anew and how often it asked for its own page."""

    page: Page
    asked: int = 0

    def __post_init__(self) -> None:
        self.page.evaluate("window.neverReloaded = true")
        self.page.on("request", self._requested)

    def _requested(self, request: Request) -> None:
        self.asked += request.resource_type == "fetch" and request.url.endswith("/wall")

    @property
    def untouched(self) -> bool:
        return bool(self.page.evaluate("window.neverReloaded === true"))

    def a_minute_passes(self) -> None:
        """After it the wall has asked for its page once more."""
        before = self.asked
        self.page.clock.fast_forward(61_000)
        eventually(lambda: self.untouched and self.asked > before, what="a look for a newer page")


def test_a_wall_is_loaded_anew_for_a_newer_page_and_for_nothing_else(city: ScreenCity, window: Windows, tmp_path: Path) -> None:
    screen = window()
    screen.page.clock.install()
    page = screen.show(WALL)
    live, announced = page.locator("[data-mode=live]").first, page.locator("[data-state=new-version]")
    wall = Watched(page)
    for _ in range(3):  # the server has the same page
        wall.a_minute_passes()
        expect(live).to_be_visible()
        expect(announced).to_have_count(0)

    city.kill("http")
    page.clock.fast_forward(10 * 60_000)
    expect(page.locator("[data-mode=lost]").first).to_be_visible()
    assert wall.untouched  # nothing is loaded from a server that is away

    city.start("http", static=str(newer_build(city.settings.static, tmp_path / "newer")))
    expect(announced).to_be_visible()
    expect(live).to_be_visible()
    assert wall.untouched  # a minute of notice
    page.clock.fast_forward(61_000)
    expect(page.locator(f"script[src='{NEWER}']")).to_have_count(1)
    expect(live).to_be_visible()
    expect(announced).to_have_count(0)
    assert not wall.untouched
