"""The wall in a real browser, on a made-up server that can be taken away: a cold start without it, and a failure in drawing."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from dunghen.platform.local.servers import free_port
from tests.browser.chromium import FLAGS, PATIENCE_MS, program
from tests.eventually import eventually

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
SHELVES = """async () => {
  const paths = async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
  return [...(await paths('dunghen-shell')), ...(await paths('dunghen-picture'))];
}"""
BREAK = """() => {
  window.lower = String.prototype.toLocaleLowerCase;
  String.prototype.toLocaleLowerCase = () => { throw new Error('broken on purpose'); };
}"""
OUTSIDE = """() => [...document.querySelectorAll('.scene :is(b, h1, h2, li, dd, dt)')].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width > 0 && (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
}).map((e) => e.textContent)"""


class MadeUpServer:
    """`wall/dev-server` on one port, away or there."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def page(self) -> str:
        return f"http://127.0.0.1:{self.port}/wall?kiosk&scenes=map"

    def start(self) -> None:
        node = shutil.which("node")
        assert node
        self.process = subprocess.Popen([node, "wall/dev-server/serve.mjs", "--port", str(self.port)], cwd=ROOT, stdout=subprocess.DEVNULL)
        eventually(lambda: httpx.get(self.page, timeout=60).status_code == 200)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None


@pytest.fixture
def server() -> Iterator[MadeUpServer]:
    made_up = MadeUpServer()
    made_up.start()
    yield made_up
    made_up.stop()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[BrowserContext]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=program(),
            args=list(FLAGS),
            viewport={"width": 1920, "height": 1080},
            timeout=PATIENCE_MS,
        )
        context.set_default_timeout(PATIENCE_MS)
        yield context
        context.close()


def mode(page: Page, name: str) -> None:
    expect(page.locator(f".wallpage[data-mode='{name}']")).to_be_visible()


def test_a_wall_without_its_server_starts_with_the_picture_it_had_and_says_that_it_is_old(
    server: MadeUpServer, browser: BrowserContext
) -> None:
    first = browser.new_page()
    first.goto(server.page)
    mode(first, "live")
    eventually(lambda: {"/wall", "/api/v1/geometry", "/kept/map"} <= set(first.evaluate(SHELVES)))
    first.close()
    server.stop()
    page = browser.new_page()
    page.goto(server.page)
    mode(page, "kept")
    expect(page.locator("[data-state=stale]")).to_contain_text("giữ lại từ lần chạy trước")
    expect(page.locator("[data-unit='20242'] [data-role=value]")).to_contain_text(",")
    # The server's time when it was kept, and what has passed since.
    expect(page.locator("[data-role=clock]")).to_have_text(
        re.compile(r"^09:4\d$")
    )  # the server's time when it was kept, and what has passed since
    page.evaluate("window.neverReloaded = true")
    server.start()
    mode(page, "live")
    expect(page.locator("[data-state=stale]")).to_have_count(0)
    assert page.evaluate("window.neverReloaded") is True


def test_a_failure_in_drawing_is_shown_without_figures_and_mends_itself(server: MadeUpServer, browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto(server.page)
    mode(page, "live")
    page.evaluate(BREAK)
    expect(page.locator("[data-state=fatal]")).to_be_visible()
    assert page.locator("[data-role=city-value]").count() == 0
    page.evaluate("() => { String.prototype.toLocaleLowerCase = window.lower; }")
    mode(page, "live")


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
def test_every_scene_fits_the_screen(server: MadeUpServer, browser: BrowserContext, size: tuple[int, int]) -> None:
    page = browser.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for scene in ("map", "ranking", "today", "changes", "briefing"):
        page.goto(server.page.replace("scenes=map", f"scenes={scene}&briefing=00:00-23:59"))
        expect(page.locator(f"[data-scene={scene}] [data-state=picture]")).to_be_visible()
        page.evaluate("document.fonts.ready.then(() => true)")  # other letters are wider
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(size)
        assert page.evaluate(OUTSIDE) == []
