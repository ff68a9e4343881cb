"""The task board in a browser: who is most complete, what is overdue, one locality alone; languages, themes, phone, keyboard, axe-core."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from dunghen.contracts.statements import Task, told_key
from dunghen.contracts.topics import FACTS, partition_of
from dunghen.domain.days import date_of
from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.pages import LANGUAGES, THEMES
from tests.browser.screen_city import HAI_CHAU, HAI_VAN, ScreenCity
from tests.eventually import eventually
from tests.integration.api.api_world import MONDAY_8_00, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PAGE = "/?view=tasks"
YEAR = date_of(TODAY).year
DEPARTMENT = "H17.01"


def task(unit: str, code: str, due_on: int, done_on: int | None = None, **other: Any) -> Task:
    given = {"id": "0" * 16, "bloc": "committee", "year": YEAR, "plan": "KH02", "source": "H17", **other}
    said = {"vi": f"Số hóa {code}", "en": f"Digitise {code}", "occurred_at": MONDAY_8_00, "arrived_at": 1}
    return Task(unit=unit, code=code, due_on=due_on, done_on=done_on, **given, **said)  # type: ignore[arg-type]


TASKS = [
    *(task(HAI_CHAU, f"UB-{n:03}", TODAY + n) for n in range(120)),
    task(HAI_CHAU, "UB-200", TODAY - 9, evidence="https://danang.gov.vn/kh02"),
    task(HAI_VAN, "UB-001", TODAY - 30, TODAY - 31),
    task(HAI_VAN, "", 0, bloc="front", kind="not_assessed", plan=""),
    task(HAI_VAN, "UB-001", TODAY - 3, plan="CT-UBND"),
    task(DEPARTMENT, "CT-01", TODAY - 3, TODAY - 4, plan="CT-UBND"),
]


@pytest.fixture(scope="module")
def told(city: ScreenCity) -> ScreenCity:
    """The city with these tasks, shown."""
    for one in TASKS:
        city.loop.run(city.world.say(FACTS, told_key(one), one, partition_of(one.unit, city.settings.partitions)))
    eventually(lambda: httpx.get(f"{city.page}/api/v1/tasks", timeout=60).json()["all"] == 124, what="the tasks")
    return city


def opened(window: Windows, path: str = PAGE, **options: Any) -> Page:
    page = window(**options).open(path)
    expect(page.locator("main[data-state=tasks]")).to_be_visible()
    return page


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("lang", "words"), [*zip(LANGUAGES, ("Hoàn thành", "Complete"), strict=True)])
def test_the_board_names_the_most_complete_first_in_words_and_colours(
    told: ScreenCity, window: Windows, lang: str, theme: str, words: str, options: dict[str, object]
) -> None:
    page = opened(window, f"{PAGE}&lang={lang}&theme={theme}", **options)
    rows = page.locator("[data-role=board] tbody tr")
    expect(rows).to_have_count(94)
    expect(rows.first).to_have_attribute("data-unit", HAI_VAN)
    expect(rows.first).to_contain_text(words)
    expect(rows.nth(1)).to_have_attribute("data-unit", HAI_CHAU)
    expect(rows.nth(1).locator("[data-role=overdue]")).to_have_text("1")
    assert [rows.nth(n).get_attribute("data-colour") for n in range(3)] == ["green", "red", "none"]
    first = page.locator("[data-task]").first
    expect(first).to_have_attribute("data-task", "UB-200")
    expect(first).to_contain_text("9")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_one_locality_alone_by_keyboard_and_back_by_the_browser_s_history(told: ScreenCity, window: Windows) -> None:
    page = opened(window)
    page.locator(f"[data-unit='{HAI_VAN}'] a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-task]")).to_have_count(1)
    assert f"unit={HAI_VAN}" in page.url
    page.go_back()
    expect(page.locator("[data-task]")).to_have_count(100)


def test_what_is_chosen_is_in_the_address_and_more_can_be_fetched(told: ScreenCity, window: Windows) -> None:
    page = opened(window)
    page.locator("[data-role=tasks] button.more").click()
    expect(page.locator("[data-task]")).to_have_count(122)
    page.locator("select[name=state]").select_option("overdue")
    expect(page.locator("[data-task]")).to_have_count(1)
    assert "state=overdue" in page.url
    page.locator("select[name=bloc]").select_option("front")
    expect(page.locator(f"[data-unit='{HAI_VAN}']")).to_contain_text("Không đánh giá")
    again = opened(window, page.url.removeprefix(told.page))
    expect(again.locator("select[name=bloc]")).to_have_value("front")
    again.locator("[data-role=to-map]").click()
    expect(again.locator("main.pub")).to_be_visible()
    assert "bloc=" not in again.url


def test_another_plan_is_chosen_in_the_address_and_departments_stand_in_a_table_of_their_own(told: ScreenCity, window: Windows) -> None:
    page = opened(window, f"{PAGE}&lang=en")
    expect(page.locator("select[name=plan]")).to_have_value("KH02")
    page.locator("select[name=plan]").select_option("CT-UBND")
    expect(page.locator("h1")).to_contain_text("CT-UBND")
    expect(page.locator("[data-task]")).to_have_count(2)
    assert "plan=CT-UBND" in page.url
    again = opened(window, page.url.removeprefix(told.page))
    expect(again.locator("[data-kind=department] tbody tr")).to_have_attribute("data-unit", DEPARTMENT)
    expect(again.locator(f"[data-kind=locality] [data-unit='{HAI_VAN}']")).to_have_attribute("data-colour", "red")
    again.locator("select[name=plan]").select_option("")
    expect(again.locator("[data-role=tasks] h2")).to_contain_text("124")
    assert violations(again) == []
    again.locator("select[name=plan]").select_option("KH02")
    expect(again.locator("[data-kind=department]")).to_have_count(0)
    assert "plan=" not in again.url
