"""What is on the screen is true, and says how old it is: through an outage of the server and on a computer whose clock is wrong (C1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import Screen, versions
from tests.browser.conftest import Windows
from tests.browser.figures import figures, written
from tests.browser.pages import WALL
from tests.browser.screen_city import HAI_CHAU, HAI_VAN, ScreenCity
from tests.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
LONG_AGO, AGE = 30_000, "[data-role=age]"  # longer than the page trusts a silent server


def is_the_map(page: Page, city: ScreenCity) -> bool:
    """Whether the page has the version of `/map`, and of every unit that has a plain rate its figure."""
    body, shown = city.map(window="month"), figures(page)
    plain = {u["code"]: written(u) for u in body["units"] if not u["stale"] and not u["few"]}
    assert len(plain) > 80
    return versions(page) == body["version"] and plain.items() <= shown.items()


def dies_and_comes_back(screen: Screen, city: ScreenCity) -> None:
    page = screen.page
    page.evaluate("window.neverReloaded = true")
    city.kill("http")
    city.score(HAI_CHAU, 150, 50)  # nobody hears of it
    before = figures(page)
    page.clock.fast_forward(LONG_AGO)
    expect(page.locator("[data-mode=lost]").first).to_be_visible()
    assert figures(page) == before
    loud = page.locator("[data-state=stale], [data-role=age]").filter(has_text=re.compile(r"[3-9]\d giây|phút")).first
    expect(loud).to_be_visible()
    city.score(HAI_VAN, 30, 70)
    city.start("http")
    expect(page.locator("[data-mode=live]").first).to_be_visible()
    expect(page.locator(f"[data-unit='{HAI_CHAU}'] [data-role=value]")).to_have_text("75,0")
    expect(page.locator(f"[data-unit='{HAI_VAN}'] [data-role=value]")).to_have_text("30,0")
    eventually(lambda: is_the_map(page, city), what="the picture of /map")
    assert page.evaluate("window.neverReloaded") is True


@pytest.mark.parametrize("path", [WALL, "/"])
def test_a_killed_server_is_said_loudly_and_what_was_missed_is_there_afterwards_without_a_reload(
    city: ScreenCity, window: Windows, path: str
) -> None:
    city.score(HAI_CHAU, 180, 20)
    city.score(HAI_VAN, 90, 10)
    city.shown(HAI_VAN, 90, 10)
    screen = window()
    screen.page.clock.install()
    page = screen.show(path)
    for unit in (HAI_CHAU, HAI_VAN):
        expect(page.locator(f"[data-unit='{unit}'] [data-role=value]")).to_have_text("90,0")
    dies_and_comes_back(screen, city)


@pytest.mark.parametrize("days", [-1, 1])
@pytest.mark.parametrize("path", [WALL, "/"])
def test_a_computer_whose_clock_is_a_day_off_shows_the_right_ages(city: ScreenCity, window: Windows, path: str, days: int) -> None:
    screen = window()
    screen.page.clock.install(time=datetime.now(UTC) + timedelta(days=days))
    page = screen.show(path)
    age = page.locator(AGE).first
    expect(age).to_be_visible()
    eventually(lambda: float(age.get_attribute("data-age") or 99) <= 8, what="a young age")
    assert "16/11" in page.locator("body").inner_text()  # the city's day, not the computer's


def test_the_age_of_a_units_feed_is_counted_by_the_servers_clock(city: ScreenCity, window: Windows) -> None:
    screen = window()
    screen.page.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    page = screen.show(f"/?unit={HAI_CHAU}")
    expect(page.locator("[data-role=feed-age]")).to_contain_text(re.compile(r"2\d giây"))  # fed at 07:59:40, and the city's clock stands


def test_a_change_is_seen_without_a_reload_and_the_city_with_it(city: ScreenCity, window: Windows) -> None:
    page = window().show(WALL)
    before = page.locator("[data-role=city-value]").first.inner_text()
    city.score(HAI_CHAU, 9000, 1000)
    expect(page.locator(f"[data-unit='{HAI_CHAU}'] [data-role=value]")).to_have_text("90,0")
    expect(page.locator("[data-role=city-value]").first).not_to_have_text(before)
    eventually(lambda: is_the_map(page, city), what="the picture of /map")
