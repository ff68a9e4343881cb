"""A unit's yearly criteria on the officials' page: points before they are published, the explanation and its form, one's own units only."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect

from dunghen.contracts.facts import fact_key, told_id
from dunghen.contracts.topics import FACTS, partition_of
from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.measured import told
from tests.browser.officials_city import OfficialsCity
from tests.browser.pages import LANGUAGES, THEMES, address
from tests.browser.screen_city import HAI_CHAU, HAI_VAN, ScreenCity
from tests.browser.test_officials import signed_in
from tests.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
CRITERIA = "/officials?view=criteria"
PROCEDURES, STEERING = "PAR_AGENCIES.PROCEDURES", "PAR_AGENCIES.STEERING"
TEXT, LINK = "Bảy thủ tục đã rút ngắn thời hạn; quyết định kèm theo.", "https://danang.gov.vn/quyet-dinh"


def asked(city: ScreenCity, officials: OfficialsCity, path: str, **query: str) -> Any:
    """As the official is answered."""
    cookie = officials.cookie("official")
    headers = {"cookie": f"{cookie['name']}={cookie['value']}"}
    return httpx.get(f"{city.page}/api/v1/{path}", params=query, headers=headers, timeout=20).json()


def own_points(city: ScreenCity, officials: OfficialsCity) -> float | None:
    answer = asked(city, officials, "officials/rankings/PAR_AGENCIES", period="2026")
    sheets = [unit for group in answer.get("rankings", []) for unit in group["units"] if unit["code"] == HAI_CHAU]
    return next((one["self_points"] for sheet in sheets for one in sheet["criteria"] if one["code"] == PROCEDURES), None)


@pytest.fixture(scope="module")
def scored(city: ScreenCity, officials: OfficialsCity) -> OfficialsCity:
    """With points that Hải Châu gives itself in a year that is not published."""
    fact = msgspec.structs.replace(told(HAI_CHAU, PROCEDURES, "2026", 12, None), stage="self")
    fact = msgspec.structs.replace(fact, id=told_id(fact, 0))
    city.loop.run(city.world.say(FACTS, fact_key(fact), fact, partition_of(HAI_CHAU, city.settings.partitions)))
    eventually(lambda: own_points(city, officials) == 12, what="the points of its own")
    return officials


def shown(page: Page) -> Page:
    """Once all criteria are there, and what was written of each is known."""
    expect(page.locator("[data-state=criteria] [data-criterion]").first).to_be_visible()
    expect(page.locator("[data-criterion]:not([data-justification])")).to_have_count(0)
    return page


def form_of(page: Page, criterion: str) -> Locator:
    """Its form, opened by the keyboard."""
    one = page.locator(f"[data-criterion='{criterion}']")
    one.locator("summary").press("Enter")
    expect(one.locator("[data-form=justify]")).to_be_visible()
    return one


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_neither_the_browser_nor_axe_complains_of_the_criteria_in_either_theme(
    scored: OfficialsCity, window: Windows, lang: str, options: dict[str, Any]
) -> None:
    screen = signed_in(window, scored, **options)
    for theme in THEMES:
        page = shown(screen.open(address(CRITERIA, lang=lang, theme=theme)))
        one = form_of(page, STEERING)
        one.locator("textarea[name=text]").fill("0905123456")
        one.locator("textarea[name=links]").fill("\n".join([LINK] * 6))
        one.locator("button").click()
        expect(one.locator("[data-wrong=links]")).to_be_visible()
        assert violations(page) == [], theme
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), "wider than the screen"
    assert screen.faults == []


def test_the_unit_explains_a_criterion_and_is_told_which_part_is_not_taken(
    city: ScreenCity, scored: OfficialsCity, window: Windows
) -> None:
    page = signed_in(window, scored).open("/officials")
    page.locator("[data-tab=criteria]").press("Enter")
    shown(page)
    expect(page.locator("[data-criteria='20242'][data-year='2026'] [data-set=PAR_AGENCIES] [data-criterion]")).to_have_count(8)
    one = form_of(page, PROCEDURES)
    expect(one).to_have_attribute("data-justification", "not_written")
    expect(one).to_contain_text("Tự chấm: 12 / 15")
    text, links, reply = one.locator("[name=text]"), one.locator("[name=links]"), one.locator("[data-role=reply]")
    links.evaluate("field => field.addEventListener('focus', () => { field.dataset.heard = field.getAttribute('aria-invalid') })")
    text.fill(f"{TEXT} Gọi 0905123456.")
    text.press("Tab")
    expect(links).to_be_focused()
    links.fill(f"{LINK}\nhttp://danang.gov.vn/khong-an-toan")
    links.press("Tab")
    page.keyboard.press("Enter")
    expect(one.locator("[data-wrong=links]")).to_contain_text("Liên kết thứ 2 không hợp lệ")
    expect(reply).to_contain_text("Chưa ghi: ô Liên kết cần sửa. Liên kết thứ 2 không hợp lệ.")
    expect(links).to_be_focused()
    expect(links).to_have_attribute("data-heard", "true")  # it said that it is not valid when it was gone to
    links.fill(LINK)
    links.press("Tab")
    page.keyboard.press("Enter")
    expect(one.locator("[data-wrong]")).to_have_text("Nội dung có dãy 9 chữ số, số điện thoại hoặc thư điện tử.")
    expect(text).to_be_focused()
    assert asked(city, scored, f"units/{HAI_CHAU}/justifications", about=PROCEDURES, period="2026")["justifications"] == []
    text.fill(TEXT)
    one.locator("button").press("Enter")
    expect(reply).to_contain_text("Đã ghi")
    expect(one).to_have_attribute("data-justification", "written")
    expect(one.locator(".said")).to_have_text(TEXT)
    expect(one.locator(f"a[href='{LINK}']")).to_be_visible()

    def read_back() -> bool:
        found = asked(city, scored, f"units/{HAI_CHAU}/justifications", about=PROCEDURES, period="2026")["justifications"]
        return [(each["text"], each["links"], each["by"]) for each in found] == [(TEXT, [LINK], scored.people["official"])]

    eventually(read_back, what="what was written")
    page.reload()
    again = form_of(shown(page), PROCEDURES)
    expect(again.locator(".said")).to_have_text(TEXT)
    expect(again.locator("[name=text]")).to_have_value(TEXT)  # to be replaced


def test_nobody_sees_the_criteria_or_the_form_of_another_unit(city: ScreenCity, scored: OfficialsCity, window: Windows) -> None:
    page = shown(signed_in(window, scored, "neighbour").open(f"{CRITERIA}&unit={HAI_CHAU}"))
    expect(page.locator("[data-criteria]")).to_have_attribute("data-criteria", HAI_VAN)
    expect(page.locator("select[name=unit]")).to_have_count(0)
    leader = shown(signed_in(window, scored, "leader").open(f"{CRITERIA}&unit={HAI_VAN}&year=2025"))
    leader.locator("select[name=unit]").select_option(HAI_CHAU)
    expect(leader.locator(f"[data-criteria='{HAI_CHAU}'][data-year='2025']")).to_be_visible()


def test_a_form_opens_on_the_newest_alone_and_what_is_begun_is_there_when_one_comes_back(
    city: ScreenCity, scored: OfficialsCity, window: Windows
) -> None:
    page = shown(signed_in(window, scored).open(CRITERIA))
    one = page.locator(f"[data-criterion='{STEERING}']")
    newest = f"**/justifications?about={STEERING}*"
    page.route(newest, lambda route: route.fulfill(status=503))
    one.locator("summary").press("Enter")
    expect(one.locator("details")).to_contain_text("Chưa lấy được giải trình mới nhất (lỗi 503)")
    expect(one.locator("[data-form=justify]")).to_have_count(0)
    page.unroute(newest)
    one.locator("summary").press("Enter")
    form_of(page, STEERING).locator("[name=text]").fill("Đang viết dở một câu")
    assert "year=2026" in page.url  # whatever year begins meanwhile
    body = {"about": STEERING, "period": "2026", "text": "Người khác đã viết.", "links": []}
    cookie = scored.cookie("leader")
    headers = {"cookie": f"{cookie['name']}={cookie['value']}", "origin": city.page}
    assert httpx.post(f"{city.page}/api/v1/units/{HAI_CHAU}/justifications", json=body, headers=headers, timeout=20).status_code == 202
    eventually(
        lambda: asked(city, scored, f"units/{HAI_CHAU}/justifications", about=STEERING, period="2026")["justifications"],
        what="what somebody else wrote",
    )
    page.locator("[data-tab=board]").press("Enter")
    page.locator("[data-tab=criteria]").press("Enter")
    expect(one.locator("summary")).to_contain_text("đang viết dở")
    again = form_of(shown(page), STEERING)
    expect(again.locator("[name=text]")).to_have_value("Đang viết dở một câu")
    expect(again.locator(".said")).to_have_text("Người khác đã viết.")
    expect(again.locator("[data-role=overtaken]")).to_be_visible()
