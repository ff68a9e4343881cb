"""The monthly sheet and the follow-ups of violations on the officials' page: figures, explanation, one A4, one's own units only."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from dunghen.contracts.statements import FollowUp, told_key
from dunghen.contracts.topics import FACTS, partition_of
from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.measured import tell, told
from tests.browser.officials_city import OfficialsCity
from tests.browser.pages import LANGUAGES, THEMES, address
from tests.browser.screen_city import HAI_CHAU, HAI_VAN, ScreenCity
from tests.browser.test_officials import signed_in
from tests.eventually import eventually
from tests.integration.api.api_world import MONDAY_8_00, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SHEET = "/officials?view=sheet&month=2026-11"
FOLLOWED = "/officials?view=follow_ups"
LINK = "https://danang.gov.vn/giai-trinh"


def follow_up(unit: str, code: str, opened: int, closed: int | None = None) -> FollowUp:
    days = {"opened_on": opened, "closed_on": closed}
    said = {"id": "0" * 16, "source": "H17", "occurred_at": MONDAY_8_00 - 3600, "arrived_at": (MONDAY_8_00 - 3600) * 1_000_000}
    return FollowUp(unit=unit, code=code, violation="late_result", **days, **said)  # type: ignore[arg-type]


VIOLATIONS = [
    follow_up(HAI_CHAU, "VP-1", TODAY - 9),
    follow_up(HAI_CHAU, "VP-2", TODAY - 20, TODAY - 2),
    follow_up(HAI_VAN, "VP-9", TODAY - 4),
]


@pytest.fixture(scope="module")
def sheets(city: ScreenCity, officials: OfficialsCity) -> OfficialsCity:
    """With a fact of the sheet, and what is followed up."""
    tell(city, told(HAI_CHAU, "QNX.DISBURSEMENT", "2026", 6_300, 9_000, later=60))
    for one in VIOLATIONS:
        city.loop.run(city.world.say(FACTS, told_key(one), one, partition_of(one.unit, city.settings.partitions)))
    leader = officials.cookie("leader")
    headers = {"cookie": f"{leader['name']}={leader['value']}"}
    eventually(
        lambda: len(httpx.get(f"{city.page}/api/v1/follow-ups", headers=headers, timeout=60).json().get("follow_ups", [])) == 3,
        what="the follow-ups",
    )
    return officials


def opened(window: Windows, sheets: OfficialsCity, path: str, name: str = "official", **options: Any) -> Page:
    page = signed_in(window, sheets, name, **options).open(path)
    expect(page.locator("[data-state=sheet] table, [data-state=follow-ups] table").first).to_be_visible()
    return page


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", [SHEET, FOLLOWED])
def test_neither_the_browser_nor_axe_complains_in_either_theme(
    sheets: OfficialsCity, window: Windows, path: str, lang: str, options: dict[str, Any]
) -> None:
    screen = signed_in(window, sheets, **options)
    for theme in THEMES:
        page = screen.open(address(path, lang=lang, theme=theme))
        expect(page.locator("[data-state=sheet] table, [data-state=follow-ups] table").first).to_be_visible()
        for summary in page.locator("main summary").all():
            summary.click()
        assert violations(page) == [], theme
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), "wider than the screen"
    assert screen.faults == []


def test_the_sheet_says_its_figures_whether_they_were_reconciled_and_can_be_taken_along(
    city: ScreenCity, sheets: OfficialsCity, window: Windows
) -> None:
    page = opened(window, sheets, SHEET)
    line = page.locator("[data-line='QNX.DISBURSEMENT']")
    expect(line.locator("[data-role=value]")).to_have_text("70,0\u00a0%")
    expect(page.locator("[data-line='QD766.PROGRESS'] [data-role=value]")).to_contain_text("không phát sinh")
    expect(page.locator("[data-role=reconciliation]")).to_have_attribute("data-state", "not_reconciled")
    expect(page.locator("[data-role=reconciliation]")).to_have_text("Chưa đối soát")
    cookie = sheets.cookie("official")
    file = httpx.get(
        city.page + str(page.locator("[data-role=xlsx]").get_attribute("href")),
        headers={"cookie": f"{cookie['name']}={cookie['value']}"},
        timeout=20,
    )
    assert (file.status_code, file.content[:2]) == (200, b"PK")
    page.locator("select[name=month]").select_option("2026-10")
    expect(page.locator("[data-sheet][data-month='2026-10']")).to_be_visible()
    assert "month=2026-10" in page.url


def test_it_is_printed_on_one_page_of_a4_in_light_without_what_is_pressed(sheets: OfficialsCity, window: Windows) -> None:
    page = opened(window, sheets, f"{SHEET}&theme=dark")
    page.emulate_media(media="print")
    expect(page.locator("html")).to_have_class("light")
    for pressed in (".choices", ".tabs", "[data-form=justify]", ".tools"):
        expect(page.locator(pressed)).to_be_hidden()
    expect(page.locator("[data-sheet] table")).to_be_visible()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type/Page/") == 1


def test_the_unit_explains_its_month_and_what_looks_like_a_person_s_number_is_not_taken(sheets: OfficialsCity, window: Windows) -> None:
    page = opened(window, sheets, SHEET)
    page.locator("[data-role=justification] summary").click()
    page.locator("textarea[name=text]").fill("Gọi 0905123456 để biết thêm.")
    page.locator("[data-form=justify] button").click()
    expect(page.locator("[data-role=reply]")).to_contain_text("Chưa ghi")
    page.locator("textarea[name=text]").fill("Hệ thống một cửa ngừng hai ngày do bão.")
    page.locator("textarea[name=links]").fill(LINK)
    page.locator("[data-form=justify] button").click()
    expect(page.locator("[data-role=reply]")).to_contain_text("Đã ghi")
    expect(page.locator(".said")).to_have_text("Hệ thống một cửa ngừng hai ngày do bão.")
    expect(page.locator(f"[data-role=justification] a[href='{LINK}']")).to_be_visible()


def test_a_leader_chooses_the_unit_and_an_official_sees_the_violations_of_their_own_alone(sheets: OfficialsCity, window: Windows) -> None:
    page = opened(window, sheets, FOLLOWED)
    expect(page.locator("[data-follow-up]")).to_have_count(2)
    expect(page.locator("[data-follow-up]").first).to_have_attribute("data-follow-up", "VP-1")
    expect(page.locator("[data-follow-up='VP-1']")).to_contain_text("Trả kết quả chậm")
    expect(page.locator("[data-follow-up='VP-1'] td").last).to_have_text("9")
    expect(page.locator("select[name=unit]")).to_have_count(0)
    leader = opened(window, sheets, FOLLOWED, "leader")
    expect(leader.locator("[data-follow-up]")).to_have_count(3)
    leader.locator("select[name=unit]").select_option(HAI_VAN)
    expect(leader.locator("[data-follow-up]")).to_have_count(1)
    leader.locator("[data-tab=sheet]").click()
    expect(leader.locator(f"[data-sheet='{HAI_VAN}']")).to_be_visible()
    expect(leader.locator("[data-month='2026-10']")).to_be_visible()  # the last that is over
    assert HAI_VAN in leader.url
