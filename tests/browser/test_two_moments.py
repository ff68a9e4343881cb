"""Two moments beside each other in a browser: what moved beyond chance is said and nothing else, both days stand in the address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dunghen.domain.days import day_number
from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.pages import LANGUAGES, THEMES, address
from tests.browser.screen_city import ScreenCity
from tests.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
FELL, SAME, FEW_NOW = "20275", "20285", "20308"
SEPTEMBER, OCTOBER = day_number(date(2026, 9, 10)), day_number(date(2026, 10, 12))
COUNTED = {FELL: ((95, 5), (60, 40)), SAME: ((90, 10), (91, 9)), FEW_NOW: ((50, 50), (3, 0))}  # early and late in both months
PAGE = "/?view=compare&rate=resolved&against=2026-09-30&as_of=2026-10-31"


@pytest.fixture(scope="module", autouse=True)
def counted(city: ScreenCity) -> Iterator[None]:
    """Dossiers of two past months, gone again afterwards."""
    places = [(unit, day, months[n]) for unit, months in COUNTED.items() for n, day in enumerate((SEPTEMBER, OCTOBER))]
    for unit, day, (early, late) in places:
        city.loop.run(city.world.cell((unit, day, 0), early=early, late=late))
    past = {"as_of": "2026-10-31", "rate": "resolved", "window": "month"}
    eventually(lambda: [city.unit(unit, **past)["denominator"] for unit in COUNTED] == [100, 100, 3], what="the counters of October")
    yield
    for unit, day, _ in places:
        city.loop.run(city.world.cell((unit, day, 0)))
    eventually(lambda: city.unit(FELL, **past)["denominator"] == 0, what="no counters")


def opened(window: Windows, path: str = PAGE, **options: Any) -> Page:
    page = window(**options).open(path)
    expect(page.locator("main[data-state=compare]")).to_be_visible()
    return page


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_neither_the_browser_nor_axe_complains_in_either_theme(window: Windows, lang: str, options: dict[str, Any]) -> None:
    screen = window(**options)
    for theme in THEMES:
        page = screen.open(address(PAGE, lang=lang, theme=theme))
        expect(page.locator("main[data-state=compare]")).to_be_visible()
        assert violations(page) == [], theme
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), "wider than the screen"
    assert screen.faults == []


def test_only_what_moved_beyond_chance_has_a_difference_and_stands_first(window: Windows) -> None:
    page = opened(window)
    rows = page.locator("tbody tr[data-row]:not([data-row=city])")
    expect(rows).to_have_count(94)
    expect(rows.first).to_have_attribute("data-row", FELL)
    expect(rows.first.locator("[data-moved]")).to_have_text("↓ giảm 35,0 điểm phần trăm")
    expect(rows.first.locator("[data-role=before]")).to_have_text("95,0\u00a0%")
    expect(rows.first.locator("[data-role=now]")).to_have_text("60,0\u00a0%")
    reasons = {unit: page.locator(f"[data-row='{unit}'] [data-moved]").get_attribute("data-moved") for unit in (SAME, FEW_NOW)}
    assert reasons == {SAME: "OVERLAPPING", FEW_NOW: "TOO_FEW"}
    expect(page.locator(f"[data-row='{SAME}'] [data-moved]")).not_to_contain_text("điểm")
    expect(page.locator("[data-role=moved]")).to_contain_text("0 đơn vị tăng rõ rệt, 1 giảm rõ rệt, trong 94")
    assert page.locator("[data-moved=PARTED]").count() == 1


def test_both_days_are_chosen_on_the_page_and_stand_in_its_address(city: ScreenCity, window: Windows) -> None:
    page = opened(window, "/?view=compare")  # the end of the month before, against now
    assert page.locator("main").get_attribute("data-earlier") == "2026-10-31"
    page.locator("input[name=against]").fill("2026-09-30")
    expect(page.locator("main[data-state=compare][data-earlier='2026-09-30']")).to_be_visible()
    page.locator("input[name=as_of]").fill("2026-10-31")
    expect(page.locator("main[data-state=compare][data-later='2026-10-31']")).to_be_visible()
    assert {"against=2026-09-30", "as_of=2026-10-31"} <= set(page.url.partition("?")[2].split("&"))
    again = opened(window, page.url.removeprefix(city.page))
    assert again.locator("main").get_attribute("data-earlier") == "2026-09-30"
    page.go_back()
    expect(page.locator("main[data-later='']")).to_be_visible()


def test_a_day_that_lies_ahead_is_refused_in_words(window: Windows) -> None:
    page = window().open("/?view=compare&against=2026-12-31")
    expect(page.locator("main .warn")).to_contain_text("422")
    expect(page.locator("main table")).to_have_count(0)


def test_the_footer_leads_there_and_an_indicator_can_be_compared_too(window: Windows) -> None:
    page = window().show("/")
    page.locator("[data-role=to-compare]").click()
    expect(page.locator("main[data-state=compare] h1")).to_be_focused()
    page.locator("select[name=rate]").select_option("QNX.DIGITAL_TEAMS")
    expect(page.locator("main[data-state=compare]")).to_be_visible()
    assert page.locator("[data-moved=PARTED]").count() == 0  # a number by itself has no interval
    page.locator(f"[data-row='{SAME}'] th a").click()
    expect(page.locator(f"[data-unit-page='{SAME}']")).to_be_visible()
