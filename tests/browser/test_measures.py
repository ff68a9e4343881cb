"""The map by an indicator, a unit's score card and the ranking page: all that there is to measure by (issue 7), for everybody."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.looks import looks_like
from tests.browser.measured import MONTH, NOT_ASSESSED, UNTOLD, YEAR, tell, told
from tests.browser.pages import LANGUAGES, THEMES, address
from tests.browser.screen_city import FEW, HAI_CHAU, ScreenCity
from tests.browser.test_looks import opened, settled

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
TOTAL = "/?indicator=QD766"
POOR = "/?indicator=QNX.POOR_HOUSEHOLDS&window=year"
TEAMS = "/?indicator=QNX.DIGITAL_TEAMS&window=year"
CARD = f"/?view=unit&unit={HAI_CHAU}&set=QD766"
RANKING = "/?view=ranking"
INDENT = "cell => parseFloat(getComputedStyle(cell).paddingLeft)"
HERE = "[data-measure], [data-role=score-card] table, [data-state=ranking][data-version]"


@pytest.fixture(scope="module", autouse=True)
def facts(city: ScreenCity) -> None:
    """Scores as at the beginning, and all facts."""
    city.restore()
    tell(city)


def ready(page: Page) -> Page:
    """With all that the page asks for by itself."""
    expect(page.locator("[data-mode=live]").first).to_be_visible()
    expect(page.locator(HERE).first).to_be_visible()
    return page


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", [TOTAL, POOR, TEAMS, CARD, RANKING, RANKING + "&group=peers&window=2026-10"])
def test_neither_the_browser_nor_axe_complains_in_either_theme(
    city: ScreenCity, window: Windows, path: str, lang: str, options: dict[str, Any]
) -> None:
    screen = window(**options)
    for theme in THEMES:
        page = screen.open(address(path, lang=lang, theme=theme))
        expect(page.locator(HERE).first).to_be_visible()
        assert violations(page) == [], theme
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), "wider than the screen"
    assert screen.faults == []


def test_the_picker_has_the_four_rates_first_and_then_every_set_and_a_choice_is_an_address(city: ScreenCity, window: Windows) -> None:
    page = window().show("/")
    picker = page.locator("select[name=rate]")
    expect(picker.locator("optgroup")).to_have_count(1 + len(listed(city)))
    assert [o.get_attribute("value") for o in picker.locator("optgroup").first.locator("option").all()] == [
        *("official", "resolved", "due_cohort", "statutory")
    ]
    picker.select_option("QD766.PROGRESS")
    expect(page.locator("[data-measure='QD766.PROGRESS']")).to_be_visible()
    assert "indicator=QD766.PROGRESS" in page.url
    page.go_back()
    expect(page.locator("[data-measure]")).to_have_count(0)
    expect(picker).to_have_value("official")


def listed(city: ScreenCity) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{city.page}/api/v1/indicators", timeout=60).json()["sets"]
    return found


def cell(page: Page, unit: str) -> Any:
    return page.locator(f"[data-unit='{unit}']").first


def test_a_cell_shows_the_indicator_s_value_and_one_without_says_why(city: ScreenCity, window: Windows) -> None:
    page = ready(window().open("/?indicator=QNX.BUDGET_REVENUE&window=year"))
    shown = city.unit(HAI_CHAU, indicator="QNX.BUDGET_REVENUE", window="year")
    expect(cell(page, HAI_CHAU).locator("[data-role=value]")).to_have_text(f"{100 * shown['value']:.1f}".replace(".", ","))
    for unit, words in ((UNTOLD, "chưa có số liệu đầu vào"), (NOT_ASSESSED, "không đánh giá trong kỳ")):
        expect(cell(page, unit).locator("[data-role=value]")).to_have_text("—")
        expect(cell(page, unit).locator(".said")).to_contain_text(words)
        expect(page.locator(f"[data-row='{unit}']")).to_contain_text(words)
        assert cell(page, unit).get_attribute("data-look") == "none"
    page = ready(window().open(TEAMS))
    expect(page.locator("[data-legend=plain]")).to_be_visible()  # a number by itself has no bands
    assert page.locator("[data-unit][data-band=green]").count() == 0


def test_less_is_better_where_the_law_says_so(city: ScreenCity, window: Windows) -> None:
    page = ready(window().open(POOR))
    expect(page.locator("[data-legend=green]")).to_contain_text("đến 10 %")
    expect(page.locator("[data-legend=red]")).to_contain_text("trên 30 %")


def test_a_fact_that_is_told_while_somebody_looks_arrives_on_map_and_score_card(city: ScreenCity, window: Windows) -> None:
    on_map, on_card = ready(window().open(TEAMS)), ready(window().open(f"/?view=unit&unit={HAI_CHAU}&set=QNX&window=year"))
    for page in (on_map, on_card):
        page.evaluate("window.same = true")
    tell(city, told(HAI_CHAU, "QNX.DIGITAL_TEAMS", YEAR, 77, None, later=1))
    expect(cell(on_map, HAI_CHAU).locator("[data-role=value]")).to_have_text("77")
    expect(on_card.locator("[data-line='QNX.DIGITAL_TEAMS'] [data-role=value]")).to_have_text("77")
    assert all(page.evaluate("window.same") for page in (on_map, on_card))  # without a reload


def test_the_score_card_has_the_six_groups_with_points_or_the_reason_why_not(city: ScreenCity, window: Windows) -> None:
    page = ready(window().open(CARD))
    groups = page.locator("[data-role=score-card] tbody[data-group]")
    expect(groups).to_have_count(6)
    progress = page.locator("tbody[data-group=progress]")
    expect(progress.locator("[data-role=group-points]")).to_contain_text("/ 20 điểm")
    official = city.unit(HAI_CHAU)
    expect(progress).to_contain_text(f"tỷ lệ chính thức {official['numerator']} / {official['denominator']}")
    expect(page.locator("tbody[data-group=payment] [data-role=group-points]")).to_contain_text("không phát sinh")
    expect(page.locator("[data-line='QD766.E_COPIES']")).to_contain_text("chưa có số liệu đầu vào")
    expect(page.locator("[data-role=score-total]")).to_contain_text("Toàn thành phố")
    page.locator("select[name=set]").select_option("QNX")
    expect(page.locator("[data-line='QNX.BUDGET_REVENUE']")).to_be_visible()
    assert "set=QNX" in page.url
    page.locator("[data-line='QNX.POOR_HOUSEHOLDS'] a").click()
    expect(page.locator("[data-measure='QNX.POOR_HOUSEHOLDS']")).to_be_visible()


def test_the_ranking_is_the_api_s_lowest_first_and_turns_by_its_controls(city: ScreenCity, window: Windows) -> None:
    page = ready(window().open(RANKING))
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(94)
    ranked = [row["rank"] for row in city.map()["units"] if row["rank"]]
    expect(rows.first).to_have_attribute("data-rank", str(max(ranked)))
    expect(page.locator(f"[data-row='{FEW}'] [data-role=value]")).to_have_text("n = 2")
    page.locator("[data-choice=highest_first]").click()
    expect(page.locator("[data-row]").first).to_have_attribute("data-rank", "1")
    page.locator("[data-choice=group_peers]").click()
    expect(page.locator("section[data-group]")).to_have_count(3)
    page.locator("[data-choice=period_quarter]").click()
    expect(page.locator("[data-period=quarter]")).to_be_visible()
    assert all(part in page.url for part in ("view=ranking", "group=peers", "window=quarter", "sort=-rate"))
    page.reload()
    expect(page.locator("[data-period=quarter] section[data-group]").first).to_be_visible()
    assert "period=quarter" in str(page.locator("[data-role=csv]").get_attribute("href"))


def test_units_of_like_setting_stand_together_and_of_how_many_none_is_stated_is_said(city: ScreenCity, window: Windows) -> None:
    page = ready(window().open(RANKING))
    page.locator("[data-choice=group_setting]").click()
    groups = page.locator("section[data-group]")
    expect(groups).to_have_count(4)
    told = httpx.get(f"{city.page}/api/v1/rankings", params={"group": "setting", "kind": "locality"}, timeout=20).json()
    assert page.evaluate("[...document.querySelectorAll('[data-group]')].map((group) => group.dataset.group)") == [
        f"locality.{group['setting']}" for group in told["rankings"]
    ]
    expect(groups.nth(2).locator("h2")).to_contain_text("miền núi")
    expect(page.locator("[data-role=ungrouped]")).to_contain_text(str(len(told["ungrouped"])))
    assert len(told["ungrouped"]) == 13
    assert violations(page) == []


def test_a_ranking_by_an_indicator_has_the_map_s_values_and_says_where_there_are_none(city: ScreenCity, window: Windows) -> None:
    code = "QD766.PETITION_ON_TIME"
    page = ready(window().open(f"{RANKING}&indicator={code}"))
    shown = {row["code"]: row for row in city.map(indicator=code)["units"]}
    expect(page.locator("[data-row]").first).to_have_attribute("data-rank", str(max(row["rank"] or 0 for row in shown.values())))
    expect(page.locator(f"[data-row='{HAI_CHAU}']")).to_have_attribute("data-rank", str(shown[HAI_CHAU]["rank"]))
    expect(page.locator(f"[data-row='{HAI_CHAU}'] [data-role=value]")).not_to_have_text("—")
    expect(page.locator(f"[data-row='{HAI_CHAU}'] [data-moved=NO_INTERVAL]")).to_be_visible()
    assert violations(page) == []
    page.locator("[data-choice=period_day]").click()
    expect(page.locator("[data-reason=NOT_FOR_PERIOD]")).to_contain_text("tháng, quý, năm")
    expect(page.locator(f"[data-row='{HAI_CHAU}']")).to_have_attribute("data-rank", "")
    assert violations(page) == []


def test_a_yearly_set_that_is_not_published_says_so_in_its_ranking(window: Windows) -> None:
    page = window().open(f"{RANKING}&indicator=PAR_AGENCIES")
    expect(page.locator("[data-state=ranking-yearly] [role=status]")).to_contain_text("chưa được công bố")
    assert violations(page) == []


def test_a_rank_leads_to_why_it_is_so_and_back_by_keyboard(city: ScreenCity, window: Windows) -> None:
    page = ready(window().open(RANKING))
    page.locator(f"[data-row='{HAI_CHAU}'] [data-role=why-of]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-unit-page='{HAI_CHAU}']")).to_be_visible()
    expect(page.locator("[data-role=explained]")).to_be_visible()
    expect(page.locator("h1")).to_be_focused()
    page.go_back()
    expect(page.locator("[data-state=ranking]")).to_be_visible()
    page.locator("[data-page=map]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main[data-state=picture]")).to_be_visible()


def test_a_changed_score_moves_its_unit_in_the_ranking_without_a_reload(city: ScreenCity, window: Windows) -> None:
    page = ready(window().open(RANKING))
    page.evaluate("window.same = true")
    city.score(HAI_CHAU, 901, 99)
    expect(page.locator(f"[data-row='{HAI_CHAU}'] [data-role=value]")).to_have_text("90,1")
    assert page.evaluate("window.same")
    city.restore()


LOOKS = {
    "measure-total": (TOTAL + "&theme=light", {}),
    "measure-phone-en": (POOR + "&theme=dark&lang=en", PHONE),
    "score-card": (CARD + "&theme=light", {"viewport": {"width": 1440, "height": 1900}}),
    "score-card-phone": (CARD + "&theme=dark&lang=en", {**PHONE, "viewport": {"width": 390, "height": 2600}}),
    "ranking": (RANKING + "&theme=light", {}),
    "ranking-phone-dark-en": (RANKING + "&theme=dark&lang=en&group=peers", PHONE),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_page_of_measures_looks_as_it_did(city: ScreenCity, window: Windows, browser: Browser, name: str) -> None:
    path, options = LOOKS[name]
    screen = opened(window, options)
    settled(screen, path)
    looks_like(browser, ready(screen.page), name)


def test_a_set_of_several_levels_is_a_tree_on_the_score_card_and_each_group_a_map(city: ScreenCity, window: Windows) -> None:
    tell(city, told(HAI_CHAU, "DTI.GOVERNMENT_SERVICES", MONTH, 450, 10))
    page = ready(window().open(f"/?view=unit&unit={HAI_CHAU}&set=DTI"))
    groups = page.locator("[data-role=score-card] tbody[data-group]")
    expect(groups).to_have_count(10)
    names = groups.evaluate_all("all => all.map((one) => one.dataset.group)")
    assert names[0] == "foundation"
    assert names[6:] == ["activity", "government", "economy", "society"]
    for group in ("activity", "government"):
        expect(page.locator(f"tbody[data-group={group}] [data-role=group-points]")).to_contain_text("45 / 60")
    begins = [page.locator(f"tbody[data-group={group}] .group th").evaluate(INDENT) for group in ("activity", "government")]
    assert begins[0] < begins[1], "a part stands further in than what it is a part of"
    on_map = ready(window().open("/?indicator=DTI.GOVERNMENT"))
    expect(on_map.locator("[data-measure='DTI.GOVERNMENT']")).to_be_visible()
    expect(on_map.locator("select[name=rate] option:checked")).to_contain_text("Hoạt động chính quyền số")
    expect(cell(on_map, HAI_CHAU).locator("[data-role=value]")).to_contain_text("75")
