"""Everybody reaches everything: axe-core on a phone (on every page: test_pages), keyboard, screen reader, pause, calm (C2)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Windows
from tests.browser.figures import written
from tests.browser.pages import THEMES, WALL, address
from tests.browser.screen_city import FEW, HAI_CHAU, HOANG_SA, SILENT, ScreenCity

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_a_phone(city: ScreenCity, window: Windows, theme: str) -> None:
    assert violations(window(**PHONE).show(address("/", theme=theme))) == []


OTHERS = {
    "all kinds of units": "/?kind=all",
    "a past period": "/?window=2026-10",
    "a past day": "/?as_of=2026-11-15",
    "official colours": "/?colours=official",
    "how it is counted": "/#how",
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("what", OTHERS)
def test_axe_finds_nothing_on(city: ScreenCity, window: Windows, what: str, theme: str) -> None:
    path, _, place = OTHERS[what].partition("#")
    screen = window()
    page = screen.open(address(path, theme=theme) + (f"#{place}" if place else ""))
    expect(page.locator("[data-state=picture], [data-state=switching], [data-state=connecting]").first).to_be_visible()
    if place:
        expect(page.locator("[data-role=how] dt").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_how_it_is_counted_is_read_on_the_page(city: ScreenCity, window: Windows, lang: str) -> None:
    page = window().show(f"/?lang={lang}")
    page.locator("footer a[href='#how']").click()
    expect(page.locator("[data-role=how] dt")).to_have_count(9)  # four rates and five bands
    expect(page.locator("[data-role=how]")).to_contain_text({"vi": "trên tổng số hồ sơ", "en": "out of all"}[lang])


def test_axe_would_find_a_button_without_a_name(city: ScreenCity, window: Windows) -> None:
    page = window().show("/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [v for v in violations(page) if v.startswith("button-name")]


def focused(page: Page) -> str:
    """The unit whose cell or tile has the focus; "" where it is elsewhere."""
    return str(page.evaluate("document.activeElement.dataset.unit ?? ''"))


def tab_to_a_unit(page: Page) -> str:
    for _ in range(60):
        page.keyboard.press("Tab")
        if code := focused(page):
            return code
    raise AssertionError("Tab never reaches a unit")


WALK = """(first) => {
  const cell = (code) => document.querySelector(`[data-unit="${code}"]`);
  const found = new Set([first]);
  for (const at of found) for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'PageUp', 'PageDown']) {
    cell(at).focus();
    cell(at).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    found.add(document.activeElement.dataset.unit);
  }
  return [...found];
}"""


def reached_by_keys(page: Page, first: str) -> set[str]:
    """Every unit that can be reached from this one by the keys of the map alone; the first step with the real keyboard."""
    page.keyboard.press("PageDown")
    assert focused(page) not in ("", first)
    return set(page.evaluate(WALK, first))


def names_said(page: Page) -> list[str]:
    """The names of all buttons, as the browser gives them to a screen reader."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    return [node["name"]["value"] for node in tree["nodes"] if not node["ignored"] and node.get("role", {}).get("value") in BUTTONS]


BUTTONS = ("button", "ToggleButton")
BAND_NAMES = {
    "vi": {"green": "xanh", "yellow": "vàng", "orange": "cam", "red": "đỏ"},
    "en": {"green": "blue", "yellow": "yellow", "orange": "amber", "red": "red"},
}


def spoken(unit: dict[str, Any], lang: str) -> re.Pattern[str]:
    """What a unit's name must say: its name, then its figure, then its band; for few only how many, for none neither."""
    parts = [unit["name"]]
    if unit["few"]:
        parts += [str(unit["denominator"]), BAND_NAMES[lang][unit["band"]]]
    elif unit["denominator"]:
        figure = written(unit) if lang == "vi" else written(unit).replace(",", ".")
        parts += [figure, BAND_NAMES[lang][unit["band"]]]
    return re.compile(".*".join(map(re.escape, parts)), re.IGNORECASE)


@pytest.mark.parametrize(
    ("kind", "path"),
    [("locality", "/"), ("department", "/?kind=department"), ("land_office", "/?kind=land_office&lang=en"), ("health", "/?kind=health")],
)
def test_the_keyboard_reaches_every_unit_and_each_says_its_name_figure_and_band(
    city: ScreenCity, window: Windows, kind: str, path: str
) -> None:
    page = window().show(path)
    units = {u["code"]: u for u in city.map(window="month", kind=kind)["units"]}
    assert reached_by_keys(page, tab_to_a_unit(page)) == units.keys()
    names = names_said(page)
    unsaid = [
        unit["name"] for unit in units.values() if not any(spoken(unit, "en" if "lang=en" in path else "vi").search(n) for n in names)
    ]
    assert unsaid == []
    if kind == "locality":
        assert units[FEW]["few"]
        assert units[HOANG_SA]["denominator"] == 0
        assert any(units[SILENT]["name"] in name and "13/11" in name for name in names)


def test_enter_opens_a_unit_and_the_address_keeps_it(city: ScreenCity, window: Windows) -> None:
    page = window().show("/")
    page.locator(f"[data-unit='{HAI_CHAU}']").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-card='{HAI_CHAU}']")).to_be_visible()
    assert f"unit={HAI_CHAU}" in page.url


def test_the_panel_is_reached_by_tab_also_where_a_unit_of_the_map_is_chosen(city: ScreenCity, window: Windows) -> None:
    page = window().show(f"/?kind=all&unit={HAI_CHAU}")
    expect(page.locator(".panel .tile[tabindex='0']")).to_have_count(1)
    expect(page.locator(f"svg.map [data-unit='{HAI_CHAU}'][tabindex='0']")).to_have_count(1)


def test_what_cannot_be_read_in_an_address_is_said(city: ScreenCity, window: Windows) -> None:
    page = window().show("/?known_at=yesterday")
    expect(page.locator("[data-state=unread]")).to_contain_text("known_at=yesterday")
    page.locator("select[name=window]").select_option("7d")
    expect(page.locator("[data-state=unread]")).to_have_count(0)


def test_figures_of_a_unit_are_called_by_their_own_period_while_another_does_not_come(city: ScreenCity, window: Windows) -> None:
    page = window().show(f"/?view=unit&unit={HAI_CHAU}")
    expect(page.locator("main[data-period=month]")).to_be_visible()
    page.route(f"**/api/v1/units/{HAI_CHAU}?window=2026-09", lambda route: route.fulfill(status=503))
    page.locator("select[name=window]").select_option("2026-09")
    said = page.locator("[data-role=of-before]")
    expect(said).to_contain_text("503")
    expect(said).to_contain_text("11/2026")
    expect(page.locator("main[data-period=month]")).to_be_visible()


def half_a_minute_passes(page: Page) -> None:
    for _ in range(4):  # in steps that the page does not take for a silent server
        page.clock.fast_forward(9_000)
        expect(page.locator("[data-role=age]").first).to_have_attribute("data-age", re.compile(r"^[0-3]$"))


def test_changes_are_told_politely_and_in_batches(city: ScreenCity, window: Windows) -> None:
    screen = window()
    screen.page.clock.install()
    page = screen.show("/")
    live = page.locator("[aria-live=polite]").first
    half_a_minute_passes(page)  # what came with the page is not news
    for late in (10, 20, 30):
        city.score(HAI_CHAU, 100, late)
        city.shown(HAI_CHAU, 100, late)
    expect(page.locator(f"[data-unit='{HAI_CHAU}'] [data-role=value]")).to_have_text("76,9")
    expect(live).to_have_text("")
    half_a_minute_passes(page)
    expect(live).to_contain_text("1 đơn vị")  # one unit changed, however often
    assert page.locator("[aria-live=assertive]").count() == 0


def test_updates_can_be_stopped_and_go_on(city: ScreenCity, window: Windows) -> None:
    page = window().show("/")
    city.score(HAI_CHAU, 95, 5)
    value = page.locator(f"[data-unit='{HAI_CHAU}'] [data-role=value]")
    expect(value).to_have_text("95,0")
    pause = page.locator("button.pause")
    pause.click()
    expect(page.locator("[data-state=held]")).to_be_visible()
    city.score(HAI_CHAU, 60, 40)
    version = city.shown(HAI_CHAU, 60, 40)
    expect(value).to_have_text("95,0")
    pause.click()
    expect(value).to_have_text("60,0")
    assert int(page.locator("[data-version]").first.get_attribute("data-version") or 0) >= version


@pytest.mark.parametrize("path", ["/", WALL])
def test_nothing_moves_for_those_who_asked_for_calm(city: ScreenCity, window: Windows, path: str) -> None:
    page = window(reduced_motion="reduce").show(path)
    city.score(HAI_CHAU, 80, 21)
    expect(page.locator(f"[data-unit='{HAI_CHAU}'] [data-role=value]")).to_have_text("79,2")
    moving = "document.getAnimations().filter((a) => (a.effect?.getComputedTiming().duration ?? 0) > 50).length"
    assert page.evaluate(moving) == 0
