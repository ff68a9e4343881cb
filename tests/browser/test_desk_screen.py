"""The screen of a one-stop desk: by its own key, which stands in no query; four digits, step and promised date; stale is said."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from dunghen.contracts.desks import DeskEvent, desk_event_id, desk_event_key
from dunghen.contracts.keys import Grant, make_key
from dunghen.contracts.topics import DESK_EVENTS, KEYS, partition_of
from dunghen.domain.days import date_of
from dunghen.platform.clock import real_milliseconds
from tests.browser.axe import violations
from tests.browser.chromium import Screen
from tests.browser.conftest import Windows
from tests.browser.officials_city import COURSES, OVERDUE, PAUSED, OfficialsCity
from tests.browser.pages import LANGUAGES, THEMES, address
from tests.browser.screen_city import HAI_CHAU, ScreenCity
from tests.browser.test_looks import WALL_HD
from tests.browser.test_looks import opened as standing
from tests.eventually import eventually
from tests.integration.api.api_world import MONDAY_8_00, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = f"{HAI_CHAU}.Q01"
PAGE = f"/desk?desk={DESK}&every=5"
HERE = len([course for course in COURSES if course.unit == HAI_CHAU])


def ticket(kind: str, number: int, minutes: int) -> DeskEvent:
    at = MONDAY_8_00 - 3600 + 60 * minutes
    one = DeskEvent(
        id="0" * 16, unit=HAI_CHAU, desk="Q01", on=date_of(TODAY).isoformat(), kind=kind, number=number, source="H17.31",  # type: ignore[arg-type]
        occurred_at=at, arrived_at=at * 1_000_000,
    )  # fmt: skip
    one.id = desk_event_id(one)
    return one


QUEUE = [*(ticket("ticket_taken", n, n) for n in (1, 2, 3, 4)), ticket("ticket_called", 1, 9), ticket("ticket_called", 2, 12)]


def made(city: ScreenCity, place: str) -> str:
    """A new key of a desk."""
    now = real_milliseconds() // 1000
    key = make_key(Grant("desk", place, now - 5, now + 3600))
    city.loop.run(city.world.say(KEYS, key.record.id, key.record))
    return key.text


@pytest.fixture(scope="module")
def key(city: ScreenCity, officials: OfficialsCity) -> str:
    """Of the desk whose board it is, known to the server, with its queue."""
    for one in QUEUE:
        city.loop.run(city.world.say(DESK_EVENTS, desk_event_key(one), one, partition_of(HAI_CHAU, city.settings.partitions)))
    text = made(city, DESK)

    def shown() -> bool:
        answer = httpx.get(f"{city.page}/api/v1/desks/{DESK}/board", headers={"authorization": f"Bearer {text}"}, timeout=60)
        return answer.status_code == 200 and answer.json()["waiting"] == 2 and len(answer.json()["dossiers"]) >= HERE

    eventually(shown, what="the board")
    return text


def live(screen: Screen, path: str) -> Page:
    page = screen.open(path)
    expect(page.locator("[data-state=live] [data-list=in_hand] tbody tr").first).to_be_visible()
    return page


@pytest.mark.parametrize("options", [WALL_HD, PHONE], ids=["screen", "phone"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_neither_the_browser_nor_axe_complains_in_either_theme(key: str, window: Windows, lang: str, options: dict[str, Any]) -> None:
    screen = window(**options)
    for theme in THEMES:
        page = live(screen, address(PAGE, lang=lang, theme=theme) + f"#key={key}")
        assert violations(page) == [], theme
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), "wider than the screen"
    assert screen.faults == []


def test_who_is_called_who_waits_and_how_far_each_dossier_is_by_its_last_digits(key: str, window: Windows) -> None:
    screen = window(**WALL_HD)
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    page = live(screen, f"{PAGE}#key={key}")
    expect(page.locator("[data-role=calling]")).to_have_text("2")
    expect(page.locator("[data-role=waiting]")).to_contain_text("2")
    expect(page.locator(f"[data-digits='{OVERDUE[-4:]}']")).to_contain_text("12/11/2026")
    expect(page.locator(f"[data-digits='{PAUSED[-4:]}']")).to_contain_text("tạm dừng")
    expect(page.locator("[data-role=as-of]")).to_contain_text("16/11/2026")
    assert not [course.code for course in COURSES if course.code in page.content()]
    assert not [url for url in asked if key in url]


def test_a_key_is_typed_once_and_stands_in_no_address(key: str, window: Windows) -> None:
    screen = window(**WALL_HD)
    page = screen.open(PAGE)
    expect(page.locator("[data-state=key] form")).to_be_visible()
    assert violations(page) == []
    page.locator("input[name=key]").fill("short")
    page.locator("form button").click()
    expect(page.locator("form [role=status]")).not_to_be_empty()
    page.locator("input[name=key]").fill(key)
    page.keyboard.press("Enter")
    expect(page.locator("[data-state=live]")).to_be_visible()
    assert key not in page.url
    page.reload()
    expect(page.locator("[data-state=live]")).to_be_visible()


def test_the_key_of_another_desk_shows_nothing_and_may_be_put_right(city: ScreenCity, key: str, window: Windows) -> None:
    other = made(city, f"{HAI_CHAU}.Q02")

    def known() -> bool:
        answer = httpx.get(f"{city.page}/api/v1/desks/{HAI_CHAU}.Q02/board", headers={"authorization": f"Bearer {other}"}, timeout=60)
        return answer.status_code == 200

    eventually(known, what="the other desk's key")
    page = window(**WALL_HD).open(f"{PAGE}#key={other}")
    expect(page.locator("[data-state=refused]")).to_be_visible()
    expect(page.locator("[data-list]")).to_have_count(0)
    page.locator("input[name=key]").fill(key)
    page.keyboard.press("Enter")
    expect(page.locator("[data-state=live]")).to_be_visible()
    assert "#" not in page.url


def test_a_board_that_no_longer_comes_is_said_to_be_old_and_is_of_now_again(city: ScreenCity, key: str, window: Windows) -> None:
    screen = standing(window, WALL_HD)
    page = live(screen, f"{PAGE}#key={key}")
    city.kill("http")
    page.clock.fast_forward(60_000)
    expect(page.locator("[data-state=stale] [data-role=stale]")).to_contain_text("không phải bây giờ")
    page.clock.resume()  # axe waits by the page's clock
    assert violations(page) == []
    city.mend()
    page.clock.fast_forward(10_000)
    expect(page.locator("[data-state=live]")).to_be_visible()
    expect(page.locator("[data-role=stale]")).to_have_count(0)
