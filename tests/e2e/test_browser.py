"""What a person sees in a real browser at `/`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PATIENCE_MS, chromium
from tests.e2e.running_city import RunningCity, dossier, stamp
from tests.eventually import eventually

pytestmark = pytest.mark.browser
HAI_CHAU, HAI_VAN = "20242", "20194"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1440, "height": 900})
        opened.set_default_timeout(PATIENCE_MS)
        opened.on("pageerror", lambda fault: pytest.fail(str(fault)))
        yield opened


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


WATCH = """(code) => {
  const cell = document.querySelector(`[data-unit="${code}"]`);
  const text = () => cell.querySelector('[data-role=value]')?.textContent;
  window.seen = [];
  let before = text();
  new MutationObserver(() => {
    if (text() === before) return;
    before = text();
    window.seen.push([before, Date.now() / 1000]);
  }).observe(cell, { subtree: true, childList: true, characterData: true });
}"""


def test_each_posted_dossier_changes_the_figure_on_the_wall_without_a_reload(
    city: RunningCity, page: Page, new_code: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    page.goto(f"{city.page}/wall?window=30d&scenes=map")
    expect(page.locator(f"[data-unit='{HAI_VAN}'] [data-role=value]")).to_be_visible()
    page.evaluate(WATCH, HAI_VAN)
    late, waits = stamp(datetime.now(UTC) - timedelta(days=2)), []
    for number in range(12):  # the first ones on time and few, then each late one lowers the rate
        changed = {"NgayHenTra": late} if number > 5 else {}
        sent = city.post(dossier(new_code(), DonViXuLy="UBND phường Hải Vân", **changed))
        assert sent.status_code == 200
        accepted = time.time()
        expected = city_figure(number + 1)
        seen = eventually(lambda e=expected: [at for text, at in page.evaluate("window.seen") if text == e], what=f"the figure {expected}")
        waits.append(seen[-1] - accepted)
    with capsys.disabled():
        print(f"\nposted to seen on the wall: median {statistics.median(waits) * 1000:.0f} ms of {len(waits)}")


def city_figure(posted: int) -> str:
    """What Hải Vân shows after so many of the dossiers above."""
    if posted < 5:
        return f"n = {posted}"
    on_time = min(posted, 6)
    return "100" if on_time == posted else f"{on_time / posted * 100:.1f}".replace(".", ",")


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
