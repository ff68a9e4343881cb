"""The list of procedures in a browser: found without diacritics, by level and field; languages, themes, phone, keyboard, axe-core."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.pages import LANGUAGES, THEMES
from tests.browser.screen_city import ScreenCity

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PAGE = "/?view=procedures"
RESIDENCE = "1.004222"  # Đăng ký thường trú


@pytest.fixture
def listed(city: ScreenCity) -> list[dict[str, Any]]:
    """As the API says them."""
    return list(httpx.get(f"{city.page}/api/v1/procedures", timeout=60).json()["procedures"])


def opened(window: Windows, path: str = PAGE, **options: Any) -> Page:
    page = window(**options).open(path)
    expect(page.locator("main[data-state=procedures]")).to_be_visible()
    return page


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("lang", "words"), [*zip(LANGUAGES, ("Toàn trình", "Wholly online"), strict=True)])
def test_all_are_listed_with_field_level_and_limit(
    listed: list[dict[str, Any]], window: Windows, lang: str, words: str, theme: str, options: dict[str, Any]
) -> None:
    page = opened(window, f"{PAGE}&lang={lang}&theme={theme}", **options)
    expect(page.locator("tbody [data-row]")).to_have_count(len(listed))
    row = page.locator(f"[data-row='{RESIDENCE}']")
    one = next(one for one in listed if one["code"] == RESIDENCE)
    expect(row).to_contain_text(one["field"])
    expect(row.locator(".v")).to_contain_text(str(one["limit"]["amount"]))
    expect(page.locator("[data-level=full]").first).to_have_text(words)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_what_is_looked_for_is_found_without_diacritics_and_stands_in_the_address(listed: list[dict[str, Any]], window: Windows) -> None:
    page = opened(window)
    meant = [one["code"] for one in listed if "thường trú" in one["name"]["vi"].lower()]
    assert RESIDENCE in meant
    assert len(meant) < len(listed)
    page.locator("input[name=q]").fill("thuong tru")
    expect(page.locator("tbody [data-row]")).to_have_count(len(meant))
    assert {row.get_attribute("data-row") for row in page.locator("tbody [data-row]").all()} == {*meant}
    assert "q=thuong+tru" in page.url
    again = opened(window, page.url[page.url.index("/?") :])
    expect(again.locator("tbody [data-row]")).to_have_count(len(meant))
    expect(again.locator("input[name=q]")).to_have_value("thuong tru")
    again.locator("input[name=q]").fill("không có đâu")
    expect(again.locator("tbody [data-row]")).to_have_count(0)


def test_of_one_level_alone_and_back_by_the_browser_s_history(listed: list[dict[str, Any]], window: Windows) -> None:
    page = opened(window)
    page.locator("select[name=level]").select_option("partial")
    wanted = [one["code"] for one in listed if one["level"] == "partial"]
    expect(page.locator("tbody [data-row]")).to_have_count(len(wanted))
    assert "level=partial" in page.url
    page.go_back()
    expect(page.locator("tbody [data-row]")).to_have_count(len(listed))


def test_the_footer_leads_there_and_what_was_looked_for_stays_behind(window: Windows) -> None:
    page = window().show("/")
    page.locator("[data-role=to-procedures]").click()
    expect(page.locator("main[data-state=procedures] h1")).to_be_focused()
    page.locator("input[name=q]").fill("cu tru")
    page.locator("[data-page=map]").click()
    expect(page.locator("main[data-state=picture]")).to_be_visible()
    assert "q=" not in page.url
