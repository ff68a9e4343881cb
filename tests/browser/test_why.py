"""Why a unit's rate is what it is, read on its page: in both languages, asked for when it is opened, and nothing for axe-core."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.pages import THEMES
from tests.browser.screen_city import HAI_CHAU, ScreenCity

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PAGE = f"/?view=unit&unit={HAI_CHAU}&window=30d"
HEADS = {
    "vi": ["So với ba tỷ lệ kia", "Điều cần xem lại", "Số liệu đến muộn"],
    "en": ["Against the three", "What deserves a look", "Data that came late"],
}


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", HEADS)
def test_the_explanation_of_a_rate_opens_on_the_unit_s_page(
    city: ScreenCity, window: Windows, lang: str, theme: str, options: dict[str, object]
) -> None:
    screen = window(**options)
    page = screen.open(f"{PAGE}&lang={lang}&theme={theme}")
    why = page.locator("[data-role=why]")
    expect(why.locator("[data-role=explained]")).to_have_count(0)
    why.locator("summary").click()
    expect(why.locator("[data-role=explained]")).to_be_visible()
    expect(why.locator("[data-gap]")).to_have_count(3)
    for head in HEADS[lang]:
        expect(why).to_contain_text(head)
    assert violations(page) == []


def test_the_gaps_are_those_to_the_rate_that_is_chosen(city: ScreenCity, window: Windows) -> None:
    page = window().open(f"{PAGE}&rate=statutory")
    page.locator("[data-role=why] summary").click()
    gaps = page.locator("[data-gap]")
    expect(gaps).to_have_count(3)
    assert [gap.get_attribute("data-gap") for gap in gaps.all()] == ["official", "resolved", "due_cohort"]
    page.locator("[data-rate=resolved] a").click()
    expect(page.locator("[data-gap=statutory]")).to_be_visible()
    expect(page.locator("[data-gap=resolved]")).to_have_count(0)
