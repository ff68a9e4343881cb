"""Debian's chromium under Playwright, and pages that remember what went wrong on them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

PATIENCE_MS = 60_000  # of everything that is waited for: a hang guard, four times and more of what is seen on a loaded machine
KEPT_FOR_A_COLD_START = """(async () => {
  const picture = await (await caches.open('dunghen-picture')).keys();
  return picture.length > 0 && (await (await caches.open('dunghen-shell')).match('/wall')) !== undefined;
})()"""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STEADY = (  # the same picture everywhere, and a heap that can be asked for
    "--disable-lcd-text",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--js-flags=--expose-gc",
)


def program() -> str:
    """Where chromium is."""
    found = shutil.which("chromium")
    assert found, "chromium is missing: apt-get install chromium"
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser. While it is open no event loop can be run in this thread, so no async test may come in between."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=[*FLAGS, *STEADY], timeout=PATIENCE_MS)
        try:
            yield browser
        finally:
            browser.close()


class Screen:
    """One reader's browser window: `page`, and `faults`, what its console and its scripts complained about so far."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base, self.faults, self.address = context, base, list[str](), "/"
        context.set_default_timeout(PATIENCE_MS)
        self.page = context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    def _said(self, message: ConsoleMessage) -> None:
        said = f"{message.text} {message.location.get('url', '')}"
        young = "404" in said and "/api/v1/changes?" in said  # the answer where the city has no history of that hour yet; the wall knows it
        no_push = "404" in said and said.endswith(
            "/api/v1/push-key"
        )  # the answer where no messages go out by browsers; the page asks to know
        if message.type == "error" and not young and not no_push:
            self.faults.append(said)

    def open(self, path: str) -> Page:
        """Goes there and waits until figures, or the page's reason for having none, are on it."""
        self.page.goto(self.base + path, wait_until="domcontentloaded")
        return self.page

    def show(self, path: str) -> Page:
        """As `open`, until a live picture with its fonts stands."""
        page = self.open(path)
        expect(page.locator("[data-mode=live]").first).to_be_visible()
        page.evaluate("document.fonts.ready.then(() => true)")
        return page


def versions(page: Page) -> int:
    """The version of the picture that is shown."""
    return int(page.locator("[data-version]").first.get_attribute("data-version") or 0)
