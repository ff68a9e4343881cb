"""A unit's break-downs and desks on its page: what is too few is said to be, and nothing is asked for before it is opened."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from dunghen.contracts.desks import DeskEvent, desk_event_id, desk_event_key
from dunghen.contracts.topics import DESK_EVENTS, DOSSIERS, partition_of
from dunghen.domain.days import date_of
from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.officials_city import HOUSE, RESIDENCE, TRANSFER, Course, events_of, record_of, step
from tests.browser.pages import LANGUAGES, THEMES, address
from tests.browser.screen_city import HOANG_SA, ScreenCity
from tests.eventually import eventually
from tests.integration.api.api_world import MONDAY_8_00, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
UNIT = "20263"
# In October: of house too few, and residence, of the same field, stands in the rest with it.
ENDED = {TRANSFER: 12, RESIDENCE: 8, HOUSE: 2}
PAGE = f"/?view=unit&unit={UNIT}"
FRIDAY = TODAY - 3


def dossiers() -> list[Course]:
    courses, number = [], 5000
    for procedure, count in ENDED.items():
        for n in range(count):
            number += 1
            end = "9/10 10:00" if n else "15/10 10:00"  # the first of each late
            courses.append(
                Course(
                    f"H17.31-261005-{number}", procedure, "5/10 08:00", "12/10 08:00", (step("5/10 09:00", 4), step(end, 9)), UNIT, False
                )
            )
    return courses


def desk_event(kind: str, number: int, day: int, minutes: int) -> DeskEvent:
    at = MONDAY_8_00 + (day - TODAY) * 86400 + 60 * minutes
    one = DeskEvent(
        id="0" * 16, unit=UNIT, desk="Q01", on=date_of(day).isoformat(), kind=kind, number=number, source="H17.31",  # type: ignore[arg-type]
        occurred_at=at, arrived_at=at * 1_000_000,
    )  # fmt: skip
    one.id = desk_event_id(one)
    return one


def tickets() -> list[DeskEvent]:
    """On Friday seven: six waited ten minutes, one left; today two wait."""
    steps = (("ticket_taken", 0), ("ticket_called", 10), ("ticket_served", 14))
    served = [desk_event(kind, n, FRIDAY, 20 * n + minutes) for n in range(1, 7) for kind, minutes in steps]
    left = [desk_event("ticket_taken", 7, FRIDAY, 150), desk_event("ticket_abandoned", 7, FRIDAY, 170)]
    return [*served, *left, *(desk_event("ticket_taken", n, TODAY, -n) for n in (1, 2))]


async def all_at_once(city: ScreenCity) -> None:
    """A month that is published in pieces hides what comes to a cell one by one (decision 0032)."""
    await asyncio.gather(*(city.world.say(DOSSIERS, one.code, record_of(events_of(one, ""))) for one in dossiers()))


@pytest.fixture(scope="module")
def told(city: ScreenCity) -> ScreenCity:
    """With these dossiers and tickets, published."""
    city.loop.run(all_at_once(city))
    for one in tickets():
        city.loop.run(city.world.say(DESK_EVENTS, desk_event_key(one), one, partition_of(UNIT, city.settings.partitions)))

    def asked(path: str) -> Any:
        return httpx.get(f"{city.page}/api/v1/units/{UNIT}/{path}", timeout=60).json()

    eventually(lambda: asked("breakdowns?window=2026-10")["finished"] == 22, what="the month published")
    eventually(lambda: asked("desks")["tickets"] is not None and asked("desks")["waiting"] == 2, what="the desks")
    return city


def opened(window: Windows, path: str = PAGE, **options: Any) -> Page:
    page = window(**options).open(path)
    expect(page.locator("main[data-state=unit]")).to_be_visible()
    return page


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_neither_the_browser_nor_axe_complains_in_either_theme(
    told: ScreenCity, window: Windows, lang: str, options: dict[str, Any]
) -> None:
    screen = window(**options)
    for theme in THEMES:
        page = screen.open(address(PAGE + "&by=procedure", lang=lang, theme=theme))
        expect(page.locator("[data-state=breakdown] table")).to_be_visible()
        expect(page.locator("[data-role=desks] dl")).to_be_visible()
        page.locator("[data-role=each-desk] summary").click()
        assert violations(page) == [], theme
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), "wider than the screen"
    assert screen.faults == []


def test_what_is_too_few_to_be_told_apart_is_said_to_be(told: ScreenCity, window: Windows) -> None:
    page = opened(window, PAGE + "&by=procedure&months=2026-10")
    rows = page.locator("[data-state=breakdown] tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_have_attribute("data-category", TRANSFER)
    expect(rows.first.locator("[data-role=value]")).to_have_text("91,7")
    expect(rows.first).to_contain_text("11 / 12")
    rest = page.locator("[data-category=rest]")
    expect(rest).to_contain_text("< 5")
    expect(rest).to_contain_text("8 / 10")
    assert page.locator(f"[data-category='{RESIDENCE}'], [data-category='{HOUSE}']").count() == 0
    expect(page.locator("[data-state=breakdown] caption")).to_have_text("22 hồ sơ kết thúc trong tháng 10/2026")


def test_it_is_asked_for_when_it_is_opened_and_every_choice_is_an_address(told: ScreenCity, window: Windows) -> None:
    screen = window()
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    page = screen.open(PAGE)
    expect(page.locator("[data-role=score-card] table")).to_be_visible()
    assert not [url for url in asked if "breakdowns" in url]
    page.locator("[data-role=breakdowns] summary").click()
    expect(page.locator("[data-state=breakdown][data-by=procedure][data-window='2026'] table")).to_be_visible()
    page.locator("[data-choice=field]").click()
    expect(page.locator("[data-by=field] [data-category='Cư trú']")).to_be_visible()
    page.locator("select[name=months]").select_option("2026-09")
    expect(page.locator("[data-state=breakdown][data-window='2026-09']")).to_contain_text("chưa có tháng nào")
    assert {"by=field", "months=2026-09"} <= set(page.url.partition("?")[2].split("&"))
    page.go_back()
    expect(page.locator("[data-by=field][data-window='2026'] table")).to_be_visible()


def test_the_desks_say_waiting_and_serving_who_left_and_each_desk_of_days_that_are_over(told: ScreenCity, window: Windows) -> None:
    page = opened(window)
    figures = page.locator("[data-role=desks]")
    expect(figures.locator("[data-figure=waiting] dd")).to_have_text("2")
    expect(figures.locator("[data-figure=taken] dd")).to_contain_text("9")
    expect(figures.locator("[data-figure=abandoned] dd")).to_contain_text("1")
    expect(figures.locator("[data-figure=waited] dd")).to_contain_text("không quá 10 phút")
    expect(figures.locator("[data-figure=waited] dd")).to_contain_text("100 % trong 15 phút")
    expect(figures.locator("[data-figure=satisfaction]")).to_have_count(0)
    figures.locator("[data-role=each-desk] summary").click()
    desk = figures.locator("[data-desk=Q01]")
    expect(desk.locator("td").first).to_have_text("7")
    expect(desk.locator("td").last).to_have_text("< 5")


def test_a_unit_without_desks_says_that_there_is_nothing_to_tell(told: ScreenCity, window: Windows) -> None:
    page = opened(window, f"/?view=unit&unit={HOANG_SA}")
    expect(page.locator("[data-role=desks] .note")).to_contain_text("dưới 5")
