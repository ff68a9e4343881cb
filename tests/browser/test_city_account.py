"""Signing in with the city's account: from the officials' page to the provider's pages, to one's dossiers, and out again at both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from services.api.sign_in_page import city_signed_out
from tests.browser.axe import violations
from tests.browser.chromium import Screen
from tests.browser.conftest import Windows
from tests.browser.officials_city import OfficialsCity
from tests.browser.screen_city import ScreenCity
from tests.city_sign_on import CityProvider
from tests.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
BUTTON = "Đăng nhập bằng tài khoản của thành phố"


@pytest.fixture
def provider(city: ScreenCity, officials: OfficialsCity, tmp_path: Path) -> Iterator[CityProvider]:
    """The same city with a provider; afterwards it has none again."""
    accounts = {name: {"employee_number": number} for name, number in officials.numbers.items()}
    found = CityProvider(city.page, tmp_path, accounts)
    found.start()
    city.kill("http")
    city.start("http", oidc_person_claim="employee_number", oidc_contact="Tổ CNTT", **found.settings())
    eventually(lambda: httpx.get(f"{city.page}/officials", timeout=60).status_code == 401, what="the officials' page")
    yield found
    city.kill("http")
    found.stop()


def here_only(route: Route) -> None:
    """The provider's pages for development want fonts of elsewhere."""
    if route.request.url.startswith("http://127.0.0.1:"):
        route.continue_()
    else:
        route.abort()


def opened(window: Windows) -> Screen:
    screen = window()
    screen.context.route("**/*", here_only)
    return screen


def sign_in(page: Page, login: str) -> None:
    page.get_by_placeholder("Enter any login").fill(login)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_the_city_s_account_signs_in_and_out_at_both(
    window: Windows, city: ScreenCity, officials: OfficialsCity, provider: CityProvider
) -> None:
    page = opened(window).page
    page.goto(f"{city.page}/officials")
    button = page.get_by_role("link", name=BUTTON)
    expect(button).to_contain_text("Sign in with the city's account")
    assert violations(page) == []
    button.click()
    sign_in(page, "official")
    expect(page.locator("[data-dossier]").first).to_be_visible()
    assert page.url == f"{city.page}/officials"

    page.get_by_role("button", name="Đăng xuất").click()
    page.get_by_role("button", name="Yes, sign me out").click()  # of the provider, to which the page has led on
    expect(page.get_by_role("heading", name="Trang dành cho cán bộ")).to_be_visible()
    assert page.url == f"{city.page}/officials"
    page.get_by_role("link", name=BUTTON).click()
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()  # signed out there too


def test_who_is_not_in_the_directory_reads_whom_to_ask(window: Windows, city: ScreenCity, provider: CityProvider) -> None:
    page = opened(window).page
    page.goto(f"{city.page}/officials")
    page.get_by_role("link", name=BUTTON).click()
    sign_in(page, "stranger")
    expect(page.get_by_text("Danh bạ cán bộ của hệ thống này chưa có bạn")).to_be_visible()
    expect(page.get_by_text("Tổ CNTT")).to_be_visible()
    assert violations(page) == []
    page.set_content(city_signed_out(""))  # where the provider offers no signing out; else it leads on at once
    expect(page.get_by_role("heading", name="Đã đăng xuất")).to_be_visible()
    assert violations(page) == []
